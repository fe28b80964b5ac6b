import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.rocketmq.client.consumer.AllocateMessageQueueStrategy;
import org.apache.rocketmq.client.consumer.DefaultMQPullConsumer;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.consumer.MessageSelector;
import org.apache.rocketmq.client.consumer.PullResult;
import org.apache.rocketmq.client.consumer.PullStatus;
import org.apache.rocketmq.client.consumer.listener.ConsumeConcurrentlyStatus;
import org.apache.rocketmq.client.consumer.listener.ConsumeOrderlyStatus;
import org.apache.rocketmq.client.consumer.listener.MessageListenerConcurrently;
import org.apache.rocketmq.client.consumer.listener.MessageListenerOrderly;
import org.apache.rocketmq.client.consumer.rebalance.AllocateMessageQueueAveragely;
import org.apache.rocketmq.client.consumer.rebalance.AllocateMessageQueueAveragelyByCircle;
import org.apache.rocketmq.client.consumer.rebalance.AllocateMessageQueueConsistentHash;
import org.apache.rocketmq.client.utils.MessageUtil;
import org.apache.rocketmq.common.UtilAll;
import org.apache.rocketmq.common.consumer.ConsumeFromWhere;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.common.message.MessageQueue;

/** Push consumers that print each message, and a pull consumer for single questions. */
final class Consumers {
    private final String nameServers;
    private final Producers producers;
    private final Map<String, DefaultMQPushConsumer> started = new ConcurrentHashMap<>();
    private final Map<String, DefaultMQPullConsumer> pulling = new ConcurrentHashMap<>();

    Consumers(String nameServers, Producers producers) {
        this.nameServers = nameServers;
        this.producers = producers;
    }

    void start(Line command) throws Exception {
        String name = command.need("name");
        DefaultMQPushConsumer consumer = new DefaultMQPushConsumer(command.need("group"));
        consumer.setNamesrvAddr(nameServers);
        consumer.setInstanceName(command.text("instanceName", name));
        Upkeep.hasten(consumer);
        consumer.setVipChannelEnabled(Boolean.parseBoolean(command.text("vip", "false")));
        startAt(consumer, command);
        consumer.setConsumeMessageBatchMaxSize((int) command.number("batchSize", 1));
        if (command.has("concurrency")) {
            consumer.setConsumeThreadMin((int) command.number("concurrency", 1));
            consumer.setConsumeThreadMax((int) command.number("concurrency", 1));
        }
        if (command.has("strategy")) {
            consumer.setAllocateMessageQueueStrategy(strategy(command.need("strategy")));
        }
        consumer.setSuspendCurrentQueueTimeMillis(command.number("suspendMs", 1000));
        consumer.setPullBatchSize((int) command.number("pullBatch", 32));
        consumer.setMaxReconsumeTimes((int) command.number("maxReconsumeTimes", -1));
        if (command.text("model", "clustering").equals("broadcasting")) {
            broadcast(consumer);
        }
        for (String topic : command.need("topic").split(",")) {
            String expression = command.text("expression", "*");
            if (command.text("filter", "TAG").equals("SQL92")) {
                consumer.subscribe(topic, MessageSelector.bySql(expression));
            } else {
                consumer.subscribe(topic, expression);
            }
        }
        // The first failTimes deliveries of each message are answered with "later".
        long failTimes = command.number("failTimes", 0);
        if (command.text("listener", "concurrent").equals("orderly")) {
            consumer.registerMessageListener((MessageListenerOrderly) (messages, context) -> {
                taken(command, messages);
                return messages.get(0).getReconsumeTimes() < failTimes ? ConsumeOrderlyStatus.SUSPEND_CURRENT_QUEUE_A_MOMENT : ConsumeOrderlyStatus.SUCCESS;
            });
        } else {
            consumer.registerMessageListener((MessageListenerConcurrently) (messages, context) -> {
                taken(command, messages);
                context.setDelayLevelWhenNextConsume((int) command.number("delayLevel", 0));
                return messages.get(0).getReconsumeTimes() < failTimes ? ConsumeConcurrentlyStatus.RECONSUME_LATER : ConsumeConcurrentlyStatus.CONSUME_SUCCESS;
            });
        }
        consumer.start();
        started.put(name, consumer);
    }

    private void taken(Line command, List<MessageExt> messages) {
        Shown.messages(command.need("name"), messages);
        try {
            Thread.sleep(command.number("holdMs", 0));
            if (command.has("replyProducer")) {
                reply(command.need("replyProducer"), messages);
            }
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private void reply(String producer, List<MessageExt> requests) throws Exception {
        for (MessageExt request : requests) {
            byte[] body = ("re: " + new String(request.getBody(), StandardCharsets.UTF_8)).getBytes(StandardCharsets.UTF_8);
            producers.named(producer).send(MessageUtil.createReplyMessage(request, body));
        }
    }

    private static void startAt(DefaultMQPushConsumer consumer, Line command) {
        switch (command.text("from", "first")) {
            case "first":
                consumer.setConsumeFromWhere(ConsumeFromWhere.CONSUME_FROM_FIRST_OFFSET);
                return;
            case "timestamp":
                consumer.setConsumeFromWhere(ConsumeFromWhere.CONSUME_FROM_TIMESTAMP);
                consumer.setConsumeTimestamp(UtilAll.timeMillisToHumanString3(command.number("timestamp", 0)));
                return;
            default:
                consumer.setConsumeFromWhere(ConsumeFromWhere.CONSUME_FROM_LAST_OFFSET);
        }
    }

    private static AllocateMessageQueueStrategy strategy(String name) {
        switch (name) {
            case "AVG":
                return new AllocateMessageQueueAveragely();
            case "AVG_BY_CIRCLE":
                return new AllocateMessageQueueAveragelyByCircle();
            case "CONSISTENT_HASH":
                return new AllocateMessageQueueConsistentHash();
            default:
                throw new IllegalArgumentException(name);
        }
    }

    void pause(String name) {
        started.get(name).suspend();
    }

    void resume(String name) {
        started.get(name).resume();
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
                    Shown.messages(command.need("name"), result.getMsgFoundList());
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
}
