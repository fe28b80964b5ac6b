import java.lang.reflect.Method;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.rocketmq.client.consumer.DefaultMQPullConsumer;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.consumer.PullResult;
import org.apache.rocketmq.client.consumer.PullStatus;
import org.apache.rocketmq.client.consumer.listener.ConsumeConcurrentlyStatus;
import org.apache.rocketmq.client.consumer.listener.ConsumeOrderlyStatus;
import org.apache.rocketmq.client.consumer.listener.MessageListenerConcurrently;
import org.apache.rocketmq.client.consumer.listener.MessageListenerOrderly;
import org.apache.rocketmq.common.consumer.ConsumeFromWhere;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.common.message.MessageQueue;

/** Push consumers that print each message, and a pull consumer for single questions. */
final class Consumers {
    private static final int PRINTED_BODY_MAX = 256;
    private final String nameServers;
    private final Map<String, DefaultMQPushConsumer> started = new ConcurrentHashMap<>();
    private final Map<String, DefaultMQPullConsumer> pulling = new ConcurrentHashMap<>();

    Consumers(String nameServers) {
        this.nameServers = nameServers;
    }

    void start(Line command) throws Exception {
        String name = command.need("name");
        DefaultMQPushConsumer consumer = new DefaultMQPushConsumer(command.need("group"));
        consumer.setNamesrvAddr(nameServers);
        consumer.setInstanceName(name);
        Upkeep.hasten(consumer);
        consumer.setVipChannelEnabled(Boolean.parseBoolean(command.text("vip", "false")));
        consumer.setConsumeFromWhere(command.text("from", "first").equals("first") ? ConsumeFromWhere.CONSUME_FROM_FIRST_OFFSET : ConsumeFromWhere.CONSUME_FROM_LAST_OFFSET);
        consumer.setConsumeMessageBatchMaxSize((int) command.number("batch", 1));
        consumer.setPullBatchSize((int) command.number("pullBatch", 32));
        consumer.setMaxReconsumeTimes((int) command.number("maxReconsumeTimes", -1));
        if (command.text("model", "clustering").equals("broadcasting")) {
            broadcast(consumer);
        }
        for (String topic : command.need("topic").split(",")) {
            consumer.subscribe(topic, command.text("expression", "*"));
        }
        // The first failTimes deliveries of each message are answered with "later".
        long failTimes = command.number("failTimes", 0);
        if (command.text("listener", "concurrent").equals("orderly")) {
            consumer.registerMessageListener((MessageListenerOrderly) (messages, context) -> {
                print(name, messages);
                return messages.get(0).getReconsumeTimes() < failTimes ? ConsumeOrderlyStatus.SUSPEND_CURRENT_QUEUE_A_MOMENT : ConsumeOrderlyStatus.SUCCESS;
            });
        } else {
            consumer.registerMessageListener((MessageListenerConcurrently) (messages, context) -> {
                print(name, messages);
                return messages.get(0).getReconsumeTimes() < failTimes ? ConsumeConcurrentlyStatus.RECONSUME_LATER : ConsumeConcurrentlyStatus.CONSUME_SUCCESS;
            });
        }
        consumer.start();
        started.put(name, consumer);
    }

    /** The enum lies in another package since 5.0. */
    private static void broadcast(DefaultMQPushConsumer consumer) throws Exception {
        for (Method method : DefaultMQPushConsumer.class.getMethods()) {
            if (method.getName().equals("setMessageModel")) {
                method.invoke(consumer, method.getParameterTypes()[0].getField("BROADCASTING").get(null));
            }
        }
    }

    void stop(String name) {
        DefaultMQPushConsumer consumer = started.remove(name);
        if (consumer != null) {
            consumer.shutdown();
        }
    }

    void shutdown() {
        for (String name : new ArrayList<>(started.keySet())) {
            stop(name);
        }
        for (DefaultMQPullConsumer consumer : pulling.values()) {
            consumer.shutdown();
        }
    }

    void queues(Line command, Line reply) throws Exception {
        reply.with("queues", text(sorted(puller(command), command.need("topic"))));
    }

    /** Reads one queue from an offset to its end, or until count messages were seen. */
    void pull(Line command, Line reply) throws Exception {
        DefaultMQPullConsumer consumer = puller(command);
        String topic = command.need("topic");
        long count = command.number("count", Long.MAX_VALUE);
        long seen = 0;
        for (MessageQueue queue : sorted(consumer, topic)) {
            if (command.has("queueId") && queue.getQueueId() != command.number("queueId", 0)) {
                continue;
            }
            long offset = command.number("from", 0);
            PullResult result;
            do {
                result = consumer.pull(queue, command.text("expression", "*"), offset, (int) Math.min(32, count - seen));
                offset = result.getNextBeginOffset();
                reply.with("status", result.getPullStatus()).with("next", offset).with("min", result.getMinOffset()).with("max", result.getMaxOffset());
                if (result.getPullStatus() == PullStatus.FOUND) {
                    print(command.need("name"), result.getMsgFoundList());
                    seen += result.getMsgFoundList().size();
                }
            } while (seen < count && result.getPullStatus() != PullStatus.OFFSET_ILLEGAL && offset < result.getMaxOffset());
        }
        reply.with("seen", seen);
    }

    /** Per queue "brokerName:queueId:min:max:earliest:atTime:committed". */
    void offsets(Line command, Line reply) throws Exception {
        DefaultMQPullConsumer consumer = puller(command);
        List<String> rows = new ArrayList<>();
        for (MessageQueue queue : sorted(consumer, command.need("topic"))) {
            long atTime = command.has("time") ? consumer.searchOffset(queue, command.number("time", 0)) : -1;
            rows.add(queue.getBrokerName() + ":" + queue.getQueueId() + ":" + consumer.minOffset(queue) + ":" + consumer.maxOffset(queue) + ":" + consumer.earliestMsgStoreTime(queue)
                + ":" + atTime + ":" + consumer.fetchConsumeOffset(queue, true));
        }
        reply.with("queues", String.join(",", rows));
    }

    void commit(Line command) throws Exception {
        DefaultMQPullConsumer consumer = puller(command);
        for (MessageQueue queue : sorted(consumer, command.need("topic"))) {
            if (queue.getQueueId() == command.number("queueId", 0)) {
                consumer.getDefaultMQPullConsumerImpl().updateConsumeOffsetToBroker(queue, command.number("offset", 0), false);
            }
        }
    }

    private synchronized DefaultMQPullConsumer puller(Line command) throws Exception {
        String group = command.text("group", "asking");
        DefaultMQPullConsumer consumer = pulling.get(group);
        if (consumer == null) {
            consumer = new DefaultMQPullConsumer(group);
            consumer.setNamesrvAddr(nameServers);
            consumer.setInstanceName("pull-" + group);
            Upkeep.hasten(consumer);
            consumer.setVipChannelEnabled(false);
            consumer.start();
            pulling.put(group, consumer);
        }
        return consumer;
    }

    private static Set<MessageQueue> sorted(DefaultMQPullConsumer consumer, String topic) throws Exception {
        return new TreeSet<>(consumer.fetchSubscribeMessageQueues(topic));
    }

    private static String text(Set<MessageQueue> queues) {
        List<String> rows = new ArrayList<>();
        for (MessageQueue queue : queues) {
            rows.add(queue.getBrokerName() + ":" + queue.getQueueId());
        }
        return String.join(",", rows);
    }

    private static void print(String consumer, List<MessageExt> messages) {
        for (MessageExt message : messages) {
            byte[] body = message.getBody();
            Line line = new Line("message").with("consumer", consumer).with("topic", message.getTopic()).with("brokerName", message.getBrokerName())
                .with("queueId", message.getQueueId()).with("queueOffset", message.getQueueOffset()).with("msgId", message.getMsgId()).with("tags", message.getTags())
                .with("keys", message.getKeys()).with("bodyLength", body.length).with("bodyMd5", md5(body)).with("reconsumeTimes", message.getReconsumeTimes())
                .with("sysFlag", message.getSysFlag()).with("bornTimestamp", message.getBornTimestamp()).with("storeTimestamp", message.getStoreTimestamp())
                .with("bornHost", message.getBornHostString()).with("commitLogOffset", message.getCommitLogOffset());
            if (body.length <= PRINTED_BODY_MAX) {
                line.with("body", new String(body, StandardCharsets.UTF_8));
            }
            for (Map.Entry<String, String> property : message.getProperties().entrySet()) {
                line.with("property." + property.getKey(), property.getValue());
            }
            line.print();
        }
    }

    private static String md5(byte[] body) {
        try {
            return String.format("%032x", new BigInteger(1, MessageDigest.getInstance("MD5").digest(body)));
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
