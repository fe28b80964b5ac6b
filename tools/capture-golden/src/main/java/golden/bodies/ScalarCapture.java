package golden.bodies;

import golden.Output;
import golden.Row;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.rocketmq.remoting.protocol.RemotingSerializable;

/** scalars.json: how the JSON library writes single numbers and characters. */
public final class ScalarCapture {
    private static final double[] DOUBLES = {
        0.0, -0.0, 1.0, -1.5, 0.1, 0.001, 0.0001, 1.0E-5, 123456.789, 9999999.0, 1.0E7, 12345678.9, 1.0E10, 1.0E21, 1.7976931348623157E308,
        4.9E-324, 1.0 / 3, 100.0, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY};
    private static final long[] LONGS = {0, -1, 1L << 31, 1L << 53, (1L << 53) + 1, Long.MAX_VALUE, Long.MIN_VALUE};

    private final Output out;

    public ScalarCapture(Output out) {
        this.out = out;
    }

    public void run() throws IOException {
        List<Row> rows = new ArrayList<>();
        for (double value : DOUBLES) {
            rows.add(row("double", Double.toString(value), value));
        }
        for (long value : LONGS) {
            rows.add(row("long", Long.toString(value), value));
        }
        for (int unit = 0; unit < 0x100; unit++) {
            rows.add(character(unit));
        }
        for (int unit : new int[] {0x2000, 0x2028, 0x2029, 0x4e2d, 0xfeff, 0xffff, 0x1f600, 0xd83d, 0xde00}) {
            rows.add(character(unit));
        }
        out.rows("scalars.json", rows);
    }

    private static Row character(int codePoint) {
        return row("character", Integer.toHexString(codePoint), "a" + Character.toString(codePoint) + "b");
    }

    private static Row row(String kind, String name, Object value) {
        byte[] json = RemotingSerializable.encode(value);
        return Row.of("kind", kind).with("name", name).with("text", new String(json, StandardCharsets.UTF_8)).withHex("json", json);
    }
}
