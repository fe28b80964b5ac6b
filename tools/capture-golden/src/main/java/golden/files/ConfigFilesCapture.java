package golden.files;

import golden.Output;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.rocketmq.broker.BrokerController;
import org.apache.rocketmq.broker.filter.ConsumerFilterManager;
import org.apache.rocketmq.broker.loadbalance.MessageRequestModeManager;
import org.apache.rocketmq.broker.offset.ConsumerOffsetManager;
import org.apache.rocketmq.broker.offset.LmqConsumerOffsetManager;
import org.apache.rocketmq.broker.schedule.ScheduleMessageService;
import org.apache.rocketmq.broker.subscription.SubscriptionGroupManager;
import org.apache.rocketmq.broker.topic.TopicConfigManager;
import org.apache.rocketmq.broker.topic.TopicQueueMappingManager;
import org.apache.rocketmq.common.BrokerConfig;
import org.apache.rocketmq.common.TopicConfig;
import org.apache.rocketmq.common.TopicFilterType;
import org.apache.rocketmq.common.message.MessageRequestMode;
import org.apache.rocketmq.remoting.netty.NettyClientConfig;
import org.apache.rocketmq.remoting.netty.NettyServerConfig;
import org.apache.rocketmq.remoting.protocol.body.SetMessageRequestModeRequestBody;
import org.apache.rocketmq.remoting.protocol.statictopic.LogicQueueMappingItem;
import org.apache.rocketmq.remoting.protocol.statictopic.TopicQueueMappingDetail;
import org.apache.rocketmq.remoting.protocol.subscription.GroupRetryPolicyType;
import org.apache.rocketmq.remoting.protocol.subscription.SubscriptionGroupConfig;
import org.apache.rocketmq.store.DefaultMessageStore;
import org.apache.rocketmq.store.config.MessageStoreConfig;

/** files/config: the JSON files of a broker, written by its own managers. */
public final class ConfigFilesCapture {
    private final FileOutput files;
    private final Path root;
    private final BrokerController broker;

    public ConfigFilesCapture(Output out) throws Exception {
        this.files = new FileOutput(out, "config");
        this.root = Files.createTempDirectory("golden-config");
        BrokerConfig config = new BrokerConfig();
        config.setBrokerName("broker-a");
        config.setBrokerClusterName("DefaultCluster");
        config.setBrokerIP1("192.168.1.2");
        MessageStoreConfig store = new MessageStoreConfig();
        store.setStorePathRootDir(root.toString());
        this.broker = new BrokerController(config, new NettyServerConfig(), new NettyClientConfig(), store);
        // Never started: the managers only ask it for the configuration.
        this.broker.setMessageStore(new DefaultMessageStore(store, broker.getBrokerStatsManager(), null, config, new ConcurrentHashMap<>()));
    }

    public void run() throws Exception {
        topics();
        groups();
        offsets();
        delayOffsets();
        filters();
        requestModes();
        mappings();
        files.finish();
    }

    private void topics() throws Exception {
        TopicConfigManager manager = broker.getTopicConfigManager();
        manager.getTopicConfigTable().put("orders", new TopicConfig("orders", 8, 8, 6));
        TopicConfig special = new TopicConfig("special", 4, 2, 4, 1);
        special.setOrder(true);
        special.setTopicFilterType(TopicFilterType.MULTI_TAG);
        special.setAttributes(Map.of("message.type", "FIFO/中"));
        manager.getTopicConfigTable().put("special", special);
        Managers.settle(manager.getDataVersion());
        manager.persist();
        capture("topics.json");
    }

    private void groups() throws Exception {
        SubscriptionGroupManager manager = broker.getSubscriptionGroupManager();
        SubscriptionGroupConfig group = new SubscriptionGroupConfig();
        group.setGroupName("group-中");
        group.setRetryMaxTimes(3);
        group.getGroupRetryPolicy().setType(GroupRetryPolicyType.EXPONENTIAL);
        manager.getSubscriptionGroupTable().put(group.getGroupName(), group);
        manager.setForbidden("group-中", "orders", 0);
        Managers.settle(manager.getDataVersion());
        manager.persist();
        capture("subscriptionGroup.json");
    }

    private void offsets() throws Exception {
        ConsumerOffsetManager manager = broker.getConsumerOffsetManager();
        commit(manager);
        Managers.settle(manager.getDataVersion());
        manager.persist();
        capture("consumerOffset.json");
        LmqConsumerOffsetManager lmq = new LmqConsumerOffsetManager(broker);
        lmq.commitOffset("", "%LMQ%group", "%LMQ%queue", 0, 5);
        Managers.settle(lmq.getDataVersion());
        lmq.persist();
        capture("lmqConsumerOffset.json");
    }

    private static void commit(ConsumerOffsetManager manager) {
        manager.commitOffset("", "group", "orders", 0, 12);
        manager.commitOffset("", "group", "orders", 1, 7);
        manager.commitOffset("", "group-中", "orders", 0, 9_007_199_254_740_991L);
        manager.commitPullOffset("", "group", "orders", 0, 15);
    }

    private void delayOffsets() throws Exception {
        ScheduleMessageService service = new ScheduleMessageService(broker);
        service.getOffsetTable().put(1, 10L);
        service.getOffsetTable().put(2, 0L);
        service.getOffsetTable().put(18, 5L);
        Managers.settle(service.getDataVersion());
        service.persist();
        capture("delayOffset.json");
    }

    private void filters() throws Exception {
        ConsumerFilterManager manager = new ConsumerFilterManager(broker);
        manager.register("orders", "group-中", "a > 1 AND b = 'x/y'", "SQL92", 1_700_000_000_000L);
        manager.get("orders", "group-中").setBornTime(1_700_000_000_001L);
        manager.persist();
        capture("consumerFilter.json");
    }

    private void requestModes() throws Exception {
        MessageRequestModeManager manager = new MessageRequestModeManager(broker);
        SetMessageRequestModeRequestBody mode = new SetMessageRequestModeRequestBody();
        mode.setTopic("orders");
        mode.setConsumerGroup("group");
        mode.setMode(MessageRequestMode.POP);
        mode.setPopShareQueueNum(2);
        manager.setMessageRequestMode("orders", "group", mode);
        manager.persist();
        capture("messageRequestMode.json");
    }

    private void mappings() throws Exception {
        TopicQueueMappingManager manager = new TopicQueueMappingManager(broker);
        TopicQueueMappingDetail detail = new TopicQueueMappingDetail("static", 2, "broker-a", 1_700_000_000_002L);
        detail.getHostedQueues().put(0, List.of(new LogicQueueMappingItem(0, 0, "broker-a", 0, 0, -1, -1, -1)));
        manager.getTopicQueueMappingTable().put("static", detail);
        Managers.settle(manager.getDataVersion());
        manager.persist();
        capture("topicQueueMapping.json");
    }

    private void capture(String name) throws Exception {
        files.whole("config/" + name, "json", root.resolve("config").resolve(name));
    }
}
