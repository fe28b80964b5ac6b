package golden.files;

import golden.Output;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.rocketmq.common.namesrv.NamesrvConfig;
import org.apache.rocketmq.namesrv.NamesrvController;
import org.apache.rocketmq.remoting.netty.NettyServerConfig;

/** files/namesrv: the key-value settings of a name server. */
public final class NameServerFilesCapture {
    private final FileOutput files;

    public NameServerFilesCapture(Output out) {
        this.files = new FileOutput(out, "namesrv");
    }

    public void run() throws Exception {
        Path file = Files.createTempDirectory("golden-namesrv").resolve("kvConfig.json");
        NamesrvConfig config = new NamesrvConfig();
        config.setKvConfigPath(file.toString());
        NamesrvController server = new NamesrvController(config, new NettyServerConfig());
        server.getKvConfigManager().putKVConfig("ORDER_TOPIC_CONFIG", "orders", "broker-a:8;broker-b:8");
        server.getKvConfigManager().putKVConfig("ORDER_TOPIC_CONFIG", "other", "broker-a:4");
        server.getKvConfigManager().putKVConfig("空间", "k/ey", "v\"alue");
        files.whole("namesrv/kvConfig.json", "json", file);
        files.finish();
    }
}
