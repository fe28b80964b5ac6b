package golden;

import golden.bodies.BodyCapture;
import golden.bodies.ScalarCapture;
import golden.commands.CommandCapture;
import golden.commands.ConstantsCapture;
import golden.commands.FrameCapture;
import golden.files.ClientFilesCapture;
import golden.files.ConfigFilesCapture;
import golden.files.NameServerFilesCapture;
import golden.files.StoreFilesCapture;
import golden.files.TimerFilesCapture;
import golden.records.BatchCapture;
import golden.records.IdentityCapture;
import golden.records.PropertiesCapture;
import golden.records.RecordCapture;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes one complete set of golden files: {@code Main <folder> <release>}. */
public final class Main {
    private Main() {
    }

    public static void main(String[] args) {
        try {
            Files.createDirectories(Path.of(System.getProperty("java.io.tmpdir")));
            capture(new Output(Path.of(args[0]), args[1]));
        } catch (Exception e) {
            e.printStackTrace();
            System.exit(1);
        }
        // The Java classes leave threads behind that are no daemons.
        System.exit(0);
    }

    private static void capture(Output out) throws Exception {
        // The version every header carries, also in the set of another release: only real differences shall show.
        System.setProperty("rocketmq.remoting.version", "479");
        new ConstantsCapture(out).run();
        new CommandCapture(out).run();
        new FrameCapture(out).run();
        new BodyCapture(out).run();
        new ScalarCapture(out).run();
        new RecordCapture(out).run();
        new BatchCapture(out).run();
        new PropertiesCapture(out).run();
        new IdentityCapture(out).run();
        new StoreFilesCapture(out).run();
        new TimerFilesCapture(out).run();
        new ConfigFilesCapture(out).run();
        new ClientFilesCapture(out).run();
        new NameServerFilesCapture(out).run();
    }
}
