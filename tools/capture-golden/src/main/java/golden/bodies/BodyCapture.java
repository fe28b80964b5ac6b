package golden.bodies;

import golden.Classes;
import golden.Filler;
import golden.Output;
import golden.Resource;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import org.apache.rocketmq.remoting.protocol.RemotingCommand;
import org.apache.rocketmq.remoting.protocol.RemotingSerializable;

/** bodies/: every JSON body filled by the generator, then the forms that need a body made by hand. */
public final class BodyCapture {
    private final Output out;

    public BodyCapture(Output out) {
        this.out = out;
    }

    public void run() throws Exception {
        BodyOutput bodies = new BodyOutput(out);
        Set<String> captured = new HashSet<>();
        for (BodyRow body : BodyRow.all()) {
            Class<?> type = body.type();
            if (type != null) {
                bodies.generic(body, RemotingSerializable.encode(Filler.filled(type)));
                captured.add(type.getSimpleName());
            }
        }
        refuseForgotten(captured);
        new RegistrationBodies(bodies).capture();
        new RouteBodies(bodies).capture();
        new ClientBodies(bodies).capture();
        new ListBodies(bodies).capture();
        bodies.finish();
    }

    private static void refuseForgotten(Set<String> captured) throws IOException {
        Set<String> forgotten = new HashSet<>(Classes.extending(RemotingSerializable.class, RemotingCommand.class).keySet());
        forgotten.removeAll(captured);
        Resource.lines("unused.txt").forEach(forgotten::remove);
        if (!forgotten.isEmpty()) {
            throw new IllegalStateException("neither in bodies.txt nor in unused.txt: " + forgotten);
        }
    }
}
