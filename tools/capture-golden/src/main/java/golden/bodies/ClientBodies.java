package golden.bodies;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.apache.rocketmq.common.consumer.ConsumeFromWhere;
import org.apache.rocketmq.common.message.MessageQueue;
import org.apache.rocketmq.remoting.protocol.RequestCode;
import org.apache.rocketmq.remoting.protocol.body.ConsumeMessageDirectlyResult;
import org.apache.rocketmq.remoting.protocol.body.ConsumerRunningInfo;
import org.apache.rocketmq.remoting.protocol.body.GetConsumerStatusBody;
import org.apache.rocketmq.remoting.protocol.filter.FilterAPI;
import org.apache.rocketmq.remoting.protocol.heartbeat.ConsumeType;
import org.apache.rocketmq.remoting.protocol.heartbeat.ConsumerData;
import org.apache.rocketmq.remoting.protocol.heartbeat.HeartbeatData;
import org.apache.rocketmq.remoting.protocol.heartbeat.MessageModel;
import org.apache.rocketmq.remoting.protocol.heartbeat.ProducerData;
import org.apache.rocketmq.remoting.protocol.heartbeat.SubscriptionData;

/** Heartbeats of both versions, and bodies whose absent values or shared instances matter. */
final class ClientBodies {
    private final BodyOutput bodies;

    ClientBodies(BodyOutput bodies) {
        this.bodies = bodies;
    }

    void capture() throws Exception {
        heartbeats();
        bodies.special("consume-message-directly-plain.json", ConsumeMessageDirectlyResult.class,
            RequestCode.CONSUME_MESSAGE_DIRECTLY, new ConsumeMessageDirectlyResult().encode());
        bodies.special("consumer-running-info-empty.json", ConsumerRunningInfo.class,
            RequestCode.GET_CONSUMER_RUNNING_INFO, new ConsumerRunningInfo().encode());
        sharedInstance();
    }

    private void heartbeats() throws Exception {
        HeartbeatData first = heartbeat();
        heartbeatFile("heartbeat-v1.json", first);
        HeartbeatData fingerprinted = heartbeat();
        fingerprinted.setHeartbeatFingerprint(fingerprinted.computeHeartbeatFingerprint());
        heartbeatFile("heartbeat-v2.json", fingerprinted);
        HeartbeatData bare = heartbeat();
        bare.setHeartbeatFingerprint(bare.computeHeartbeatFingerprint());
        bare.setWithoutSub(true);
        bare.getConsumerDataSet().forEach(data -> data.setSubscriptionDataSet(new LinkedHashSet<>()));
        heartbeatFile("heartbeat-v2-without-sub.json", bare);
        HeartbeatData one = heartbeat();
        one.getConsumerDataSet().forEach(data -> data.getSubscriptionDataSet().removeIf(subscription -> !"sql".equals(subscription.getTopic())));
        // With several subscriptions it depends on the order of a Java hash set.
        one.setHeartbeatFingerprint(one.computeHeartbeatFingerprint());
        heartbeatFile("heartbeat-v2-one-subscription.json", one);
        HeartbeatData empty = new HeartbeatData();
        empty.setClientID("10.0.0.1@empty");
        heartbeatFile("heartbeat-empty.json", empty);
    }

    private void heartbeatFile(String file, HeartbeatData data) throws IOException {
        bodies.special(file, HeartbeatData.class, RequestCode.HEART_BEAT, data.encode());
    }

    private static HeartbeatData heartbeat() throws Exception {
        ConsumerData consumer = new ConsumerData();
        consumer.setGroupName("group-中");
        consumer.setConsumeType(ConsumeType.CONSUME_PASSIVELY);
        consumer.setMessageModel(MessageModel.CLUSTERING);
        consumer.setConsumeFromWhere(ConsumeFromWhere.CONSUME_FROM_LAST_OFFSET);
        Set<SubscriptionData> subscriptions = new LinkedHashSet<>();
        for (SubscriptionData data : new SubscriptionData[] {
            FilterAPI.buildSubscriptionData("orders", "TagA || 标签 || 😀"),
            FilterAPI.buildSubscriptionData("%RETRY%group-中", "*"),
            FilterAPI.build("sql", "a > 1 AND b = 'x'", "SQL92")}) {
            data.setSubVersion(1_700_000_000_000L);
            subscriptions.add(data);
        }
        consumer.setSubscriptionDataSet(subscriptions);
        ProducerData producer = new ProducerData();
        producer.setGroupName("producer");
        HeartbeatData heartbeat = new HeartbeatData();
        heartbeat.setClientID("10.0.0.1@1234#5678");
        heartbeat.setProducerDataSet(new LinkedHashSet<>(Set.of(producer)));
        heartbeat.setConsumerDataSet(new LinkedHashSet<>(Set.of(consumer)));
        return heartbeat;
    }

    /** The broker puts one map into both tables of this body; what comes out depends on the JSON library. */
    private void sharedInstance() throws IOException {
        MessageQueue queue = new MessageQueue("orders", "broker-a", 0);
        Map<MessageQueue, Long> offsets = new LinkedHashMap<>();
        offsets.put(queue, 7L);
        GetConsumerStatusBody body = new GetConsumerStatusBody();
        body.setMessageQueueTable(offsets);
        Map<String, Map<MessageQueue, Long>> perClient = new LinkedHashMap<>();
        perClient.put("client-1", offsets);
        perClient.put("client-2", offsets);
        body.setConsumerTable(perClient);
        bodies.special("consumer-status-shared.json", GetConsumerStatusBody.class,
            RequestCode.INVOKE_BROKER_TO_GET_CONSUMER_STATUS, body.encode());
    }
}
