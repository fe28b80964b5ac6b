import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.StringJoiner;
import org.apache.rocketmq.client.ClientConfig;
import org.apache.rocketmq.client.consumer.AllocateMessageQueueStrategy;
import org.apache.rocketmq.client.consumer.rebalance.AllocateMachineRoomNearby;
import org.apache.rocketmq.client.consumer.rebalance.AllocateMessageQueueAveragely;
import org.apache.rocketmq.client.consumer.rebalance.AllocateMessageQueueAveragelyByCircle;
import org.apache.rocketmq.client.consumer.rebalance.AllocateMessageQueueByConfig;
import org.apache.rocketmq.client.consumer.rebalance.AllocateMessageQueueByMachineRoom;
import org.apache.rocketmq.client.consumer.rebalance.AllocateMessageQueueConsistentHash;
import org.apache.rocketmq.client.impl.producer.TopicPublishInfo;
import org.apache.rocketmq.client.latency.MQFaultStrategy;
import org.apache.rocketmq.client.producer.selector.SelectMessageQueueByHash;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageQueue;

/**
 * What the client's pure choices come to. A line of blank-separated, URL-encoded words in, one line out; lists are joined by commas, queues are "broker:id".
 *
 * <pre>
 * allocate strategy clientId clientIds queues [configured queues or rooms]
 * hash key queues
 * select queues faults count lastBroker     faults: broker=latency:isolated:reachable
 * </pre>
 */
public final class Tables {
    private static final String TOPIC = "T";

    private Tables() {
    }

    public static void main(String[] args) throws Exception {
        System.out.println("ready");
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = input.readLine(); line != null && !line.equals("quit"); line = input.readLine()) {
            String[] words = line.split(" ", -1);
            for (int i = 0; i < words.length; i++) {
                words[i] = URLDecoder.decode(words[i], "UTF-8");
            }
            System.out.println("= " + answer(words));
        }
        System.exit(0);
    }

    private static String answer(String[] words) {
        switch (words[0]) {
            case "allocate":
                return text(strategy(words[1], words[5]).allocate("G", words[2], queues(words[4]), list(words[3])));
            case "hash":
                return text(Collections.singletonList(new SelectMessageQueueByHash().select(queues(words[2]), new Message(), words[1])));
            case "select":
                return select(queues(words[1]), list(words[2]), Integer.parseInt(words[3]), words[4]);
            default:
                throw new IllegalArgumentException(words[0]);
        }
    }

    private static AllocateMessageQueueStrategy strategy(String name, String more) {
        switch (name) {
            case "AVG":
                return new AllocateMessageQueueAveragely();
            case "AVG_BY_CIRCLE":
                return new AllocateMessageQueueAveragelyByCircle();
            case "CONSISTENT_HASH":
                return new AllocateMessageQueueConsistentHash();
            case "CONFIG":
                AllocateMessageQueueByConfig config = new AllocateMessageQueueByConfig();
                config.setMessageQueueList(queues(more));
                return config;
            case "MACHINE_ROOM":
                AllocateMessageQueueByMachineRoom room = new AllocateMessageQueueByMachineRoom();
                room.setConsumeridcs(new HashSet<>(list(more)));
                return room;
            default:
                return new AllocateMachineRoomNearby(strategy(name.substring("NEARBY-".length()), more), new AllocateMachineRoomNearby.MachineRoomResolver() {
                    @Override
                    public String brokerDeployIn(MessageQueue queue) {
                        return queue.getBrokerName().split("@")[0];
                    }

                    @Override
                    public String consumerDeployIn(String clientId) {
                        return clientId.split("@")[0];
                    }
                });
        }
    }

    private static String select(List<MessageQueue> queues, List<String> faults, int count, String lastBroker) {
        ClientConfig settings = new ClientConfig();
        settings.setSendLatencyEnable(true);
        MQFaultStrategy strategy = new MQFaultStrategy(settings, null, null);
        for (String fault : faults) {
            String[] parts = fault.split("[=:]");
            strategy.updateFaultItem(parts[0], Long.parseLong(parts[1]), Boolean.parseBoolean(parts[2]), Boolean.parseBoolean(parts[3]));
        }
        TopicPublishInfo info = new TopicPublishInfo();
        info.setMessageQueueList(queues);
        info.resetIndex();
        String digits = info.getSendWhichQueue().toString().replaceAll("\\D", "");
        List<MessageQueue> chosen = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            chosen.add(strategy.selectOneMessageQueue(info, lastBroker.isEmpty() ? null : lastBroker, false));
        }
        strategy.shutdown();
        return Long.parseLong(digits) % queues.size() + "," + text(chosen);
    }

    private static List<String> list(String text) {
        return text.isEmpty() ? new ArrayList<>() : Arrays.asList(text.split(","));
    }

    private static List<MessageQueue> queues(String text) {
        List<MessageQueue> result = new ArrayList<>();
        for (String item : list(text)) {
            int colon = item.lastIndexOf(':');
            result.add(new MessageQueue(TOPIC, item.substring(0, colon), Integer.parseInt(item.substring(colon + 1))));
        }
        return result;
    }

    private static String text(List<MessageQueue> queues) {
        StringJoiner joiner = new StringJoiner(",");
        for (MessageQueue queue : queues) {
            joiner.add(queue.getBrokerName() + ":" + queue.getQueueId());
        }
        return joiner.toString();
    }
}
