package golden.files;

import golden.Output;
import golden.Row;
import golden.records.Samples;
import java.io.RandomAccessFile;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.rocketmq.common.message.MessageConst;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.store.config.MessageStoreConfig;
import org.apache.rocketmq.store.stats.BrokerStatsManager;
import org.apache.rocketmq.store.timer.TimerCheckpoint;
import org.apache.rocketmq.store.timer.TimerLog;
import org.apache.rocketmq.store.timer.TimerMessageStore;
import org.apache.rocketmq.store.timer.TimerMetrics;
import org.apache.rocketmq.store.timer.TimerWheel;

/** files/timer: timer log, checkpoint and metrics as TimerMessageStore leaves them, and the used slots of its wheel. */
public final class TimerFilesCapture {
    private static final long NOW = FixedClock.START;
    private static final long HOUR = 3_600_000;
    private static final int SLOT = 32;
    /** Three units and a blank end. */
    private static final int LOG_FILE = 3 * TimerLog.UNIT_SIZE + 30;
    private static final int RECORD = 200;

    private final FileOutput files;
    private final Output out;
    private final Path root;
    private int entries;

    public TimerFilesCapture(Output out) throws Exception {
        this.out = out;
        this.files = new FileOutput(out, "timer");
        this.root = Files.createTempDirectory("golden-timer");
    }

    public void run() throws Exception {
        MessageStoreConfig config = new MessageStoreConfig();
        config.setStorePathRootDir(root.toString());
        config.setMappedFileSizeTimerLog(LOG_FILE);
        TimerCheckpoint checkpoint = new TimerCheckpoint(root.resolve("timercheck").toString());
        TimerMetrics metrics = new TimerMetrics(root.resolve("timermetrics").toString());
        TimerMessageStore store = new TimerMessageStore(null, config, checkpoint, metrics, new BrokerStatsManager("DefaultCluster", false));
        Managers.write(store, "currWriteTimeMs", NOW);
        enqueue(store, 5000, Map.of("REAL_TOPIC", "orders"));
        enqueue(store, 5000, Map.of("REAL_TOPIC", "订单"));
        enqueue(store, 60_000, Map.of("REAL_TOPIC", "orders"));
        enqueue(store, 5000, Map.of("REAL_TOPIC", "orders", MessageConst.PROPERTY_TIMER_DEL_UNIQKEY, "orders+key"));
        enqueue(store, 72 * HOUR, Map.of("REAL_TOPIC", "orders"));
        enqueue(store, 49 * HOUR, Map.of("REAL_TOPIC", "orders"));
        ((TimerLog) Managers.read(store, "timerLog")).shutdown();
        ((TimerWheel) Managers.read(store, "timerWheel")).flush();
        log();
        wheel();
        checkpoint(checkpoint);
        metrics(metrics);
        files.finish();
    }

    /** The method has one parameter more since 5.4. */
    private void enqueue(TimerMessageStore store, long delay, Map<String, String> properties) throws Exception {
        Method method = Stream.of(TimerMessageStore.class.getMethods()).filter(one -> one.getName().equals("doEnqueue")).findFirst().orElseThrow();
        MessageExt message = Samples.message("rmq_sys_wheel_timer", Samples.utf8("later"), properties);
        List<Object> arguments = new ArrayList<>(List.of((long) entries++ * RECORD, RECORD, NOW + delay, message));
        if (method.getParameterCount() > arguments.size()) {
            arguments.add(true);
        }
        if (!(Boolean) method.invoke(store, arguments.toArray())) {
            throw new IllegalStateException("refused: " + properties);
        }
    }

    private void log() throws Exception {
        try (Stream<Path> found = Files.list(root.resolve("timerlog"))) {
            for (Path file : found.sorted().toList()) {
                files.whole("timer/timerlog/" + file.getFileName(), "timerlog", file);
            }
        }
    }

    /** The file is too large to keep, and nearly all of it is zeros. */
    private void wheel() throws Exception {
        List<Row> slots = new ArrayList<>();
        try (RandomAccessFile file = new RandomAccessFile(root.resolve("timerwheel").toFile(), "r")) {
            slots.add(Row.of("name", "size").with("value", file.length()));
            byte[] all = new byte[(int) file.length()];
            file.readFully(all);
            for (int at = 0; at < all.length; at += SLOT) {
                byte[] slot = Arrays.copyOfRange(all, at, at + SLOT);
                if (!Arrays.equals(slot, new byte[SLOT])) {
                    slots.add(Row.of("name", "slot").with("value", at / SLOT).withHex("bytes", slot));
                }
            }
        }
        out.rows("files/timer-wheel.json", slots);
    }

    private void checkpoint(TimerCheckpoint checkpoint) throws Exception {
        checkpoint.setLastReadTimeMs(NOW);
        checkpoint.setLastTimerLogFlushPos(2L * LOG_FILE);
        checkpoint.setLastTimerQueueOffset(entries);
        checkpoint.setMasterTimerQueueOffset(entries - 1);
        checkpoint.getDataVersion().nextVersion(3);
        Managers.settle(checkpoint.getDataVersion());
        checkpoint.flush();
        files.whole("timer/timercheck", "timercheck", root.resolve("timercheck"));
    }

    private void metrics(TimerMetrics metrics) throws Exception {
        metrics.getTimingCount().values().forEach(one -> one.setTimeStamp(NOW));
        Managers.settle(metrics.getDataVersion());
        metrics.persist();
        files.whole("timer/timermetrics", "timermetrics", root.resolve("timermetrics"));
    }
}
