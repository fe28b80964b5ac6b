package golden;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Lines of a table kept beside the classes; empty lines and comments left out. */
public final class Resource {
    private Resource() {
    }

    public static List<String> lines(String name) throws IOException {
        try (InputStream in = Resource.class.getResourceAsStream("/" + name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                .toList();
        }
    }
}
