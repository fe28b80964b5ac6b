import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.consumer.listener.ConsumeConcurrentlyStatus;
import org.apache.rocketmq.client.consumer.listener.MessageListenerConcurrently;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.client.producer.SendCallback;
import org.apache.rocketmq.client.producer.SendResult;
import org.apache.rocketmq.client.producer.SendStatus;
import org.apache.rocketmq.common.consumer.ConsumeFromWhere;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageExt;

/**
 * The load of the bench: one process, commanded by lines on standard input (a word and its arguments), one JSON line of answer each. It knows nothing of
 * the server it drives but the address of its name server.
 */
public final class Load {
    private static final int SEND_TIMEOUT_MS = 10_000;
    private static long clients;

    private final String nameServer;

    private Load(String nameServer) {
        this.nameServer = nameServer;
    }

    public static void main(String[] args) throws Exception {
        Load load = new Load(args[0]);
        System.out.println("{\"ready\":true}");
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = input.readLine(); line != null && !line.equals("quit"); line = input.readLine()) {
            String[] words = line.split(" ");
            try {
                System.out.println(load.run(words));
            } catch (Exception e) {
                e.printStackTrace();
                System.out.println("{\"error\":\"" + e.toString().replaceAll("[\"\\\\\\s]+", " ") + "\"}");
            }
        }
        System.exit(0);
    }

    private String run(String[] words) throws Exception {
        switch (words[0]) {
            case "first":
                return first(Integer.parseInt(words[1]), words[2], Integer.parseInt(words[3]));
            case "send":
                return send(words[1], Integer.parseInt(words[2]), Integer.parseInt(words[3]), Integer.parseInt(words[4]));
            case "fill":
                return fill(words[1], Integer.parseInt(words[2]), Long.parseLong(words[3]), Integer.parseInt(words[4]));
            case "drain":
                return drain(words[1], words[2], Long.parseLong(words[3]));
            case "pace":
                return pace(words[1], words[2], Integer.parseInt(words[3]), Integer.parseInt(words[4]), Integer.parseInt(words[5]));
            default:
                throw new IllegalArgumentException(words[0]);
        }
    }

    private DefaultMQProducer producer() throws Exception {
        DefaultMQProducer producer = new DefaultMQProducer("bench-producer");
        producer.setNamesrvAddr(nameServer);
        producer.setInstanceName("bench-" + ++clients);
        producer.setSendMsgTimeout(SEND_TIMEOUT_MS);
        // Bodies go over the wire as they are.
        producer.setCompressMsgBodyOverHowmuch(Integer.MAX_VALUE);
        producer.start();
        return producer;
    }

    private DefaultMQPushConsumer consumer(String topic, String group, MessageListenerConcurrently listener) throws Exception {
        DefaultMQPushConsumer consumer = new DefaultMQPushConsumer(group);
        consumer.setNamesrvAddr(nameServer);
        consumer.setInstanceName("bench-" + ++clients);
        consumer.setConsumeFromWhere(ConsumeFromWhere.CONSUME_FROM_FIRST_OFFSET);
        consumer.subscribe(topic, "*");
        consumer.registerMessageListener(listener);
        consumer.start();
        return consumer;
    }

    /** Waits for the broker's port, then sends until the first message is acknowledged. The caller keeps the time. */
    private String first(int brokerPort, String topic, int waitSeconds) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(waitSeconds);
        int nameServerPort = Integer.parseInt(nameServer.substring(nameServer.indexOf(':') + 1));
        awaitPort(nameServerPort, deadline);
        awaitPort(brokerPort, deadline);
        DefaultMQProducer producer = producer();
        try {
            for (;;) {
                try {
                    if (producer.send(new Message(topic, new byte[16])).getSendStatus() == SendStatus.SEND_OK) {
                        return "{\"acknowledged\":true}";
                    }
                } catch (Exception e) {
                    if (System.nanoTime() > deadline) {
                        throw e;
                    }
                    Thread.sleep(5);
                }
            }
        } finally {
            new Thread(producer::shutdown).start();
        }
    }

    private static void awaitPort(int port, long deadline) throws Exception {
        for (;;) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress("127.0.0.1", port), 1000);
                return;
            } catch (Exception e) {
                if (System.nanoTime() > deadline) {
                    throw e;
                }
                Thread.sleep(5);
            }
        }
    }

    /** Senders that each wait for their answer. */
    private String send(String topic, int senders, int seconds, int size) throws Exception {
        return sendUntil(topic, senders, size, Long.MAX_VALUE, System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds));
    }

    /** The same until a number of messages is acknowledged. */
    private String fill(String topic, int senders, long count, int size) throws Exception {
        return sendUntil(topic, senders, size, count, Long.MAX_VALUE);
    }

    private String sendUntil(String topic, int senders, int size, long count, long end) throws Exception {
        DefaultMQProducer producer = producer();
        Histogram latency = new Histogram();
        AtomicLong left = new AtomicLong(count);
        AtomicLong errors = new AtomicLong();
        CountDownLatch done = new CountDownLatch(senders);
        long begin = System.nanoTime();
        for (int i = 0; i < senders; i++) {
            new Thread(() -> {
                byte[] body = new byte[size];
                for (long start = System.nanoTime(); start < end && left.decrementAndGet() >= 0; start = System.nanoTime()) {
                    try {
                        if (producer.send(new Message(topic, body)).getSendStatus() == SendStatus.SEND_OK) {
                            latency.record(System.nanoTime() - start);
                        } else {
                            errors.incrementAndGet();
                        }
                    } catch (Exception e) {
                        errors.incrementAndGet();
                    }
                }
                done.countDown();
            }).start();
        }
        done.await();
        double seconds = (System.nanoTime() - begin) / 1e9;
        producer.shutdown();
        return String.format(Locale.ROOT, "{\"count\":%d,\"errors\":%d,\"seconds\":%.3f,\"rate\":%.0f,%s}", latency.count(), errors.get(), seconds, latency.count() / seconds, latency);
    }

    /** A new group reads what lies there; the clock runs from its first message to the last. */
    private String drain(String topic, String group, long count) throws Exception {
        AtomicLong seen = new AtomicLong();
        AtomicLong begin = new AtomicLong();
        CountDownLatch done = new CountDownLatch(1);
        DefaultMQPushConsumer consumer = consumer(topic, group, (messages, context) -> {
            begin.compareAndSet(0, System.nanoTime());
            if (seen.addAndGet(messages.size()) >= count) {
                done.countDown();
            }
            return ConsumeConcurrentlyStatus.CONSUME_SUCCESS;
        });
        boolean complete = done.await(10, TimeUnit.MINUTES);
        double seconds = (System.nanoTime() - begin.get()) / 1e9;
        consumer.shutdown();
        if (!complete) {
            throw new IllegalStateException("received " + seen.get() + " of " + count);
        }
        return String.format(Locale.ROOT, "{\"count\":%d,\"seconds\":%.3f,\"rate\":%.0f}", seen.get(), seconds, seen.get() / seconds);
    }

    /** A steady rate, each message timed from the call of send to the listener. The first tenth is not counted. */
    private String pace(String topic, String group, int perSecond, int seconds, int size) throws Exception {
        Histogram latency = new Histogram();
        AtomicBoolean counting = new AtomicBoolean();
        AtomicLong received = new AtomicLong();
        AtomicLong errors = new AtomicLong();
        DefaultMQProducer producer = producer();
        DefaultMQPushConsumer consumer = consumer(topic, group, (messages, context) -> {
            long now = System.nanoTime();
            for (MessageExt message : messages) {
                long sent = ByteBuffer.wrap(message.getBody()).getLong();
                received.incrementAndGet();
                if (counting.get() && sent > 0) {
                    latency.record(now - sent);
                }
            }
            return ConsumeConcurrentlyStatus.CONSUME_SUCCESS;
        });
        // Until the consumer holds its queues, messages would wait for the rebalance.
        long probes = 0;
        while (received.get() == 0) {
            producer.send(new Message(topic, new byte[size]));
            probes++;
            Thread.sleep(20);
        }
        long total = (long) perSecond * seconds;
        long gap = TimeUnit.SECONDS.toNanos(1) / perSecond;
        long begin = System.nanoTime();
        for (long number = 0; number < total; number++) {
            long due = begin + number * gap;
            for (long now = System.nanoTime(); now < due; now = System.nanoTime()) {
                LockSupport.parkNanos(due - now);
            }
            if (number == total / 10) {
                counting.set(true);
            }
            byte[] body = new byte[size];
            ByteBuffer.wrap(body).putLong(System.nanoTime());
            producer.send(new Message(topic, body), new SendCallback() {
                @Override
                public void onSuccess(SendResult result) {
                }

                @Override
                public void onException(Throwable e) {
                    errors.incrementAndGet();
                }
            });
        }
        double took = (System.nanoTime() - begin) / 1e9;
        for (int i = 0; i < 500 && received.get() < total + probes - errors.get(); i++) {
            Thread.sleep(10);
        }
        long lost = total + probes - errors.get() - received.get();
        consumer.shutdown();
        producer.shutdown();
        return String.format(Locale.ROOT, "{\"count\":%d,\"errors\":%d,\"missing\":%d,\"rate\":%.0f,%s}", latency.count(), errors.get(), lost, total / took, latency);
    }
}
