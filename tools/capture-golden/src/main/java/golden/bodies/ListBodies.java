package golden.bodies;

import golden.Filler;
import java.io.IOException;
import java.util.List;
import org.apache.rocketmq.remoting.protocol.RemotingSerializable;
import org.apache.rocketmq.remoting.protocol.RequestCode;
import org.apache.rocketmq.remoting.protocol.body.AclInfo;
import org.apache.rocketmq.remoting.protocol.body.UserInfo;

/** Bodies that are a bare array. */
final class ListBodies {
    private final BodyOutput bodies;

    ListBodies(BodyOutput bodies) {
        this.bodies = bodies;
    }

    void capture() throws IOException {
        bodies.special("user-list.json", UserInfo.class, RequestCode.AUTH_LIST_USER, RemotingSerializable.encode(twice(UserInfo.class)));
        bodies.special("acl-list.json", AclInfo.class, RequestCode.AUTH_LIST_ACL, RemotingSerializable.encode(twice(AclInfo.class)));
        bodies.special("broker-name-list.json", String.class, RequestCode.CONTROLLER_GET_SYNC_STATE_DATA,
            RemotingSerializable.encode(List.of("broker-a", "broker-中")));
    }

    private static <T> List<T> twice(Class<T> type) {
        return List.of(Filler.filled(type), Filler.filled(type));
    }
}
