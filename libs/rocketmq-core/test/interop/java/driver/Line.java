import java.io.UnsupportedEncodingException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.util.LinkedHashMap;
import java.util.Map;

/** One line of the driver's protocol: a word, then fields written as in a query string. */
final class Line {
    final String word;
    private final Map<String, String> fields = new LinkedHashMap<>();

    Line(String word) {
        this.word = word;
    }

    static Line parse(String text) throws UnsupportedEncodingException {
        int space = text.indexOf(' ');
        Line line = new Line(space < 0 ? text : text.substring(0, space));
        if (space < 0 || space == text.length() - 1) {
            return line;
        }
        for (String pair : text.substring(space + 1).split("&")) {
            int equals = pair.indexOf('=');
            line.fields.put(URLDecoder.decode(pair.substring(0, equals), "UTF-8"), URLDecoder.decode(pair.substring(equals + 1), "UTF-8"));
        }
        return line;
    }

    Line with(String name, Object value) {
        if (value != null) {
            fields.put(name, String.valueOf(value));
        }
        return this;
    }

    boolean has(String name) {
        return fields.containsKey(name);
    }

    String text(String name, String otherwise) {
        return fields.getOrDefault(name, otherwise);
    }

    String need(String name) {
        String value = fields.get(name);
        if (value == null) {
            throw new IllegalArgumentException(word + " needs " + name);
        }
        return value;
    }

    long number(String name, long otherwise) {
        String value = fields.get(name);
        return value == null ? otherwise : Long.parseLong(value);
    }

    /** The fields whose name begins with the prefix, named without it. */
    Map<String, String> under(String prefix) {
        Map<String, String> found = new LinkedHashMap<>();
        for (Map.Entry<String, String> field : fields.entrySet()) {
            if (field.getKey().startsWith(prefix)) {
                found.put(field.getKey().substring(prefix.length()), field.getValue());
            }
        }
        return found;
    }

    void print() {
        StringBuilder text = new StringBuilder(word);
        char separator = ' ';
        try {
            for (Map.Entry<String, String> field : fields.entrySet()) {
                text.append(separator).append(URLEncoder.encode(field.getKey(), "UTF-8")).append('=').append(URLEncoder.encode(field.getValue(), "UTF-8"));
                separator = '&';
            }
        } catch (UnsupportedEncodingException e) {
            throw new IllegalStateException(e);
        }
        synchronized (System.out) {
            System.out.println(text);
            System.out.flush();
        }
    }
}
