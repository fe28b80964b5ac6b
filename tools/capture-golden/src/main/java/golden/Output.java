package golden;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The folder of one release. */
public final class Output {
    private final Path folder;
    private final String release;

    public Output(Path folder, String release) {
        this.folder = folder;
        this.release = release;
    }

    public String release() {
        return release;
    }

    public void bytes(String name, byte[] content) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.write(file, content);
    }

    /** One row per line, so that a change of one row is one line of a diff. */
    public void rows(String name, List<? extends Map<String, ?>> rows) throws IOException {
        StringBuilder text = new StringBuilder("[\n");
        for (int i = 0; i < rows.size(); i++) {
            text.append("  ").append(JsonText.of(rows.get(i))).append(i + 1 < rows.size() ? ",\n" : "\n");
        }
        bytes(name, text.append("]\n").toString().getBytes(StandardCharsets.UTF_8));
    }
}
