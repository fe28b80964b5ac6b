package golden;

import java.util.LinkedHashMap;

/** One line of an index file, keys in the order they were put. */
public final class Row extends LinkedHashMap<String, Object> {
    private static final long serialVersionUID = 1;

    public static Row of(String key, Object value) {
        return new Row().with(key, value);
    }

    public Row with(String key, Object value) {
        put(key, value);
        return this;
    }

    public Row withHex(String key, byte[] bytes) {
        return with(key, java.util.HexFormat.of().formatHex(bytes));
    }
}
