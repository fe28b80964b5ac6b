import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.rocketmq.client.consumer.DefaultLitePullConsumer;
import org.apache.rocketmq.common.consumer.ConsumeFromWhere;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.common.message.MessageQueue;

/** Lite pull consumers, each of one topic. */
final class LitePulls {
    private final String nameServers;
    private final Map<String, Pulling> started = new ConcurrentHashMap<>();

    LitePulls(String nameServers) {
        this.nameServers = nameServers;
    }

    private static final class Pulling {
        final DefaultLitePullConsumer consumer;
        final String topic;

        Pulling(DefaultLitePullConsumer consumer, String topic) {
            this.consumer = consumer;
            this.topic = topic;
        }

        Collection<MessageQueue> queues(String ids) throws Exception {
            List<String> wanted = Arrays.asList(ids.split(","));
            List<MessageQueue> queues = new ArrayList<>();
            for (MessageQueue queue : new TreeSet<>(consumer.fetchMessageQueues(topic))) {
                if (wanted.contains(String.valueOf(queue.getQueueId()))) {
                    queues.add(queue);
                }
            }
            return queues;
        }

        MessageQueue queue(Line command) throws Exception {
            return queues(command.need("queueId")).iterator().next();
        }
    }

    void start(Line command) throws Exception {
        String name = command.need("name");
        DefaultLitePullConsumer consumer = new DefaultLitePullConsumer(command.need("group"));
        consumer.setNamesrvAddr(nameServers);
        consumer.setInstanceName(name);
        Upkeep.hasten(consumer);
        consumer.setVipChannelEnabled(false);
        consumer.setAutoCommit(Boolean.parseBoolean(command.text("autoCommit", "true")));
        consumer.setAutoCommitIntervalMillis(1000);
        consumer.setConsumeFromWhere(command.text("from", "first").equals("first") ? ConsumeFromWhere.CONSUME_FROM_FIRST_OFFSET : ConsumeFromWhere.CONSUME_FROM_LAST_OFFSET);
        String topic = command.need("topic");
        if (!command.has("assign")) {
            consumer.subscribe(topic, command.text("expression", "*"));
        }
        consumer.start();
        Pulling pulling = new Pulling(consumer, topic);
        started.put(name, pulling);
        if (command.has("assign")) {
            consumer.assign(pulling.queues(command.need("assign")));
        }
    }

    void stop(String name) {
        Pulling pulling = started.remove(name);
        if (pulling != null) {
            pulling.consumer.shutdown();
        }
    }

    void shutdown() {
        for (String name : new ArrayList<>(started.keySet())) {
            stop(name);
        }
    }

    void poll(Line command, Line reply) {
        List<MessageExt> messages = named(command).consumer.poll(command.number("timeoutMs", 1000));
        Shown.messages(command.need("name"), messages);
        reply.with("count", messages.size());
    }

    void seek(Line command) throws Exception {
        Pulling pulling = named(command);
        MessageQueue queue = pulling.queue(command);
        switch (command.need("to")) {
            case "begin":
                pulling.consumer.seekToBegin(queue);
                return;
            case "end":
                pulling.consumer.seekToEnd(queue);
                return;
            default:
                pulling.consumer.seek(queue, command.number("to", 0));
        }
    }

    void pause(Line command) throws Exception {
        named(command).consumer.pause(named(command).queues(command.need("queueIds")));
    }

    void resume(Line command) throws Exception {
        named(command).consumer.resume(named(command).queues(command.need("queueIds")));
    }

    void commit(Line command) {
        named(command).consumer.commitSync();
    }

    void committed(Line command, Line reply) throws Exception {
        reply.with("offset", named(command).consumer.committed(named(command).queue(command)));
    }

    void queues(Line command, Line reply) throws Exception {
        List<String> ids = new ArrayList<>();
        for (MessageQueue queue : new TreeSet<>(named(command).consumer.fetchMessageQueues(named(command).topic))) {
            ids.add(String.valueOf(queue.getQueueId()));
        }
        reply.with("queues", String.join(",", ids));
    }

    void offsetForTimestamp(Line command, Line reply) throws Exception {
        reply.with("offset", named(command).consumer.offsetForTimestamp(named(command).queue(command), command.number("timestamp", 0)));
    }

    private Pulling named(Line command) {
        Pulling pulling = started.get(command.need("name"));
        if (pulling == null) {
            throw new IllegalArgumentException("no lite pull consumer " + command.need("name"));
        }
        return pulling;
    }
}
