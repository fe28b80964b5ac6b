import org.apache.rocketmq.client.ClientConfig;

/**
 * A client whose heartbeat was skipped (its lock was taken) or who looked for a route too early tries again after half a minute by default: too long for
 * tests. And a consumer whose start waits for a route for longer than three seconds gives up: too short for a busy machine.
 */
final class Upkeep {
    private static final int INTERVAL_MS = 2000;
    private static final int ANSWER_TIMEOUT_MS = 20_000;

    private Upkeep() {
    }

    static void hasten(ClientConfig client) {
        client.setHeartbeatBrokerInterval(INTERVAL_MS);
        client.setPollNameServerInterval(INTERVAL_MS);
        client.setPersistConsumerOffsetInterval(INTERVAL_MS / 2);
        client.setMqClientApiTimeout(ANSWER_TIMEOUT_MS);
    }
}
