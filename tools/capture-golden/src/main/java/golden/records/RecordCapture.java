package golden.records;

import golden.Output;
import golden.Row;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.rocketmq.common.compression.CompressionType;
import org.apache.rocketmq.common.message.MessageDecoder;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.common.message.MessageExtBrokerInner;
import org.apache.rocketmq.common.message.MessageVersion;
import org.apache.rocketmq.common.sysflag.MessageSysFlag;
import org.apache.rocketmq.store.MessageExtEncoder;
import org.apache.rocketmq.store.config.MessageStoreConfig;

/** records/records.json: the commit-log record in all its variants. */
public final class RecordCapture {
    private static final long QUEUE_OFFSET = 17;
    private static final long PHYSICAL_OFFSET = 0x0102030405L;

    private final Output out;
    private final MessageExtEncoder encoder = new MessageExtEncoder(new MessageStoreConfig());
    private final List<Row> rows = new ArrayList<>();

    public RecordCapture(Output out) {
        this.out = out;
    }

    public void run() throws Exception {
        plainRecords();
        hosts();
        flags();
        for (CompressionType type : CompressionType.values()) {
            store("body-" + type.name().toLowerCase(), Samples.compressed(type, "compress me, 压缩我 ".repeat(40)));
        }
        clientForms();
        out.rows("records/records.json", rows);
    }

    private void plainRecords() {
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put("KEYS", "k1 k2");
        properties.put("TAGS", "TagA");
        properties.put("UNIQ_KEY", "7F000001000018B4AAC2000000000000");
        properties.put("用户", "值 😀");
        properties.put("WAIT", "true");
        store("v1", Samples.message("orders", Samples.utf8("hello 世界"), properties));
        store("v1-no-properties", Samples.message("orders", Samples.utf8("x"), Map.of()));
        store("v1-empty-body", Samples.message("orders", new byte[0], Map.of("TAGS", "a")));
        store("v1-non-ascii-topic", Samples.message("主题", new byte[] {0, 1, 2, (byte) 0xff}, Map.of()));
        store("v1-topic-127", Samples.message("t".repeat(127), Samples.utf8("x"), Map.of()));
        MessageExtBrokerInner longTopic = Samples.message(Samples.LONG_TOPIC, Samples.utf8("v2"), Map.of("TAGS", "b"));
        longTopic.setVersion(MessageVersion.MESSAGE_VERSION_V2);
        store("v2-topic-130", longTopic);
        MessageExtBrokerInner negative = Samples.message("orders", Samples.utf8("x"), Map.of());
        negative.setFlag(-1);
        negative.setPreparedTransactionOffset(Long.MAX_VALUE);
        store("v1-extreme-numbers", negative);
    }

    private void hosts() {
        MessageExtBrokerInner born = Samples.message("orders", Samples.utf8("born v6"), Map.of("TAGS", "c"));
        born.setBornHost(Samples.BORN_V6);
        born.setBornHostV6Flag();
        store("v1-born-v6", born);
        MessageExtBrokerInner stored = Samples.message("orders", Samples.utf8("store v6"), Map.of("TAGS", "c"));
        stored.setStoreHost(Samples.STORE_V6);
        stored.setStoreHostAddressV6Flag();
        store("v1-store-v6", stored);
        MessageExtBrokerInner both = Samples.message(Samples.LONG_TOPIC, Samples.utf8("both v6"), Map.of("TAGS", "c"));
        both.setVersion(MessageVersion.MESSAGE_VERSION_V2);
        both.setBornHost(Samples.BORN_V6);
        both.setBornHostV6Flag();
        both.setStoreHost(Samples.STORE_V6);
        both.setStoreHostAddressV6Flag();
        store("v2-both-v6", both);
    }

    private void flags() {
        int[] types = {MessageSysFlag.TRANSACTION_PREPARED_TYPE, MessageSysFlag.TRANSACTION_COMMIT_TYPE, MessageSysFlag.TRANSACTION_ROLLBACK_TYPE};
        for (int type : types) {
            MessageExtBrokerInner message = Samples.message("tx", Samples.utf8("tx"), Map.of("TRAN_MSG", "true", "PGROUP", "p"));
            message.setSysFlag(type);
            message.setPreparedTransactionOffset(4096);
            store("v1-transaction-" + type, message);
        }
    }

    /** What a broker sends to a client inside a command: not the store's encoder but the one of the shared decoder class. */
    private void clientForms() throws Exception {
        MessageExt message = Samples.message("orders", Samples.utf8("to the client"), Map.of("TAGS", "d"));
        message.setQueueOffset(QUEUE_OFFSET);
        message.setCommitLogOffset(PHYSICAL_OFFSET);
        rows.add(DecodedRecord.row("client-encode", MessageDecoder.encode(message, false)));
        message.setSysFlag(MessageSysFlag.COMPRESSED_FLAG | CompressionType.ZLIB.getCompressionFlag());
        rows.add(DecodedRecord.row("client-encode-compressed", MessageDecoder.encode(message, true)));
    }

    private void store(String name, MessageExtBrokerInner message) {
        message.setQueueOffset(QUEUE_OFFSET);
        if (encoder.encode(message) != null) {
            throw new IllegalStateException("refused: " + name);
        }
        ByteBuffer buffer = encoder.getEncoderBuffer();
        byte[] record = new byte[buffer.getInt(0)];
        buffer.get(0, record);
        // The append fills this in when it knows the place.
        ByteBuffer.wrap(record).putLong(MessageDecoder.PHY_POS_POSITION, PHYSICAL_OFFSET);
        rows.add(DecodedRecord.row(name, record));
    }
}
