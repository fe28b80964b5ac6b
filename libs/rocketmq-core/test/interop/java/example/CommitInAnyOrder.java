import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.apache.rocketmq.client.consumer.DefaultMQPullConsumer;
import org.apache.rocketmq.client.consumer.PullResult;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.common.message.MessageQueue;
import org.apache.rocketmq.example.simple.RandomAsyncCommit;

/** RandomAsyncCommit has no main of its own: pulls a topic, finishes all but the last message of each queue in any order, and commits what the example says may be committed. */
public final class CommitInAnyOrder {
    private CommitInAnyOrder() {
    }

    public static void main(String[] args) throws Exception {
        DefaultMQPullConsumer consumer = new DefaultMQPullConsumer(args[1]);
        consumer.setMqClientApiTimeout(20_000);
        consumer.start();
        RandomAsyncCommit commits = new RandomAsyncCommit();
        for (MessageQueue queue : consumer.fetchSubscribeMessageQueues(args[0])) {
            List<MessageExt> messages = new ArrayList<>();
            long end = consumer.maxOffset(queue);
            for (long offset = 0; offset < end;) {
                PullResult result = consumer.pull(queue, "*", offset, 32);
                messages.addAll(result.getMsgFoundList());
                offset = result.getNextBeginOffset();
            }
            commits.putMessages(queue, messages);
            List<MessageExt> finished = new ArrayList<>(messages.subList(0, messages.size() - 1));
            Collections.shuffle(finished, new Random(7));
            for (MessageExt message : finished) {
                commits.removeMessage(queue, message.getQueueOffset());
            }
            consumer.getDefaultMQPullConsumerImpl().updateConsumeOffsetToBroker(queue, commits.commitableOffset(queue), false);
            System.out.printf("queue %d pulled %d committed %d%n", queue.getQueueId(), messages.size(), consumer.fetchConsumeOffset(queue, true));
        }
        consumer.shutdown();
    }
}
