package golden.records;

import golden.Output;
import golden.Row;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageAccessor;
import org.apache.rocketmq.common.message.MessageBatch;
import org.apache.rocketmq.common.message.MessageDecoder;
import org.apache.rocketmq.common.message.MessageExtBatch;
import org.apache.rocketmq.store.MessageExtEncoder;
import org.apache.rocketmq.store.PutMessageContext;
import org.apache.rocketmq.store.config.MessageStoreConfig;

/** records/batches.json: the body of a batch send and the records a store makes of it. */
public final class BatchCapture {
    private final Output out;

    public BatchCapture(Output out) {
        this.out = out;
    }

    public void run() throws Exception {
        List<Row> rows = new ArrayList<>();
        rows.add(row("one", List.of(message("a", "only", "7F000001000018B4AAC2000000000001"))));
        rows.add(row("three", List.of(message("标签", "first", "7F000001000018B4AAC2000000000001"),
            message("b", "", "7F000001000018B4AAC2000000000002"),
            message("c", "第三 😀", "7F000001000018B4AAC2000000000003"))));
        rows.add(row("no-properties", List.of(new Message("orders", Samples.utf8("bare")))));
        out.rows("records/batches.json", rows);
    }

    private static Message message(String tag, String body, String uniqueKey) {
        Message message = new Message("orders", tag, "key-" + body, Samples.utf8(body));
        message.setFlag(5);
        message.putUserProperty("UNIQ_KEY_COPY", uniqueKey);
        MessageAccessor.putProperty(message, "UNIQ_KEY", uniqueKey);
        return message;
    }

    private static Row row(String name, List<Message> messages) {
        MessageBatch batch = MessageBatch.generateFromList(messages);
        byte[] body = batch.encode();
        List<Row> parts = new ArrayList<>();
        for (Message message : messages) {
            parts.add(Row.of("flag", message.getFlag()).with("properties", new TreeMap<>(message.getProperties()))
                .withHex("body", message.getBody()));
        }
        return Row.of("name", name).with("messages", parts).withHex("batch", body).with("records", expand(body));
    }

    private static List<Row> expand(byte[] body) {
        MessageExtBatch batch = new MessageExtBatch();
        batch.setTopic("orders");
        batch.setBody(body);
        batch.setQueueId(1);
        batch.setBornTimestamp(Samples.BORN_TIMESTAMP);
        batch.setStoreTimestamp(Samples.STORE_TIMESTAMP);
        batch.setBornHost(Samples.BORN_V4);
        batch.setStoreHost(Samples.STORE_V4);
        // The envelope has properties of its own; 5.3.3 appends them to every record, 5.5.0 leaves them out.
        MessageAccessor.putProperty(batch, "UNIQ_KEY", "7F000001000018B4AAC2000000000099");
        MessageAccessor.putProperty(batch, "CLUSTER", "DefaultCluster");
        batch.setPropertiesString(MessageDecoder.messageProperties2String(batch.getProperties()));
        ByteBuffer encoded = new MessageExtEncoder(new MessageStoreConfig()).encode(batch, new PutMessageContext("orders-1"));
        List<Row> records = new ArrayList<>();
        while (encoded.hasRemaining()) {
            byte[] record = new byte[encoded.getInt(encoded.position())];
            encoded.get(record);
            records.add(DecodedRecord.row("record-" + records.size(), record));
        }
        return records;
    }
}
