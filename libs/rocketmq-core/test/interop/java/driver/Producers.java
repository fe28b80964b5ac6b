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
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageQueue;

/** Every way to send. A send command numbers its messages; the number is part of body and keys, so that each message can be told from all others. */
final class Producers {
    private static final String TAG_SEPARATOR = ",";
    private final String nameServers;
    private final Map<String, DefaultMQProducer> started = new ConcurrentHashMap<>();

    Producers(String nameServers) {
        this.nameServers = nameServers;
    }

    void start(Line command) throws Exception {
        String name = command.need("name");
        DefaultMQProducer producer = new DefaultMQProducer(command.text("group", "group-" + name));
        producer.setNamesrvAddr(nameServers);
        producer.setInstanceName(name);
        Upkeep.hasten(producer);
        producer.setVipChannelEnabled(Boolean.parseBoolean(command.text("vip", "false")));
        producer.setSendMsgTimeout((int) command.number("timeoutMs", 3000));
        producer.setRetryTimesWhenSendFailed((int) command.number("retries", 2));
        producer.setRetryTimesWhenSendAsyncFailed((int) command.number("retries", 2));
        producer.setCompressMsgBodyOverHowmuch((int) command.number("compressOver", 4096));
        producer.start();
        started.put(name, producer);
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
        DefaultMQProducer producer = started.get(command.need("name"));
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
            case "async":
                sendAsync(producer, messages, failed);
                break;
            case "oneway":
                for (Message message : messages) {
                    producer.sendOneway(message);
                }
                break;
            case "batch":
                report(messages.get(0), producer.send(messages));
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
                report(message, send.send(message));
            } catch (Exception e) {
                fail(message, e, failed);
            }
            if (pauseMs > 0) {
                Thread.sleep(pauseMs);
            }
        }
    }

    private void sendAsync(DefaultMQProducer producer, List<Message> messages, AtomicInteger failed) throws Exception {
        CountDownLatch answered = new CountDownLatch(messages.size());
        for (Message message : messages) {
            producer.send(message, new SendCallback() {
                @Override
                public void onSuccess(SendResult result) {
                    report(message, result);
                    answered.countDown();
                }

                @Override
                public void onException(Throwable e) {
                    fail(message, e, failed);
                    answered.countDown();
                }
            });
        }
        if (!answered.await(60, TimeUnit.SECONDS)) {
            throw new IllegalStateException(answered.getCount() + " sends were never answered");
        }
    }

    private static void report(Message message, SendResult result) {
        new Line("sent").with("keys", message.getKeys()).with("status", result.getSendStatus()).with("msgId", result.getMsgId())
            .with("offsetMsgId", result.getOffsetMsgId()).with("brokerName", result.getMessageQueue().getBrokerName())
            .with("queueId", result.getMessageQueue().getQueueId()).with("queueOffset", result.getQueueOffset()).print();
    }

    private static void fail(Message message, Throwable e, AtomicInteger failed) {
        failed.incrementAndGet();
        new Line("notSent").with("keys", message.getKeys()).with("message", e.toString()).print();
    }

    /** Body "prefix-number", then blanks up to the size: compressible. Several tags are dealt out in turns. */
    private static Message message(Line command, int number) {
        String key = command.text("prefix", "m") + "-" + number;
        byte[] text = key.getBytes(StandardCharsets.UTF_8);
        byte[] body = Arrays.copyOf(text, Math.max(text.length, (int) command.number("size", 0)));
        Arrays.fill(body, text.length, body.length, (byte) ' ');
        String[] tags = command.text("tags", "").split(TAG_SEPARATOR);
        Message message = new Message(command.need("topic"), tags[number % tags.length], key, body);
        for (Map.Entry<String, String> property : command.under("property.").entrySet()) {
            message.putUserProperty(property.getKey(), property.getValue());
        }
        if (command.has("delayLevel")) {
            message.setDelayTimeLevel((int) command.number("delayLevel", 0));
        }
        return message;
    }
}
