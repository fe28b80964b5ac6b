package golden.commands;

import golden.Filler;
import golden.Output;
import golden.Row;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.rocketmq.remoting.protocol.LanguageCode;
import org.apache.rocketmq.remoting.protocol.RemotingCommand;
import org.apache.rocketmq.remoting.protocol.RequestCode;
import org.apache.rocketmq.remoting.protocol.SerializeType;
import org.apache.rocketmq.remoting.protocol.header.GetConsumerListByGroupRequestHeader;
import org.apache.rocketmq.remoting.protocol.header.SendMessageResponseHeader;

/** frames.json: what a frame can be beyond the command it carries. */
public final class FrameCapture {
    private static final int OPAQUE = 7;

    private final Output out;
    private final List<Row> rows = new ArrayList<>();

    public FrameCapture(Output out) {
        this.out = out;
    }

    public void run() throws IOException {
        request("request-bare", command -> { });
        request("request-oneway", RemotingCommand::markOnewayRPC);
        request("request-body", command -> command.setBody("hello 世界".getBytes(StandardCharsets.UTF_8)));
        request("request-empty-body", command -> command.setBody(new byte[0]));
        request("request-empty-ext", command -> command.setExtFields(new HashMap<>()));
        request("request-ext-non-ascii", command -> command.addExtField("键", "值 😀"));
        request("request-ext-awkward", command -> command.addExtField("k", Filler.AWKWARD_TEXT));
        request("request-ext-empty-value", command -> command.addExtField("k", ""));
        request("request-unique-key-query", command -> command.addExtField("_UNIQUE_KEY_QUERY", "true"));
        request("opaque-zero", command -> command.setOpaque(0));
        request("opaque-negative", command -> command.setOpaque(-1));
        request("opaque-max", command -> command.setOpaque(Integer.MAX_VALUE));
        request("opaque-min", command -> command.setOpaque(Integer.MIN_VALUE));
        request("version-zero", command -> command.setVersion(0));
        request("version-max", command -> command.setVersion(Short.MAX_VALUE));
        for (LanguageCode language : LanguageCode.values()) {
            request("language-" + language, command -> command.setLanguage(language));
        }
        response("response-ok", 0, null, command -> { });
        response("response-remark", 1, "no such thing", command -> { });
        response("response-remark-non-ascii", 17, "主题 不存在: é 😀", command -> { });
        response("response-remark-awkward", 1, Filler.AWKWARD_TEXT, command -> { });
        response("response-remark-empty", 1, "", command -> { });
        response("response-negative-code", -1000, null, command -> { });
        response("response-body", 0, null, command -> command.setBody(new byte[] {0, 1, (byte) 0xff}));
        headers();
        out.rows("frames.json", rows);
    }

    private void headers() {
        GetConsumerListByGroupRequestHeader group = new GetConsumerListByGroupRequestHeader();
        group.setConsumerGroup("组-1");
        add("header-with-nulls", () -> RemotingCommand.createRequestCommand(RequestCode.GET_CONSUMER_LIST_BY_GROUP, group), command -> { });
        SendMessageResponseHeader sent = new SendMessageResponseHeader();
        sent.setMsgId("C0A80001000029");
        sent.setQueueId(3);
        sent.setQueueOffset(Long.MAX_VALUE);
        add("header-and-ext", () -> RemotingCommand.createResponseCommandWithHeader(0, sent), command -> {
            command.addExtField("MSG_REGION", "DefaultRegion");
            command.addExtField("TRACE_ON", "true");
        });
    }

    private void request(String name, Consumer<RemotingCommand> change) {
        add(name, () -> RemotingCommand.createRequestCommand(RequestCode.GET_BROKER_RUNTIME_INFO, null), change);
    }

    private void response(String name, int code, String remark, Consumer<RemotingCommand> change) {
        add(name, () -> RemotingCommand.createResponseCommand(code, remark), change);
    }

    private void add(String name, java.util.function.Supplier<RemotingCommand> make, Consumer<RemotingCommand> change) {
        Row row = Row.of("name", name);
        RemotingCommand json = prepared(make.get(), change);
        byte[] jsonFrame = Frames.encode(json, SerializeType.JSON);
        Map<String, String> ext = json.getExtFields();
        row.with("code", json.getCode()).with("language", json.getLanguage().name()).with("version", json.getVersion())
            .with("opaque", json.getOpaque()).with("flag", json.getFlag()).with("remark", json.getRemark())
            .with("extFields", ext == null ? null : new TreeMap<>(ext));
        if (json.getBody() != null) {
            row.withHex("body", json.getBody());
        }
        row.withHex("json", jsonFrame);
        row.withHex("binary", Frames.encode(prepared(make.get(), change), SerializeType.ROCKETMQ));
        rows.add(row);
    }

    private static RemotingCommand prepared(RemotingCommand command, Consumer<RemotingCommand> change) {
        command.setOpaque(OPAQUE);
        change.accept(command);
        return command;
    }
}
