package golden.records;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.apache.rocketmq.common.UtilAll;
import org.apache.rocketmq.common.compression.CompressionType;
import org.apache.rocketmq.common.compression.CompressorFactory;
import org.apache.rocketmq.common.message.MessageAccessor;
import org.apache.rocketmq.common.message.MessageDecoder;
import org.apache.rocketmq.common.message.MessageExtBrokerInner;
import org.apache.rocketmq.common.sysflag.MessageSysFlag;

/** Messages as a broker would hand them to its store, with fixed times and hosts. */
public final class Samples {
    public static final long BORN_TIMESTAMP = 1_700_000_000_123L;
    public static final long STORE_TIMESTAMP = 1_700_000_000_456L;
    public static final InetSocketAddress BORN_V4 = host(new byte[] {10, 0, 0, (byte) 200}, 40_000);
    public static final InetSocketAddress STORE_V4 = host(new byte[] {(byte) 192, (byte) 168, 1, 2}, 10_911);
    public static final InetSocketAddress BORN_V6 = host(v6(1), 40_001);
    public static final InetSocketAddress STORE_V6 = host(v6(2), 10_911);
    /** 130 characters: more than the one length byte of the first record version can say. */
    public static final String LONG_TOPIC = "%RETRY%" + "g".repeat(123);

    private static final int COMPRESSION_LEVEL = 5;

    private Samples() {
    }

    public static MessageExtBrokerInner message(String topic, byte[] body, Map<String, String> properties) {
        MessageExtBrokerInner message = new MessageExtBrokerInner();
        message.setTopic(topic);
        message.setBody(body);
        message.setBodyCRC(UtilAll.crc32(body));
        message.setQueueId(3);
        message.setFlag(0x01020304);
        message.setBornTimestamp(BORN_TIMESTAMP);
        message.setStoreTimestamp(STORE_TIMESTAMP);
        message.setReconsumeTimes(2);
        message.setBornHost(BORN_V4);
        message.setStoreHost(STORE_V4);
        // Sorted: maps made by Map.of come out in another order in each run.
        MessageAccessor.setProperties(message, new TreeMap<>(properties));
        message.setPropertiesString(MessageDecoder.messageProperties2String(message.getProperties()));
        return message;
    }

    public static MessageExtBrokerInner compressed(CompressionType type, String text) throws Exception {
        byte[] packed = CompressorFactory.getCompressor(type).compress(utf8(text), COMPRESSION_LEVEL);
        MessageExtBrokerInner message = message("compressed", packed, Map.of("TAGS", type.name()));
        message.setSysFlag(MessageSysFlag.COMPRESSED_FLAG | type.getCompressionFlag());
        return message;
    }

    public static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] v6(int last) {
        byte[] address = new byte[16];
        address[0] = 0x20;
        address[1] = 0x01;
        address[2] = 0x0d;
        address[3] = (byte) 0xb8;
        address[15] = (byte) last;
        return address;
    }

    private static InetSocketAddress host(byte[] address, int port) {
        try {
            return new InetSocketAddress(InetAddress.getByAddress(address), port);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }
}
