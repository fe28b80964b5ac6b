package golden.commands;

import golden.Resource;
import java.io.IOException;
import java.util.List;

/** One line of commands.txt. */
record CommandRow(int code, String name, String requestHeader, String responseHeader) {
    private static final String NONE = "-";

    static List<CommandRow> all() throws IOException {
        return Resource.lines("commands.txt").stream().map(line -> {
            String[] cells = line.split(" +");
            return new CommandRow(Integer.parseInt(cells[0]), cells[1], cells[2], cells[3]);
        }).toList();
    }

    boolean hasRequestHeader() {
        return !NONE.equals(requestHeader);
    }

    boolean hasResponseHeader() {
        return !NONE.equals(responseHeader);
    }
}
