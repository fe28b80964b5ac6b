package golden.bodies;

import golden.Output;
import golden.Row;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The files below bodies/ and the list of them. */
final class BodyOutput {
    private final Output out;
    private final List<Row> rows = new ArrayList<>();

    BodyOutput(Output out) {
        this.out = out;
    }

    /** A body with values of the generator. */
    void generic(BodyRow body, byte[] content) throws IOException {
        write(body.name() + ".json", content);
        add(body.name(), body.name() + ".json", simpleName(body.className()), body.codes(), body.direction());
    }

    /** A body made by hand for one particular form. */
    void special(String file, Class<?> type, int code, byte[] content) throws IOException {
        write(file, content);
        add(file.substring(0, file.lastIndexOf('.')), file, type.getSimpleName(), List.of(code), "form");
    }

    void finish() throws IOException {
        out.rows("bodies.json", rows);
    }

    private void write(String file, byte[] content) throws IOException {
        out.bytes("bodies/" + file, content);
    }

    private void add(String name, String file, String type, List<Integer> codes, String direction) {
        rows.add(Row.of("name", name).with("file", file).with("javaClass", type).with("codes", codes).with("direction", direction));
    }

    private static String simpleName(String className) {
        return className.substring(className.lastIndexOf('.') + 1);
    }
}
