package golden.records;

import golden.Output;
import golden.Row;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import org.apache.rocketmq.common.message.MessageClientIDSetter;
import org.apache.rocketmq.common.message.MessageDecoder;
import org.apache.rocketmq.common.message.MessageExtBrokerInner;
import org.apache.rocketmq.common.message.MessageId;
import org.apache.rocketmq.common.producer.RecallMessageHandle;
import org.apache.rocketmq.remoting.protocol.header.ExtraInfoUtil;
import org.apache.rocketmq.store.index.IndexFile;

/** records/identity.json: ids, tag codes, index hashes and the handles clients carry around. */
public final class IdentityCapture {
    private static final String[] TAGS = {
        "", "a", "TagA", "TagA || TagB", "标签", "😀", "é", "polygenelubricants", "Aa", "BB", " ", "x".repeat(300), "\ud83d", "\u0000"};
    private static final String[] KEYS = {"orders#k1", "orders#", "#", "主题#键 😀", "polygenelubricants", "orders#T#TagA", "Aa#BB"};
    /** An id of a known time and place; a fresh one differs in every run. */
    private static final String UNIQUE_V4 = "0A000001162E18B4AAC200000FA10002";
    private static final String UNIQUE_V6 = "20010DB8000000000000000000000001162E18B4AAC200000FA10002";

    private final Output out;
    private final List<Row> rows = new ArrayList<>();

    public IdentityCapture(Output out) {
        this.out = out;
    }

    public void run() throws Exception {
        offsetId("v4", Samples.STORE_V4, 0);
        offsetId("v4-far", Samples.STORE_V4, (1L << 53) - 1);
        offsetId("v6", Samples.STORE_V6, 123_456_789_012L);
        uniqueId(UNIQUE_V4);
        uniqueId(UNIQUE_V6);
        for (String tags : TAGS) {
            rows.add(row("tags-code", tags, MessageExtBrokerInner.tagsString2tagsCode(tags)));
        }
        indexHashes();
        rows.add(row("recall-handle", "orders broker-a 1700000000000 " + UNIQUE_V4,
            RecallMessageHandle.HandleV1.buildHandle("orders", "broker-a", "1700000000000", UNIQUE_V4)));
        popReceipts();
        out.rows("records/identity.json", rows);
    }

    private void offsetId(String name, InetSocketAddress host, long offset) throws Exception {
        String id = MessageDecoder.createMessageId(host, offset);
        MessageId back = MessageDecoder.decodeMessageId(id);
        rows.add(row("offset-id", name, id).with("host", host.getAddress().getHostAddress()).with("port", host.getPort())
            .with("offset", back.getOffset()));
    }

    private void uniqueId(String id) {
        rows.add(row("unique-id", id, MessageClientIDSetter.getIPStrFromID(id)).with("pid", MessageClientIDSetter.getPidFromID(id)));
    }

    /** The method is of an instance, but reads nothing of it. */
    private void indexHashes() throws Exception {
        IndexFile file = new IndexFile(Files.createTempDirectory("golden").resolve("0").toString(), 4, 4, 0, 0);
        for (String key : KEYS) {
            rows.add(row("index-hash", key, file.indexKeyHashMethod(key)));
        }
        file.destroy(0);
    }

    private void popReceipts() {
        String first = ExtraInfoUtil.buildExtraInfo(100, 1_700_000_000_000L, 60_000, 3, "orders", "broker-a", 2);
        rows.add(row("pop-receipt", "100 1700000000000 60000 3 orders broker-a 2", first));
        String retried = ExtraInfoUtil.buildExtraInfo(100, 1_700_000_000_000L, 60_000, 3, "%RETRY%g_orders", "broker-a", 2, 101);
        rows.add(row("pop-receipt", "100 1700000000000 60000 3 %RETRY%g_orders broker-a 2 101", retried));
        StringBuilder starts = new StringBuilder();
        ExtraInfoUtil.buildStartOffsetInfo(starts, "orders", 0, 7);
        ExtraInfoUtil.buildStartOffsetInfo(starts, "orders", 1, 9);
        rows.add(row("pop-start-offsets", "orders 0 7 orders 1 9", starts.toString()));
        StringBuilder offsets = new StringBuilder();
        ExtraInfoUtil.buildMsgOffsetInfo(offsets, "orders", 0, List.of(7L, 8L));
        ExtraInfoUtil.buildMsgOffsetInfo(offsets, "orders", 1, List.of(9L));
        rows.add(row("pop-message-offsets", "orders 0 7,8 orders 1 9", offsets.toString()));
    }

    private static Row row(String kind, String input, Object output) {
        return Row.of("kind", kind).with("input", input).with("output", output.toString());
    }
}
