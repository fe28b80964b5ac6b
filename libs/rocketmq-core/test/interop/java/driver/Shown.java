import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Map;
import org.apache.rocketmq.common.message.MessageExt;

/** Messages as lines of the driver's protocol. */
final class Shown {
    private static final int BODY_MAX = 256;

    private Shown() {
    }

    static void messages(String consumer, List<MessageExt> messages) {
        for (MessageExt message : messages) {
            message(consumer, message);
        }
    }

    static void message(String consumer, MessageExt message) {
        byte[] body = message.getBody();
        Line line = new Line("message").with("consumer", consumer).with("seenAtMs", System.currentTimeMillis()).with("topic", message.getTopic())
            .with("brokerName", message.getBrokerName()).with("queueId", message.getQueueId()).with("queueOffset", message.getQueueOffset())
            .with("msgId", message.getMsgId()).with("tags", message.getTags()).with("keys", message.getKeys()).with("bodyLength", body.length).with("bodyMd5", md5(body))
            .with("reconsumeTimes", message.getReconsumeTimes()).with("sysFlag", message.getSysFlag()).with("bornTimestamp", message.getBornTimestamp())
            .with("storeTimestamp", message.getStoreTimestamp()).with("bornHost", message.getBornHostString()).with("commitLogOffset", message.getCommitLogOffset());
        if (body.length <= BODY_MAX) {
            line.with("body", new String(body, StandardCharsets.UTF_8));
        }
        for (Map.Entry<String, String> property : message.getProperties().entrySet()) {
            line.with("property." + property.getKey(), property.getValue());
        }
        line.print();
    }

    private static String md5(byte[] body) {
        try {
            return String.format("%032x", new BigInteger(1, MessageDigest.getInstance("MD5").digest(body)));
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
