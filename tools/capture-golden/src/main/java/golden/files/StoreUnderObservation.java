package golden.files;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;
import org.apache.rocketmq.common.BrokerConfig;
import org.apache.rocketmq.common.TopicConfig;
import org.apache.rocketmq.common.message.MessageExtBatch;
import org.apache.rocketmq.common.message.MessageExtBrokerInner;
import org.apache.rocketmq.store.DefaultMessageStore;
import org.apache.rocketmq.store.PutMessageResult;
import org.apache.rocketmq.store.config.FlushDiskType;
import org.apache.rocketmq.store.config.MessageStoreConfig;
import org.apache.rocketmq.store.stats.BrokerStatsManager;

/** A real store in a temporary folder, with small files and a clock that stands still. */
final class StoreUnderObservation {
    private static final long DISPATCH_WAIT_MILLIS = 10_000;
    private static final long POLL_MILLIS = 20;

    final Path root;
    final FixedClock clock = new FixedClock();
    private final DefaultMessageStore store;

    StoreUnderObservation(ConcurrentMap<String, TopicConfig> topics, Consumer<MessageStoreConfig> change) throws Exception {
        root = Files.createTempDirectory("golden-store");
        MessageStoreConfig config = new MessageStoreConfig();
        config.setStorePathRootDir(root.toString());
        config.setStorePathCommitLog(root.resolve("commitlog").toString());
        config.setMappedFileSizeCommitLog(4096);
        config.setMappedFileSizeConsumeQueue(20 * 16);
        config.setMappedFileSizeConsumeQueueExt(1024);
        config.setMapperFileSizeBatchConsumeQueue(46 * 8);
        config.setMaxHashSlotNum(16);
        config.setMaxIndexNum(32);
        config.setHaListenPort(0);
        // Every message is flushed before the next: the times in the checkpoint do not depend on the moment of a flush.
        config.setFlushDiskType(FlushDiskType.SYNC_FLUSH);
        change.accept(config);
        BrokerConfig broker = new BrokerConfig();
        broker.setBrokerName("broker-a");
        store = new DefaultMessageStore(config, new BrokerStatsManager("DefaultCluster", false), null, broker,
            topics == null ? new ConcurrentHashMap<>() : topics);
        Managers.write(store, "systemClock", clock);
        if (!store.load()) {
            throw new IllegalStateException("the store does not load");
        }
        store.start();
    }

    void put(MessageExtBrokerInner message) {
        verify(store.putMessage(message));
    }

    void putAll(MessageExtBatch batch) {
        verify(store.putMessages(batch));
    }

    private void verify(PutMessageResult result) {
        if (!result.isOk()) {
            throw new IllegalStateException("refused: " + result.getPutMessageStatus());
        }
        clock.advance(1);
    }

    /** As a broker that is ended cleanly: all files flushed, the checkpoint written, the abort file gone. */
    void close() throws InterruptedException {
        for (long waited = 0; store.dispatchBehindBytes() > 0; waited += POLL_MILLIS) {
            if (waited > DISPATCH_WAIT_MILLIS) {
                throw new IllegalStateException("not dispatched: " + store.dispatchBehindBytes());
            }
            Thread.sleep(POLL_MILLIS);
        }
        store.shutdown();
    }

    long usedBytes() {
        return store.getMaxPhyOffset();
    }
}
