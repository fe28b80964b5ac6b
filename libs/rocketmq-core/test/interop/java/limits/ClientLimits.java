import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.rocketmq.client.ClientConfig;
import org.apache.rocketmq.client.consumer.DefaultLitePullConsumer;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.impl.consumer.AssignedMessageQueue;
import org.apache.rocketmq.client.impl.consumer.DefaultLitePullConsumerImpl;
import org.apache.rocketmq.client.impl.consumer.DefaultMQPushConsumerImpl;
import org.apache.rocketmq.client.impl.consumer.ProcessQueue;
import org.apache.rocketmq.client.impl.consumer.PullMessageService;
import org.apache.rocketmq.client.impl.consumer.PullRequest;
import org.apache.rocketmq.client.impl.factory.MQClientInstance;
import org.apache.rocketmq.common.ServiceState;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.common.message.MessageQueue;
import org.apache.rocketmq.remoting.protocol.heartbeat.SubscriptionData;

/** The real consumers of a client that is not started: whether they hold a pull back shows in the pause they take. */
final class ClientLimits {
    private static final String TOPIC = "T";
    /** PULL_TIME_DELAY_MILLS_WHEN_CACHE_FLOW_CONTROL of both consumers; where they go on they soon miss a part of a started client and take a longer one. */
    private static final long FULL_MS = 50;

    private ClientLimits() {
    }

    /** A client that remembers the pause instead of taking it. */
    private static final class Pauses extends MQClientInstance {
        private final List<Long> all = new ArrayList<>();
        private final PullMessageService service = new PullMessageService(this) {
            @Override
            public void executePullRequestLater(PullRequest request, long delay) {
                all.add(delay);
            }
        };

        Pauses() {
            super(new ClientConfig(), 0, "limits");
        }

        @Override
        public PullMessageService getPullMessageService() {
            return service;
        }

        @Override
        public boolean sendHeartbeatToAllBrokerWithLockV2(boolean isRebalance) {
            return true;
        }
    }

    private static final Pauses CLIENT = new Pauses();

    static String push(List<String> limits, List<String> messages, List<String> consumed) {
        DefaultMQPushConsumer consumer = new DefaultMQPushConsumer("G");
        consumer.setPullThresholdForQueue(Limits.number(limits, 1));
        consumer.setPullThresholdSizeForQueue(Limits.number(limits, 2));
        consumer.setConsumeConcurrentlyMaxSpan(Limits.number(limits, 3));
        consumer.setPullThresholdForTopic(Limits.number(limits, 4));
        consumer.setPullThresholdSizeForTopic(Limits.number(limits, 5));
        DefaultMQPushConsumerImpl pushing = consumer.getDefaultMQPushConsumerImpl();
        pushing.setConsumeOrderly(Boolean.parseBoolean(limits.get(0)));
        pushing.setmQClientFactory(CLIENT);
        pushing.getRebalanceImpl().setmQClientFactory(CLIENT);
        pushing.setServiceState(ServiceState.RUNNING);
        for (int queueId = 0; queueId < Limits.number(limits, 6); queueId++) {
            pushing.getRebalanceImpl().getProcessQueueTable().put(new MessageQueue(TOPIC, "b", queueId), new ProcessQueue());
        }
        pushing.getRebalanceImpl().getSubscriptionInner().put(TOPIC, new SubscriptionData(TOPIC, "*"));
        pushing.getRebalanceImpl().messageQueueChanged(TOPIC, Collections.emptySet(), Collections.emptySet());
        pushing.getRebalanceImpl().getSubscriptionInner().clear();
        PullRequest request = new PullRequest();
        request.setMessageQueue(new MessageQueue(TOPIC, "b", 0));
        request.setProcessQueue(filled(new ProcessQueue(), messages, consumed));
        CLIENT.all.clear();
        pushing.pullMessage(request);
        return answer(CLIENT.all);
    }

    static String lite(List<String> limits, List<String> messages, List<String> consumed) throws Exception {
        DefaultLitePullConsumer consumer = new DefaultLitePullConsumer("G");
        consumer.setPullThresholdForAll(Limits.number(limits, 0));
        consumer.setPullBatchSize(Limits.number(limits, 1));
        consumer.setPullThresholdForQueue(Limits.number(limits, 3));
        consumer.setPullThresholdSizeForQueue(Limits.number(limits, 4));
        consumer.setConsumeMaxSpan(Limits.number(limits, 5));
        DefaultLitePullConsumerImpl pulling = new DefaultLitePullConsumerImpl(consumer, null);
        List<Long> pauses = new ArrayList<>();
        set(pulling, "scheduledThreadPoolExecutor", new ScheduledThreadPoolExecutor(1) {
            @Override
            public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
                pauses.add(unit.toMillis(delay));
                return null;
            }

            @Override
            public <V> ScheduledFuture<V> schedule(Callable<V> callable, long delay, TimeUnit unit) {
                throw new UnsupportedOperationException();
            }
        });
        MessageQueue queue = new MessageQueue(TOPIC, "b", 0);
        AssignedMessageQueue assigned = (AssignedMessageQueue) get(pulling, "assignedMessageQueue");
        assigned.updateAssignedMessageQueue(Collections.singletonList(queue));
        filled(assigned.getProcessQueue(queue), messages, consumed);
        @SuppressWarnings("unchecked")
        BlockingQueue<Object> requests = (BlockingQueue<Object>) get(pulling, "consumeRequestCache");
        for (int i = 0; i < Limits.number(limits, 2); i++) {
            requests.add(new Object());
        }
        pulling.new PullTaskImpl(queue).run();
        return answer(pauses);
    }

    private static String answer(List<Long> pauses) {
        if (pauses.size() != 1) {
            throw new IllegalStateException("pauses " + pauses);
        }
        return pauses.get(0) == FULL_MS ? "full" : "room";
    }

    private static ProcessQueue filled(ProcessQueue queue, List<String> messages, List<String> consumed) {
        List<MessageExt> all = new ArrayList<>();
        List<MessageExt> done = new ArrayList<>();
        for (String text : messages) {
            String[] parts = text.split(":");
            MessageExt message = new MessageExt();
            message.setQueueOffset(Long.parseLong(parts[0]));
            message.setBody(new byte[Integer.parseInt(parts[1])]);
            all.add(message);
            if (consumed.contains(parts[0])) {
                done.add(message);
            }
        }
        queue.putMessage(all);
        queue.removeMessage(done);
        return queue;
    }

    private static Object get(Object target, String name) throws Exception {
        return field(target, name).get(target);
    }

    private static void set(Object target, String name, Object value) throws Exception {
        field(target, name).set(target, value);
    }

    private static Field field(Object target, String name) throws Exception {
        Field field = target.getClass().getDeclaredField(name);
        field.setAccessible(true);
        return field;
    }
}
