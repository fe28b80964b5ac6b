import io.netty.channel.embedded.EmbeddedChannel;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.rocketmq.auth.config.AuthConfig;
import org.apache.rocketmq.broker.BrokerController;
import org.apache.rocketmq.broker.latency.BrokerFastFailure;
import org.apache.rocketmq.broker.processor.SendMessageProcessor;
import org.apache.rocketmq.common.BrokerConfig;
import org.apache.rocketmq.common.future.FutureTaskExt;
import org.apache.rocketmq.remoting.netty.NettyClientConfig;
import org.apache.rocketmq.remoting.netty.NettyServerConfig;
import org.apache.rocketmq.remoting.netty.RequestTask;
import org.apache.rocketmq.remoting.protocol.RemotingCommand;
import org.apache.rocketmq.remoting.protocol.RequestCode;
import org.apache.rocketmq.store.CommitLog;
import org.apache.rocketmq.store.DefaultMessageStore;
import org.apache.rocketmq.store.config.MessageStoreConfig;

/** The real classes of a broker that is not started. */
final class BrokerLimits {
    private final BrokerConfig config = new BrokerConfig();
    private final MessageStoreConfig storeConfig = new MessageStoreConfig();
    private final BrokerController controller;
    private final DefaultMessageStore store;
    private final BrokerFastFailure fastFailure;
    private final Map<String, BlockingQueue<Runnable>> queues = new LinkedHashMap<>();

    BrokerLimits(String folder) throws Exception {
        config.setBrokerIP1("127.0.0.1");
        storeConfig.setStorePathRootDir(folder);
        storeConfig.setStorePathCommitLog(folder + "/commitlog");
        AuthConfig authConfig = new AuthConfig();
        authConfig.setAuthConfigPath(folder + "/auth");
        controller = new BrokerController(config, new NettyServerConfig(), new NettyClientConfig(), storeConfig, authConfig);
        store = new DefaultMessageStore(storeConfig, controller.getBrokerStatsManager(), null, config, new ConcurrentHashMap<>());
        controller.setMessageStore(store);
        fastFailure = new BrokerFastFailure(controller);
        queues.put("send", controller.getSendThreadPoolQueue());
        queues.put("pull", controller.getPullThreadPoolQueue());
        queues.put("litePull", controller.getLitePullThreadPoolQueue());
        queues.put("heartbeat", controller.getHeartbeatThreadPoolQueue());
        queues.put("endTransaction", controller.getEndTransactionThreadPoolQueue());
        queues.put("ack", controller.getAckThreadPoolQueue());
        queues.put("admin", controller.getAdminBrokerThreadPoolQueue());
        queues.put("query", controller.getQueryThreadPoolQueue());
        for (String name : new String[] {"reply", "clientManager", "consumerManager"}) {
            queues.put(name, privateQueue(name + "ThreadPoolQueue"));
        }
    }

    @SuppressWarnings("unchecked")
    private BlockingQueue<Runnable> privateQueue(String name) throws Exception {
        return (BlockingQueue<Runnable>) field(BrokerController.class, name).get(controller);
    }

    String capacities() {
        StringJoiner joiner = new StringJoiner(",");
        queues.forEach((name, queue) -> joiner.add(name + "=" + queue.remainingCapacity()));
        return joiner.toString();
    }

    /** The store has been writing one message for so long; below 0 it is not writing. */
    void write(int busyMs, int timeoutMs) throws Exception {
        storeConfig.setOsPageCacheBusyTimeOutMills(timeoutMs);
        field(CommitLog.class, "beginTimeInLock").set(store.getCommitLog(), busyMs < 0 ? 0L : System.currentTimeMillis() - busyMs);
    }

    boolean rejects() {
        return new SendMessageProcessor(controller).rejectRequest();
    }

    String clean(List<String> waits, List<String> ages) throws Exception {
        for (String wait : waits) {
            setWait(wait.split("=")[0], Long.parseLong(wait.split("=")[1]));
        }
        EmbeddedChannel channel = new EmbeddedChannel();
        long now = System.currentTimeMillis();
        for (int i = 0; i < ages.size(); i++) {
            String[] parts = ages.get(i).split("=");
            RemotingCommand request = RemotingCommand.createRequestCommand(RequestCode.SEND_MESSAGE, null);
            request.setOpaque(i);
            RequestTask task = new RequestTask(() -> { }, channel, request);
            field(RequestTask.class, "createTimestamp").set(task, now - Long.parseLong(parts[1]));
            queues.get(parts[0]).add(new FutureTaskExt<>(task, null));
        }
        Method method = BrokerFastFailure.class.getDeclaredMethod("cleanExpiredRequest");
        method.setAccessible(true);
        method.invoke(fastFailure);
        StringJoiner joiner = new StringJoiner(";");
        for (RemotingCommand answer = channel.readOutbound(); answer != null; answer = channel.readOutbound()) {
            joiner.add(answer.getOpaque() + " " + answer.getCode() + " " + answer.getRemark().replaceAll("period in queue: \\d+ms", "period in queue: *"));
        }
        queues.values().forEach(BlockingQueue::clear);
        channel.close();
        return joiner.toString();
    }

    private void setWait(String lane, long waitMs) {
        switch (lane) {
            case "send":
                config.setWaitTimeMillsInSendQueue(waitMs);
                break;
            case "pull":
                config.setWaitTimeMillsInPullQueue(waitMs);
                break;
            case "litePull":
                config.setWaitTimeMillsInLitePullQueue(waitMs);
                break;
            case "heartbeat":
                config.setWaitTimeMillsInHeartbeatQueue(waitMs);
                break;
            case "endTransaction":
                config.setWaitTimeMillsInTransactionQueue(waitMs);
                break;
            case "ack":
                config.setWaitTimeMillsInAckQueue(waitMs);
                break;
            case "admin":
                config.setWaitTimeMillsInAdminBrokerQueue(waitMs);
                break;
            default:
                throw new IllegalArgumentException(lane);
        }
    }

    /** How many of the records, one after the other, a pull takes. */
    int batch(List<String> limits, List<String> records) throws Exception {
        storeConfig.setMaxTransferCountOnMessageInMemory(Limits.number(limits, 2));
        storeConfig.setMaxTransferBytesOnMessageInMemory(Limits.number(limits, 3));
        storeConfig.setMaxTransferCountOnMessageInDisk(Limits.number(limits, 4));
        storeConfig.setMaxTransferBytesOnMessageInDisk(Limits.number(limits, 5));
        Method method = DefaultMessageStore.class.getDeclaredMethod(
            "isTheBatchFull", int.class, int.class, int.class, long.class, int.class, int.class, boolean.class);
        method.setAccessible(true);
        int size = 0;
        int count = 0;
        for (String record : records) {
            String[] parts = record.split(":");
            int next = Integer.parseInt(parts[0]);
            boolean isRecent = Boolean.parseBoolean(parts[1]);
            if ((boolean) method.invoke(store, next, 1, Limits.number(limits, 0), (long) Limits.number(limits, 1), size, count, isRecent)) {
                break;
            }
            count++;
            size += next;
        }
        return count;
    }

    static Field field(Class<?> type, String name) throws Exception {
        Field field = type.getDeclaredField(name);
        field.setAccessible(true);
        return field;
    }
}
