package golden.bodies;

import golden.Resource;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/** One line of bodies.txt. */
record BodyRow(String name, String className, List<Integer> codes, String direction) {
    private static final String ROOT = "org.apache.rocketmq.";

    static List<BodyRow> all() throws IOException {
        return Resource.lines("bodies.txt").stream().map(line -> {
            String[] cells = line.split(" +");
            List<Integer> codes = "-".equals(cells[2]) ? List.of() : Arrays.stream(cells[2].split(",")).map(Integer::valueOf).toList();
            return new BodyRow(cells[0], ROOT + cells[1], codes, cells[3]);
        }).toList();
    }

    /** Null when the release under observation does not have it yet. */
    Class<?> type() {
        try {
            return Class.forName(className);
        } catch (ClassNotFoundException e) {
            return null;
        }
    }
}
