package golden.files;

import golden.Output;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.apache.rocketmq.client.ClientConfig;
import org.apache.rocketmq.client.consumer.store.LocalFileOffsetStore;
import org.apache.rocketmq.client.impl.MQClientManager;
import org.apache.rocketmq.client.impl.factory.MQClientInstance;
import org.apache.rocketmq.common.message.MessageQueue;

/** files/client: what a broadcasting consumer keeps of its own progress. */
public final class ClientFilesCapture {
    private static final String CLIENT_IP = "10.0.0.1";

    private final FileOutput files;

    public ClientFilesCapture(Output out) {
        this.files = new FileOutput(out, "client");
    }

    public void run() throws Exception {
        Path root = Files.createTempDirectory("golden-client");
        // Read once, when the class is loaded.
        System.setProperty("rocketmq.client.localOffsetStoreDir", root.toString());
        ClientConfig config = new ClientConfig();
        config.setClientIP(CLIENT_IP);
        config.setInstanceName("one");
        MQClientInstance client = MQClientManager.getInstance().getOrCreateMQClientInstance(config);
        LocalFileOffsetStore store = new LocalFileOffsetStore(client, "group");
        MessageQueue first = new MessageQueue("orders", "broker-a", 0);
        MessageQueue second = new MessageQueue("orders", "broker-中", 1);
        store.updateOffset(first, 7, false);
        store.updateOffset(second, 9_007_199_254_740_991L, false);
        store.persistAll(Set.of(first, second));
        files.whole("client/offsets.json", "json", root.resolve(client.getClientId()).resolve("group").resolve("offsets.json"));
        files.finish();
    }
}
