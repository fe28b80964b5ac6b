package golden.records;

import golden.Output;
import golden.Row;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.rocketmq.common.message.MessageDecoder;

/** records/properties.json: properties as text, written and read. */
public final class PropertiesCapture {
    private static final String[] TEXTS = {
        "", "a\u0001b\u0002", "a\u0001b", "a\u0001b\u0002c\u0001d", "a\u0001\u0002", "\u0001b\u0002", "abc\u0002", "a\u0001b\u0001c\u0002",
        "\u0002\u0002a\u0001b\u0002", "a\u0001b\u0002a\u0001c\u0002", "键\u0001值 😀\u0002", "ab\u0002cd\u0001ef\u0002", " a \u0001 b \u0002"};

    private final Output out;

    public PropertiesCapture(Output out) {
        this.out = out;
    }

    public void run() throws Exception {
        List<Row> rows = new ArrayList<>();
        rows.add(written(Map.of()));
        rows.add(written(ordered("KEYS", "k1 k2", "TAGS", "a", "空", "")));
        rows.add(written(ordered("a", "b", "ключ", "значение", "emoji", "😀")));
        rows.add(written(ordered("control", "line\nline\ttab", "blank", " ")));
        rows.add(written(ordered("separator", "a\u0001b", "end", "a\u0002b")));
        for (String text : TEXTS) {
            rows.add(Row.of("kind", "read").with("text", text).with("properties", new TreeMap<>(MessageDecoder.string2messageProperties(text))));
        }
        out.rows("records/properties.json", rows);
    }

    private static Row written(Map<String, String> properties) {
        List<List<String>> entries = properties.entrySet().stream().map(entry -> List.of(entry.getKey(), entry.getValue())).toList();
        return Row.of("kind", "written").with("text", MessageDecoder.messageProperties2String(properties)).with("entries", entries);
    }

    private static Map<String, String> ordered(String... pairs) {
        Map<String, String> map = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            map.put(pairs[i], pairs[i + 1]);
        }
        return map;
    }
}
