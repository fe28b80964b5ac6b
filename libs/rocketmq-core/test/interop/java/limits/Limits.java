import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What the flow control of broker and client comes to. A line of blank-separated, URL-encoded words in, one line out; lists are joined by commas.
 *
 * <pre>
 * capacities
 * reject busyMs timeoutMs                       busyMs below 0: the store writes
 * clean busyMs timeoutMs waits ages             waits: lane=ms; ages: lane=ms, the oldest first
 * batch maxMessages maxSize recentCount recentSize oldCount oldSize records       records: size:isRecent
 * push orderly count sizeMib span forTopic sizeForTopic queues messages consumed  messages: offset:size; below 0: no limit for the topic
 * lite all batchSize requests count sizeMib span messages consumed
 * </pre>
 */
public final class Limits {
    private Limits() {
    }

    public static void main(String[] args) throws Exception {
        BrokerLimits broker = new BrokerLimits(args[0]);
        System.out.println("ready");
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = input.readLine(); line != null && !line.equals("quit"); line = input.readLine()) {
            List<String> words = new ArrayList<>();
            for (String word : line.split(" ", -1)) {
                words.add(URLDecoder.decode(word, "UTF-8"));
            }
            System.out.println("= " + answer(broker, words));
        }
        System.exit(0);
    }

    private static String answer(BrokerLimits broker, List<String> words) throws Exception {
        switch (words.get(0)) {
            case "capacities":
                return broker.capacities();
            case "reject":
                broker.write(number(words, 1), number(words, 2));
                return String.valueOf(broker.rejects());
            case "clean":
                broker.write(number(words, 1), number(words, 2));
                return broker.clean(list(words.get(3)), list(words.get(4)));
            case "batch":
                return String.valueOf(broker.batch(words.subList(1, 7), list(words.get(7))));
            case "push":
                return ClientLimits.push(words.subList(1, 8), list(words.get(8)), list(words.get(9)));
            case "lite":
                return ClientLimits.lite(words.subList(1, 7), list(words.get(7)), list(words.get(8)));
            default:
                throw new IllegalArgumentException(words.get(0));
        }
    }

    static int number(List<String> words, int at) {
        return Integer.parseInt(words.get(at));
    }

    private static List<String> list(String text) {
        return text.isEmpty() ? new ArrayList<>() : Arrays.asList(text.split(","));
    }
}
