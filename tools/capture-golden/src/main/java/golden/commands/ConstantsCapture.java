package golden.commands;

import golden.Output;
import golden.Row;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.rocketmq.common.MQVersion;
import org.apache.rocketmq.common.TopicFilterType;
import org.apache.rocketmq.common.constant.PermName;
import org.apache.rocketmq.common.message.MessageConst;
import org.apache.rocketmq.common.sysflag.MessageSysFlag;
import org.apache.rocketmq.common.sysflag.PullSysFlag;
import org.apache.rocketmq.common.sysflag.TopicSysFlag;
import org.apache.rocketmq.common.topic.TopicValidator;
import org.apache.rocketmq.remoting.protocol.LanguageCode;
import org.apache.rocketmq.remoting.protocol.RemotingSysResponseCode;
import org.apache.rocketmq.remoting.protocol.RequestCode;
import org.apache.rocketmq.remoting.protocol.ResponseCode;

/** constants.json: the numbers and names both sides must agree on. */
public final class ConstantsCapture {
    private final Output out;

    public ConstantsCapture(Output out) {
        this.out = out;
    }

    public void run() throws IOException {
        List<Row> rows = new ArrayList<>();
        addAll(rows, "request-code", constantsOf(RequestCode.class));
        addAll(rows, "response-code", constantsOf(RemotingSysResponseCode.class));
        addAll(rows, "response-code", constantsOf(ResponseCode.class));
        addAll(rows, "message-sys-flag", constantsOf(MessageSysFlag.class));
        addAll(rows, "pull-sys-flag", constantsOf(PullSysFlag.class));
        addAll(rows, "topic-sys-flag", constantsOf(TopicSysFlag.class));
        addAll(rows, "permission", constantsOf(PermName.class));
        addAll(rows, "property", textsOf(MessageConst.class));
        addAll(rows, "system-topic", textsOf(TopicValidator.class));
        for (LanguageCode language : LanguageCode.values()) {
            rows.add(row("language", language.name(), (int) language.getCode()));
        }
        for (MQVersion.Version version : MQVersion.Version.values()) {
            rows.add(row("version", version.name(), version.ordinal()));
        }
        for (TopicFilterType type : TopicFilterType.values()) {
            rows.add(row("topic-filter-type", type.name(), type.ordinal()));
        }
        rows.add(row("current-version", "CURRENT_VERSION", MQVersion.CURRENT_VERSION));
        out.rows("constants.json", rows);
    }

    static Map<String, Integer> constantsOf(Class<?> type) {
        Map<String, Integer> found = new TreeMap<>();
        for (Field field : type.getFields()) {
            if (Modifier.isStatic(field.getModifiers()) && (field.getType() == int.class || field.getType() == short.class)) {
                found.put(field.getName(), ((Number) read(field)).intValue());
            }
        }
        return found;
    }

    private static Map<String, String> textsOf(Class<?> type) {
        Map<String, String> found = new TreeMap<>();
        for (Field field : type.getFields()) {
            if (Modifier.isStatic(field.getModifiers()) && field.getType() == String.class) {
                found.put(field.getName(), (String) read(field));
            }
        }
        return found;
    }

    private static Object read(Field field) {
        try {
            return field.get(null);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void addAll(List<Row> rows, String table, Map<String, ?> constants) {
        constants.forEach((name, value) -> rows.add(row(table, name, value)));
    }

    private static Row row(String table, String name, Object value) {
        return Row.of("table", table).with("name", name).with("value", value);
    }
}
