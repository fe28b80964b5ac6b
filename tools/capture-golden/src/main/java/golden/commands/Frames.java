package golden.commands;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import org.apache.rocketmq.remoting.protocol.RemotingCommand;
import org.apache.rocketmq.remoting.protocol.SerializeType;

/** A command as its bytes leave the socket. */
final class Frames {
    /** The binary header has 16 bits for the code. */
    static final int BINARY_CODE_MAX = Short.MAX_VALUE;

    private Frames() {
    }

    static byte[] encode(RemotingCommand command, SerializeType type) {
        command.setSerializeTypeCurrentRPC(type);
        ByteBuf out = Unpooled.buffer();
        command.fastEncodeHeader(out);
        if (command.getBody() != null) {
            out.writeBytes(command.getBody());
        }
        return ByteBufUtil.getBytes(out);
    }
}
