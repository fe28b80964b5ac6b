package golden.commands;

import golden.Classes;
import golden.Filler;
import golden.Output;
import golden.Resource;
import golden.Row;
import java.io.IOException;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.apache.rocketmq.remoting.CommandCustomHeader;
import org.apache.rocketmq.remoting.annotation.CFNotNull;
import org.apache.rocketmq.remoting.protocol.RemotingCommand;
import org.apache.rocketmq.remoting.protocol.RequestCode;
import org.apache.rocketmq.remoting.protocol.SerializeType;
import org.apache.rocketmq.remoting.protocol.header.SendMessageRequestHeaderV2;

/** commands.json: every request and every answer with a header, all fields set, in both serialisations. */
public final class CommandCapture {
    private final Output out;
    private final Map<String, Class<?>> headers;
    private final Map<String, Integer> codes;
    private final Set<String> used = new HashSet<>();

    public CommandCapture(Output out) throws IOException {
        this.out = out;
        this.headers = Classes.extending(CommandCustomHeader.class, RemotingCommand.class);
        this.codes = ConstantsCapture.constantsOf(RequestCode.class);
    }

    public void run() throws IOException {
        List<Row> rows = new ArrayList<>();
        for (CommandRow command : CommandRow.all()) {
            capture(command, rows);
        }
        refuseForgotten();
        out.rows("commands.json", rows);
    }

    private void capture(CommandRow command, List<Row> rows) {
        Integer declared = codes.get(command.name());
        if (declared == null) {
            return;
        }
        if (declared != command.code()) {
            throw new IllegalStateException(command.name() + " is " + declared);
        }
        used.add(command.name());
        Class<?> request = command.hasRequestHeader() ? headers.get(command.requestHeader()) : null;
        rows.add(request(command, request));
        Class<?> response = command.hasResponseHeader() ? headers.get(command.responseHeader()) : null;
        if (response != null) {
            rows.add(response(command, response));
        }
    }

    private Row request(CommandRow command, Class<?> header) {
        Row row = row(command, "request", header, () -> RemotingCommand.createRequestCommand(command.code(), filled(header)));
        return header == SendMessageRequestHeaderV2.class ? row.with("longFields", longFields()) : row;
    }

    private Row response(CommandRow command, Class<?> header) {
        return row(command, "response", header, () -> RemotingCommand.createResponseCommandWithHeader(0, filled(header)));
    }

    private Row row(CommandRow command, String kind, Class<?> header, Supplier<RemotingCommand> commands) {
        used.add(header == null ? "" : header.getSimpleName());
        RemotingCommand json = numbered(commands.get(), command.code());
        byte[] jsonFrame = Frames.encode(json, SerializeType.JSON);
        Row row = Row.of("code", command.code()).with("name", command.name()).with("kind", kind)
            .with("headerClass", header == null ? null : header.getSimpleName())
            .with("fields", json.getExtFields() == null ? Map.of() : new TreeMap<>(json.getExtFields()))
            .with("mandatory", mandatoryOf(header))
            .withHex("json", jsonFrame);
        if (command.code() <= Frames.BINARY_CODE_MAX) {
            row.withHex("binary", Frames.encode(numbered(commands.get(), command.code()), SerializeType.ROCKETMQ));
            if (header == SendMessageRequestHeaderV2.class) {
                row.with("binaryLeavesOut", inheritedFields(header));
            }
        }
        return row;
    }

    /** This header writes itself in the binary form, and forgets what it inherits. */
    private static List<String> inheritedFields(Class<?> header) {
        return Filler.fieldsOf(header).stream().filter(field -> field.getDeclaringClass() != header).map(Field::getName).toList();
    }

    /** The fields a Java peer complains about when they are missing. */
    private static List<String> mandatoryOf(Class<?> header) {
        return Filler.fieldsOf(header).stream().filter(field -> field.isAnnotationPresent(CFNotNull.class)).map(Field::getName).toList();
    }

    private static RemotingCommand numbered(RemotingCommand command, int opaque) {
        command.setOpaque(opaque);
        return command;
    }

    private static CommandCustomHeader filled(Class<?> header) {
        return header == null ? null : (CommandCustomHeader) Filler.filled(header);
    }

    /** What the one-letter names of the second send header stand for, said by the class that translates them. */
    private static Map<String, String> longFields() {
        Object header = SendMessageRequestHeaderV2.createSendMessageRequestHeaderV1(Filler.filled(SendMessageRequestHeaderV2.class));
        Map<String, String> fields = new TreeMap<>();
        for (Field field : Filler.fieldsOf(header.getClass())) {
            try {
                Object value = field.get(header);
                if (value != null) {
                    fields.put(field.getName(), value.toString());
                }
            } catch (IllegalAccessException e) {
                throw new IllegalStateException(e);
            }
        }
        return fields;
    }

    private void refuseForgotten() throws IOException {
        Set<String> forgotten = new HashSet<>(headers.keySet());
        forgotten.addAll(codes.keySet());
        forgotten.removeAll(used);
        Resource.lines("unused.txt").forEach(forgotten::remove);
        if (!forgotten.isEmpty()) {
            throw new IllegalStateException("neither in commands.txt nor in unused.txt: " + forgotten);
        }
    }
}
