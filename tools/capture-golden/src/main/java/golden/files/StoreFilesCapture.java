package golden.files;

import golden.Output;
import golden.Row;
import golden.records.Samples;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.stream.Stream;
import org.apache.rocketmq.common.TopicAttributes;
import org.apache.rocketmq.common.TopicConfig;
import org.apache.rocketmq.common.attribute.CQType;
import org.apache.rocketmq.common.compression.CompressionType;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageAccessor;
import org.apache.rocketmq.common.message.MessageBatch;
import org.apache.rocketmq.common.message.MessageConst;
import org.apache.rocketmq.common.message.MessageDecoder;
import org.apache.rocketmq.common.message.MessageExtBatch;
import org.apache.rocketmq.common.message.MessageExtBrokerInner;
import org.apache.rocketmq.common.sysflag.MessageSysFlag;

/** files/store and files/store-options: commit log, consume queues, index and checkpoint as a running store leaves them. */
public final class StoreFilesCapture {
    private static final int BIG_BODY = 1500;
    private static final int CONSUME_QUEUE_ENTRY = 20;
    private static final int BATCH_QUEUE_ENTRY = 46;
    private static final int INT64 = 8;

    private final Output out;

    public StoreFilesCapture(Output out) {
        this.out = out;
    }

    public void run() throws Exception {
        plainStore();
        storeWithOptions();
    }

    private void plainStore() throws Exception {
        StoreUnderObservation store = new StoreUnderObservation(null, config -> { });
        store.put(message("orders", 0, "first 世界", Map.of("TAGS", "TagA", "KEYS", "k1 k2", "UNIQ_KEY", "7F000001000018B4AAC2000000000001")));
        store.put(message("orders", 0, "second", Map.of("UNIQ_KEY", "7F000001000018B4AAC2000000000002")));
        store.put(message("orders", 1, "other queue", Map.of("TAGS", "标签 😀")));
        store.put(message(Samples.LONG_TOPIC, 0, "second record version", Map.of("TAGS", "b")));
        store.put(message("SCHEDULE_TOPIC_XXXX", 2, "delayed", delayed()));
        store.put(prepared());
        MessageExtBrokerInner v6 = message("orders", 0, "v6 hosts", Map.of("TAGS", "c"));
        v6.setBornHost(Samples.BORN_V6);
        v6.setStoreHost(Samples.STORE_V6);
        store.put(v6);
        store.put(Samples.compressed(CompressionType.ZLIB, "compress me ".repeat(50)));
        store.putAll(batch("orders"));
        // Does not fit into what is left of the first file: filler, then the next file.
        store.put(message("orders", 0, "b".repeat(BIG_BODY), Map.of("TAGS", "TagA")));
        store.put(message("orders", 0, "c".repeat(BIG_BODY), Map.of("TAGS", "TagA")));
        long used = store.usedBytes();
        store.close();
        capture(store, "store", used);
    }

    private void storeWithOptions() throws Exception {
        ConcurrentMap<String, TopicConfig> topics = new ConcurrentHashMap<>();
        TopicConfig batched = new TopicConfig("batched", 1, 1, 6);
        batched.setAttributes(Map.of(TopicAttributes.QUEUE_TYPE_ATTRIBUTE.getName(), CQType.BatchCQ.toString()));
        topics.put("batched", batched);
        StoreUnderObservation store = new StoreUnderObservation(topics, config -> {
            config.setEnabledAppendPropCRC(true);
            config.setEnableConsumeQueueExt(true);
        });
        store.put(message("orders", 0, "with checksum", Map.of("TAGS", "TagA")));
        store.put(message("orders", 0, "without properties", Map.of()));
        MessageExtBatch inner = batch("batched");
        inner.setInnerBatch(true);
        inner.setSysFlag(MessageSysFlag.INNER_BATCH_FLAG | MessageSysFlag.NEED_UNWRAP_FLAG);
        MessageAccessor.putProperty(inner, MessageConst.PROPERTY_INNER_NUM, "2");
        inner.setPropertiesString(MessageDecoder.messageProperties2String(inner.getProperties()));
        store.put(inner);
        store.put(message("orders", 0, "last", Map.of("TAGS", "TagB", "用户", "值")));
        long used = store.usedBytes();
        store.close();
        capture(store, "store-options", used);
    }

    private void capture(StoreUnderObservation store, String origin, long used) throws Exception {
        FileOutput files = new FileOutput(out, origin);
        try (Stream<Path> found = Files.walk(store.root)) {
            List<Path> sorted = found.filter(Files::isRegularFile).sorted().toList();
            for (Path file : sorted) {
                capture(files, origin, store.root.relativize(file), file, used);
            }
        }
        files.finish();
    }

    private static void capture(FileOutput files, String origin, Path relative, Path file, long used) throws Exception {
        String name = origin + "/" + relative.toString().replace('\\', '/');
        String kind = relative.getName(0).toString();
        switch (kind) {
            case "commitlog" -> {
                long start = Long.parseLong(file.getFileName().toString());
                files.head(name, kind, file, (int) Math.max(0, used - start));
            }
            case "consumequeue" -> files.head(name, kind, file, usedOf(file, CONSUME_QUEUE_ENTRY));
            case "batchconsumequeue" -> files.head(name, kind, file, usedOf(file, BATCH_QUEUE_ENTRY));
            case "index" -> index(files, origin, file);
            case "checkpoint", "consumequeue_ext", "compaction", "lock" -> files.head(name, kind, file, usedOf(file, INT64));
            // Left by the way 5.5.0 writes the abort file; RocksDB files differ in every run.
            case "abort.bak", "rocksdbstore", "config" -> { }
            default -> throw new IllegalStateException("unknown file " + relative);
        }
    }

    /** The name is the local time of the creation. */
    private static void index(FileOutput files, String origin, Path file) throws Exception {
        Row row = files.head(origin + "/index/file", "index", file, usedOf(file, INT64));
        ByteBuffer header = ByteBuffer.wrap(Files.readAllBytes(file));
        row.with("hashSlots", 16).with("hashSlotsUsed", header.getInt(32)).with("indexCount", header.getInt(36));
    }

    /** Up to the last entry that is not all zero. */
    private static int usedOf(Path file, int entrySize) throws Exception {
        byte[] content = Files.readAllBytes(file);
        int end = content.length;
        while (end > 0 && content[end - 1] == 0) {
            end--;
        }
        return Math.min(content.length, (end + entrySize - 1) / entrySize * entrySize);
    }

    private static MessageExtBrokerInner message(String topic, int queueId, String body, Map<String, String> properties) {
        MessageExtBrokerInner message = Samples.message(topic, Samples.utf8(body), properties);
        message.setQueueId(queueId);
        return message;
    }

    private static Map<String, String> delayed() {
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put("DELAY", "3");
        properties.put("REAL_TOPIC", "orders");
        properties.put("REAL_QID", "1");
        properties.put("TAGS", "TagA");
        return properties;
    }

    private static MessageExtBrokerInner prepared() {
        MessageExtBrokerInner message = message("orders", 0, "prepared", Map.of("TRAN_MSG", "true"));
        message.setSysFlag(MessageSysFlag.TRANSACTION_PREPARED_TYPE);
        return message;
    }

    private static MessageExtBatch batch(String topic) {
        Message first = new Message(topic, "TagA", "b1", Samples.utf8("in a batch 1"));
        Message second = new Message(topic, "TagB", "b2", Samples.utf8("in a batch 2"));
        MessageExtBatch batch = new MessageExtBatch();
        batch.setTopic(topic);
        batch.setQueueId(0);
        batch.setBornTimestamp(Samples.BORN_TIMESTAMP);
        batch.setBornHost(Samples.BORN_V4);
        batch.setStoreHost(Samples.STORE_V4);
        batch.setBody(MessageBatch.generateFromList(List.of(first, second)).encode());
        return batch;
    }
}
