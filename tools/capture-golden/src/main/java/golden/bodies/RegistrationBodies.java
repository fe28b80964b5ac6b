package golden.bodies;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.apache.rocketmq.common.TopicConfig;
import org.apache.rocketmq.common.TopicFilterType;
import org.apache.rocketmq.remoting.protocol.DataVersion;
import org.apache.rocketmq.remoting.protocol.body.RegisterBrokerBody;
import org.apache.rocketmq.remoting.protocol.body.TopicConfigAndMappingSerializeWrapper;
import org.apache.rocketmq.remoting.protocol.statictopic.TopicQueueMappingInfo;

/** What a broker tells the name server: plain and compressed, and the text form of a topic inside the latter. */
final class RegistrationBodies {
    private static final int REGISTER = 103;

    private final BodyOutput bodies;

    RegistrationBodies(BodyOutput bodies) {
        this.bodies = bodies;
    }

    void capture() throws IOException {
        RegisterBrokerBody body = registration();
        bodies.special("register-broker-plain.json", RegisterBrokerBody.class, REGISTER, body.encode(false));
        bodies.special("register-broker-compressed.bin", RegisterBrokerBody.class, REGISTER, body.encode(true));
        RegisterBrokerBody empty = new RegisterBrokerBody();
        empty.getTopicConfigSerializeWrapper().setDataVersion(version());
        empty.getTopicConfigSerializeWrapper().setMappingDataVersion(version());
        bodies.special("register-broker-empty.json", RegisterBrokerBody.class, REGISTER, empty.encode(false));
        bodies.special("register-broker-empty-compressed.bin", RegisterBrokerBody.class, REGISTER, empty.encode(true));
    }

    static DataVersion version() {
        DataVersion version = new DataVersion();
        version.setTimestamp(1_700_000_000_000L);
        version.getCounter().set(12);
        version.setStateVersion(3);
        return version;
    }

    static ConcurrentMap<String, TopicConfig> topics() {
        ConcurrentMap<String, TopicConfig> topics = new ConcurrentHashMap<>();
        TopicConfig orders = new TopicConfig("orders", 8, 8, 6);
        topics.put("orders", orders);
        TopicConfig ordered = new TopicConfig("ordered-中文", 4, 2, 4, 1);
        ordered.setOrder(true);
        ordered.setTopicFilterType(TopicFilterType.MULTI_TAG);
        ordered.setAttributes(Map.of("message.type", "FIFO"));
        topics.put("ordered-中文", ordered);
        topics.put("%RETRY%group", new TopicConfig("%RETRY%group", 1, 1, 6));
        return topics;
    }

    private static RegisterBrokerBody registration() {
        TopicConfigAndMappingSerializeWrapper wrapper = new TopicConfigAndMappingSerializeWrapper();
        wrapper.setDataVersion(version());
        wrapper.setTopicConfigTable(topics());
        TopicQueueMappingInfo mapping = new TopicQueueMappingInfo("static", 4, "broker-a", 1_700_000_000_001L);
        mapping.getCurrIdMap().put(0, 0);
        mapping.getCurrIdMap().put(1, 2);
        wrapper.getTopicQueueMappingInfoMap().put("static", mapping);
        wrapper.setMappingDataVersion(version());
        RegisterBrokerBody body = new RegisterBrokerBody();
        body.setTopicConfigSerializeWrapper(wrapper);
        body.setFilterServerList(List.of("10.0.0.1:2222"));
        return body;
    }
}
