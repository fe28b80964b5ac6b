package golden.records;

import golden.Row;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.TreeMap;
import org.apache.rocketmq.common.message.MessageDecoder;
import org.apache.rocketmq.common.message.MessageExt;

/** One record with everything the Java decoder reads from it. */
public final class DecodedRecord {
    private DecodedRecord() {
    }

    public static Row row(String name, byte[] record) {
        MessageExt message = MessageDecoder.decode(ByteBuffer.wrap(record));
        if (message == null) {
            throw new IllegalStateException("not decodable: " + name);
        }
        return Row.of("name", name)
            .with("size", message.getStoreSize())
            .with("magic", ByteBuffer.wrap(record).getInt(4))
            .with("bodyCrc", message.getBodyCRC())
            .with("queueId", message.getQueueId())
            .with("flag", message.getFlag())
            .with("queueOffset", message.getQueueOffset())
            .with("physicalOffset", message.getCommitLogOffset())
            .with("sysFlag", message.getSysFlag())
            .with("bornTimestamp", message.getBornTimestamp())
            .with("bornHost", text(message.getBornHost()))
            .with("storeTimestamp", message.getStoreTimestamp())
            .with("storeHost", text(message.getStoreHost()))
            .with("reconsumeTimes", message.getReconsumeTimes())
            .with("preparedTransactionOffset", message.getPreparedTransactionOffset())
            .with("topic", message.getTopic())
            .with("properties", message.getProperties() == null ? new TreeMap<>() : new TreeMap<>(message.getProperties()))
            .with("offsetMessageId", MessageDecoder.createMessageId(message.getStoreHost(), message.getCommitLogOffset()))
            .withHex("body", message.getBody() == null ? new byte[0] : message.getBody())
            .withHex("record", record);
    }

    private static String text(SocketAddress address) {
        InetSocketAddress host = (InetSocketAddress) address;
        return host.getAddress().getHostAddress() + ":" + host.getPort();
    }
}
