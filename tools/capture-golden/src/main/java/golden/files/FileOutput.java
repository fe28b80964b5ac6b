package golden.files;

import golden.Output;
import golden.Row;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The files below files/ and one list of them per origin. */
final class FileOutput {
    private final Output out;
    private final String origin;
    private final List<Row> rows = new ArrayList<>();

    FileOutput(Output out, String origin) {
        this.out = out;
        this.origin = origin;
    }

    /** The whole file. */
    Row whole(String name, String kind, Path file) throws IOException {
        return head(name, kind, file, Integer.MAX_VALUE);
    }

    /** The file without what follows the used bytes: the rest must be zero. */
    Row head(String name, String kind, Path file, int used) throws IOException {
        byte[] content = Files.readAllBytes(file);
        int end = Math.min(used, content.length);
        for (int i = end; i < content.length; i++) {
            if (content[i] != 0) {
                throw new IllegalStateException(file + " is not zero at " + i);
            }
        }
        out.bytes("files/" + name, Arrays.copyOf(content, end));
        Row row = Row.of("name", name).with("kind", kind).with("fileSize", content.length).with("captured", end);
        rows.add(row);
        return row;
    }

    void finish() throws IOException {
        out.rows("files/" + origin + ".json", rows);
    }
}
