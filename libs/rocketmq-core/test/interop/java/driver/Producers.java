import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.client.producer.SendCallback;
import org.apache.rocketmq.client.producer.SendResult;
import org.apache.rocketmq.client.producer.TransactionMQProducer;
import org.apache.rocketmq.client.producer.selector.SelectMessageQueueByHash;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageAccessor;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.common.message.MessageQueue;

/** Every way to send. A send command numbers its messages; the number is part of body and keys, so that each message can be told from all others. */
final class Producers {
    private static final String SEPARATOR = ",";
    /** 4.9 has no name for it. */
    private static final String SHARDING_KEY = "__SHARDINGKEY";
    private final String nameServers;
    private final Map<String, DefaultMQProducer> started = new ConcurrentHashMap<>();

    Producers(String nameServers) {
        this.nameServers = nameServers;
    }

    void start(Line command) throws Exception {
        String name = command.need("name");
        String group = command.text("group", "group-" + name);
        DefaultMQProducer producer = command.has("outcomes") ? transactional(group, command) : new DefaultMQProducer(group);
        producer.setNamesrvAddr(nameServers);
        producer.setInstanceName(name);
        Upkeep.hasten(producer);
        producer.setVipChannelEnabled(Boolean.parseBoolean(command.text("vip", "false")));
        producer.setSendMsgTimeout((int) command.number("timeoutMs", 20_000));
        producer.setRetryTimesWhenSendFailed((int) command.number("retries", 2));
        producer.setRetryTimesWhenSendAsyncFailed((int) command.number("retries", 2));
        producer.setCompressMsgBodyOverHowmuch((int) command.number("compressOver", 4096));
        producer.start();
        started.put(name, producer);
    }

    private static DefaultMQProducer transactional(String group, Line command) {
        TransactionMQProducer producer = new TransactionMQProducer(group);
        producer.setTransactionListener(new ScriptedTransactions(command.need("name"), command.need("outcomes"), command.text("checks", "commit")));
        return producer;
    }

    DefaultMQProducer named(String name) {
        DefaultMQProducer producer = started.get(name);
        if (producer == null) {
            throw new IllegalArgumentException("no producer " + name);
        }
        return producer;
    }

    void stop(String name) {
        DefaultMQProducer producer = started.remove(name);
        if (producer != null) {
            producer.shutdown();
        }
    }

    void shutdown() {
        for (String name : new ArrayList<>(started.keySet())) {
            stop(name);
        }
    }

    void send(Line command, Line reply) throws Exception {
        DefaultMQProducer producer = named(command.need("name"));
        int first = (int) command.number("first", 0);
        int count = (int) command.number("count", 1);
        List<Message> messages = new ArrayList<>();
        for (int number = first; number < first + count; number++) {
            messages.add(message(command, number));
        }
        AtomicInteger failed = new AtomicInteger();
        switch (command.text("mode", "sync")) {
            case "sync":
                sendEach(messages, command, failed, message -> producer.send(message));
                break;
            case "selector":
                sendEach(messages, command, failed, message -> producer.send(message, (queues, sent, argument) -> queue(queues, (Integer) argument), (int) command.number("queueId", 0)));
                break;
            case "sharding":
                sendEach(messages, command, failed, message -> producer.send(message, new SelectMessageQueueByHash(), message.getProperty(SHARDING_KEY)));
                break;
            case "transaction":
                sendEach(messages, command, failed, message -> ((TransactionMQProducer) producer).sendMessageInTransaction(message, null));
                break;
            case "async":
                sendAsync(producer, messages, command, failed);
                break;
            case "oneway":
                for (Message message : messages) {
                    producer.sendOneway(message);
                }
                break;
            case "batch":
                report(command, messages.get(0), producer.send(messages));
                break;
            default:
                throw new IllegalArgumentException(command.need("mode"));
        }
        reply.with("sent", count - failed.get()).with("failed", failed.get());
    }

    private static MessageQueue queue(List<MessageQueue> queues, int queueId) {
        for (MessageQueue queue : queues) {
            if (queue.getQueueId() == queueId) {
                return queue;
            }
        }
        throw new IllegalArgumentException("no queue " + queueId);
    }

    private interface Send {
        SendResult send(Message message) throws Exception;
    }

    private void sendEach(List<Message> messages, Line command, AtomicInteger failed, Send send) throws Exception {
        long pauseMs = command.number("pauseMs", 0);
        for (Message message : messages) {
            try {
                report(command, message, send.send(message));
            } catch (Exception e) {
                fail(command, message, e, failed);
            }
            if (pauseMs > 0) {
                Thread.sleep(pauseMs);
            }
        }
    }

    private void sendAsync(DefaultMQProducer producer, List<Message> messages, Line command, AtomicInteger failed) throws Exception {
        CountDownLatch answered = new CountDownLatch(messages.size());
        for (Message message : messages) {
            producer.send(message, new SendCallback() {
                @Override
                public void onSuccess(SendResult result) {
                    report(command, message, result);
                    answered.countDown();
                }

                @Override
                public void onException(Throwable e) {
                    fail(command, message, e, failed);
                    answered.countDown();
                }
            });
        }
        if (!answered.await(60, TimeUnit.SECONDS)) {
            throw new IllegalStateException(answered.getCount() + " sends were never answered");
        }
    }

    private static void report(Line command, Message message, SendResult result) {
        new Line("sent").with("command", command.need("id")).with("keys", message.getKeys()).with("status", result.getSendStatus()).with("msgId", result.getMsgId())
            .with("offsetMsgId", result.getOffsetMsgId()).with("brokerName", result.getMessageQueue().getBrokerName())
            .with("queueId", result.getMessageQueue().getQueueId()).with("queueOffset", result.getQueueOffset()).with("transactionId", result.getTransactionId())
            .with("recallHandle", recallHandle(result)).print();
    }

    /** Known since 5.4. */
    private static Object recallHandle(SendResult result) {
        try {
            return SendResult.class.getMethod("getRecallHandle").invoke(result);
        } catch (ReflectiveOperationException e) {
            return null;
        }
    }

    /** Asks and prints the reply as a message of the consumer "into". */
    void request(Line command) throws Exception {
        Message reply = named(command.need("name")).request(message(command, (int) command.number("first", 0)), command.number("timeoutMs", 20_000));
        Shown.message(command.need("into"), (MessageExt) reply);
    }

    void recall(Line command, Line reply) throws Exception {
        Object id = DefaultMQProducer.class.getMethod("recallMessage", String.class, String.class)
            .invoke(named(command.need("name")), command.need("topic"), command.need("handle"));
        reply.with("msgId", id);
    }

    private static void fail(Line command, Message message, Throwable e, AtomicInteger failed) {
        failed.incrementAndGet();
        new Line("notSent").with("command", command.need("id")).with("keys", message.getKeys()).with("message", e.toString()).print();
    }

    /** Body "prefix-number", then blanks up to the size: compressible. Several tags are dealt out in turns. */
    private static Message message(Line command, int number) {
        String key = command.text("prefix", "m") + "-" + number;
        byte[] text = key.getBytes(StandardCharsets.UTF_8);
        byte[] body = Arrays.copyOf(text, Math.max(text.length, (int) command.number("size", 0)));
        Arrays.fill(body, text.length, body.length, (byte) ' ');
        String[] tags = command.text("tags", "").split(SEPARATOR);
        Message message = new Message(command.need("topic"), tags[number % tags.length], key, body);
        for (Map.Entry<String, String> property : command.under("property.").entrySet()) {
            message.putUserProperty(property.getKey(), property.getValue());
        }
        if (command.has("delayLevel")) {
            message.setDelayTimeLevel((int) command.number("delayLevel", 0));
        }
        // 4.9 has no methods for these.
        put(message, "TIMER_DELAY_SEC", command.text("delaySec", null));
        put(message, "TIMER_DELAY_MS", command.text("delayMs", null));
        put(message, "TIMER_DELIVER_MS", command.text("deliverAtMs", null));
        if (command.has("shardingKeys")) {
            String[] keys = command.need("shardingKeys").split(SEPARATOR);
            put(message, SHARDING_KEY, keys[number % keys.length]);
        }
        return message;
    }

    private static void put(Message message, String name, String value) {
        if (value != null) {
            MessageAccessor.putProperty(message, name, value);
        }
    }
}
