import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Producers and consumers of one Apache client version in one process, commanded by lines on standard input. Each command carries an id and is answered
 * by "reply" or "error" with that id; what happens in between (messages received, results of sends) comes as lines of its own. Commands run side by side.
 */
public final class Driver {
    private final String nameServers;
    private final Producers producers;
    private final Consumers consumers;

    private Driver(String nameServers) {
        this.nameServers = nameServers;
        this.producers = new Producers(nameServers);
        this.consumers = new Consumers(nameServers);
    }

    public static void main(String[] args) throws Exception {
        Driver driver = new Driver(args[0]);
        new Line("ready").print();
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        ExecutorService workers = Executors.newCachedThreadPool();
        for (String text = input.readLine(); text != null && !text.equals("quit"); text = input.readLine()) {
            Line command = Line.parse(text);
            workers.execute(() -> driver.answer(command));
        }
        driver.producers.shutdown();
        driver.consumers.shutdown();
        System.exit(0);
    }

    private void answer(Line command) {
        Line reply = new Line("reply").with("id", command.need("id"));
        try {
            run(command, reply);
            reply.print();
        } catch (Throwable e) {
            new Line("error").with("id", command.need("id")).with("message", e.toString()).print();
        }
    }

    private void run(Line command, Line reply) throws Exception {
        switch (command.word) {
            case "send":
                producers.send(command, reply);
                return;
            case "producer":
                producers.start(command);
                return;
            case "stopProducer":
                producers.stop(command.need("name"));
                return;
            case "consumer":
                consumers.start(command);
                return;
            case "stopConsumer":
                consumers.stop(command.need("name"));
                return;
            case "queues":
                consumers.queues(command, reply);
                return;
            case "pull":
                consumers.pull(command, reply);
                return;
            case "offsets":
                consumers.offsets(command, reply);
                return;
            case "commit":
                consumers.commit(command);
                return;
            default:
                throw new IllegalArgumentException("unknown command " + command.word + " for " + nameServers);
        }
    }
}
