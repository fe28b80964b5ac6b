package golden.bodies;

import io.netty.channel.embedded.EmbeddedChannel;
import java.util.List;
import org.apache.rocketmq.common.TopicConfig;
import org.apache.rocketmq.common.namesrv.NamesrvConfig;
import org.apache.rocketmq.namesrv.NamesrvController;
import org.apache.rocketmq.namesrv.processor.ClientRequestProcessor;
import org.apache.rocketmq.namesrv.routeinfo.RouteInfoManager;
import org.apache.rocketmq.remoting.netty.NettyServerConfig;
import org.apache.rocketmq.remoting.protocol.RemotingCommand;
import org.apache.rocketmq.remoting.protocol.RequestCode;
import org.apache.rocketmq.remoting.protocol.body.ClusterInfo;
import org.apache.rocketmq.remoting.protocol.body.TopicConfigAndMappingSerializeWrapper;
import org.apache.rocketmq.remoting.protocol.body.TopicList;
import org.apache.rocketmq.remoting.protocol.header.namesrv.GetRouteInfoRequestHeader;
import org.apache.rocketmq.remoting.protocol.route.TopicRouteData;

/** Routes and cluster info as a name server answers them that two brokers and a replica have registered with. */
final class RouteBodies {
    private static final int ROUTE = RequestCode.GET_ROUTEINFO_BY_TOPIC;
    private static final long EXPIRY_MILLIS = 120_000;

    private final BodyOutput bodies;

    RouteBodies(BodyOutput bodies) {
        this.bodies = bodies;
    }

    void capture() throws Exception {
        NamesrvController server = new NamesrvController(new NamesrvConfig(), new NettyServerConfig());
        RouteInfoManager routes = server.getRouteInfoManager();
        register(routes, "broker-a", 0, "10.0.0.1:10911");
        register(routes, "broker-a", 1, "10.0.0.2:10911");
        register(routes, "broker-中", 0, "10.0.0.3:10911");
        ClientRequestProcessor processor = new ClientRequestProcessor(server);
        bodies.special("topic-route-legacy.json", TopicRouteData.class, ROUTE, route(processor, 0));
        bodies.special("topic-route-standard.json", TopicRouteData.class, ROUTE, route(processor, 401));
        bodies.special("cluster-info-registered.json", ClusterInfo.class, RequestCode.GET_BROKER_CLUSTER_INFO,
            routes.getAllClusterInfo().encode());
        bodies.special("topic-list-registered.json", TopicList.class, RequestCode.GET_ALL_TOPIC_LIST_FROM_NAMESERVER,
            routes.getAllTopicList().encode());
    }

    private static void register(RouteInfoManager routes, String broker, long id, String address) {
        TopicConfigAndMappingSerializeWrapper topics = new TopicConfigAndMappingSerializeWrapper();
        topics.setDataVersion(RegistrationBodies.version());
        topics.getTopicConfigTable().put("orders", new TopicConfig("orders", 4, 4, 6));
        topics.getTopicConfigTable().put("other/主题", new TopicConfig("other/主题", 8, 8, 6, 1));
        routes.registerBroker("cluster/中", address, broker, id, "10.0.0.1:10912", "", EXPIRY_MILLIS, false, topics, List.of(),
            new EmbeddedChannel());
    }

    private static byte[] route(ClientRequestProcessor processor, int version) throws Exception {
        GetRouteInfoRequestHeader header = new GetRouteInfoRequestHeader();
        header.setTopic("other/主题");
        RemotingCommand request = RemotingCommand.createRequestCommand(ROUTE, header);
        request.setVersion(version);
        request.makeCustomHeaderToNet();
        return processor.processRequest(null, request).getBody();
    }
}
