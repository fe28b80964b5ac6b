import org.apache.rocketmq.client.ClientConfig;

/** A client whose heartbeat was skipped (its lock was taken) or who looked for a route too early tries again after half a minute by default: too long for tests. */
final class Upkeep {
    private static final int INTERVAL_MS = 2000;

    private Upkeep() {
    }

    static void hasten(ClientConfig client) {
        client.setHeartbeatBrokerInterval(INTERVAL_MS);
        client.setPollNameServerInterval(INTERVAL_MS);
        client.setPersistConsumerOffsetInterval(INTERVAL_MS / 2);
    }
}
