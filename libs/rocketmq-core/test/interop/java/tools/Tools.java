import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import org.apache.rocketmq.tools.command.MQAdminStartup;

/**
 * Runs mqadmin commands one after another in one process: a line of blank-separated, URL-encoded arguments in; what the command prints, then
 * "end of command", out. The commands give their calls three to five seconds, of which the first one would spend most on loading classes: that is one
 * that nobody looks at.
 */
public final class Tools {
    private Tools() {
    }

    public static void main(String[] args) throws Exception {
        System.setErr(System.out);
        MQAdminStartup.main0(new String[] {"clusterList"}, null);
        System.out.println("ready");
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = input.readLine(); line != null && !line.equals("quit"); line = input.readLine()) {
            String[] words = line.split(" ");
            for (int i = 0; i < words.length; i++) {
                words[i] = URLDecoder.decode(words[i], "UTF-8");
            }
            MQAdminStartup.main0(words, null);
            System.out.println();
            System.out.println("end of command");
        }
        System.exit(0);
    }
}
