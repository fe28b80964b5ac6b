import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.apache.rocketmq.filter.SqlFilter;
import org.apache.rocketmq.filter.expression.EvaluationContext;
import org.apache.rocketmq.filter.expression.Expression;

/** Evaluates SQL92 filters: a line of URL-encoded expression, blank, name=value&amp;… in; true, false, null, failed or refused out, line for line. */
public final class Filters {
    private Filters() {
    }

    public static void main(String[] args) throws Exception {
        PrintStream out = new PrintStream(System.out, false, "UTF-8");
        System.setErr(System.out);
        out.println("ready");
        out.flush();
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = input.readLine(); line != null && !line.equals("quit"); line = input.readLine()) {
            int blank = line.indexOf(' ');
            out.println(result(decoded(line.substring(0, blank)), properties(line.substring(blank + 1))));
            if (!input.ready()) {
                out.flush();
            }
        }
        System.exit(0);
    }

    private static String result(String expression, Map<String, Object> properties) {
        Expression compiled;
        try {
            compiled = new SqlFilter().compile(expression);
        } catch (Throwable refusal) {
            return "refused";
        }
        try {
            return String.valueOf(compiled.evaluate(new Context(properties)));
        } catch (Throwable failure) {
            return "failed";
        }
    }

    private static Map<String, Object> properties(String text) throws Exception {
        Map<String, Object> properties = new HashMap<>();
        for (String pair : text.isEmpty() ? new String[0] : text.split("&")) {
            int sign = pair.indexOf('=');
            properties.put(decoded(pair.substring(0, sign)), decoded(pair.substring(sign + 1)));
        }
        return properties;
    }

    private static String decoded(String text) throws Exception {
        return URLDecoder.decode(text, "UTF-8");
    }

    private static final class Context implements EvaluationContext {
        private final Map<String, Object> properties;

        Context(Map<String, Object> properties) {
            this.properties = properties;
        }

        @Override
        public Object get(String name) {
            return properties.get(name);
        }

        @Override
        public Map<String, Object> keyValues() {
            return properties;
        }
    }
}
