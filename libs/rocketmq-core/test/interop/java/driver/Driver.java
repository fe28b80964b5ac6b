import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Producers and consumers of one Apache client version in one process, commanded by lines on standard input. Each command carries an id and is answered
 * by "reply" or "error" with that id; what happens in between (messages received, results of sends) comes as lines of its own. Commands run side by side.
 */
public final class Driver {
    private final Producers producers;
    private final Consumers consumers;
    private final LitePulls litePulls;
    private final Map<String, Action> actions;

    private Driver(String nameServers) {
        this.producers = new Producers(nameServers);
        this.consumers = new Consumers(nameServers, producers);
        this.litePulls = new LitePulls(nameServers);
        this.actions = actions();
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
        driver.litePulls.shutdown();
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

    private interface Action {
        void run(Line command, Line reply) throws Exception;
    }

    private Map<String, Action> actions() {
        Map<String, Action> actions = new HashMap<>();
        actions.put("producer", (command, reply) -> producers.start(command));
        actions.put("stopProducer", (command, reply) -> producers.stop(command.need("name")));
        actions.put("send", producers::send);
        actions.put("request", (command, reply) -> producers.request(command));
        actions.put("recall", producers::recall);
        actions.put("consumer", (command, reply) -> consumers.start(command));
        actions.put("stopConsumer", (command, reply) -> consumers.stop(command.need("name")));
        actions.put("pauseConsumer", (command, reply) -> consumers.pause(command.need("name")));
        actions.put("resumeConsumer", (command, reply) -> consumers.resume(command.need("name")));
        actions.put("queues", consumers::queues);
        actions.put("pull", consumers::pull);
        actions.put("offsets", consumers::offsets);
        actions.put("commit", (command, reply) -> consumers.commit(command));
        actions.put("litePull", (command, reply) -> litePulls.start(command));
        actions.put("stopLitePull", (command, reply) -> litePulls.stop(command.need("name")));
        actions.put("poll", litePulls::poll);
        actions.put("seek", (command, reply) -> litePulls.seek(command));
        actions.put("pauseQueues", (command, reply) -> litePulls.pause(command));
        actions.put("resumeQueues", (command, reply) -> litePulls.resume(command));
        actions.put("commitLitePull", (command, reply) -> litePulls.commit(command));
        actions.put("committed", litePulls::committed);
        actions.put("litePullQueues", litePulls::queues);
        actions.put("offsetForTimestamp", litePulls::offsetForTimestamp);
        return actions;
    }

    private void run(Line command, Line reply) throws Exception {
        Action action = actions.get(command.word);
        if (action == null) {
            throw new IllegalArgumentException("unknown command " + command.word);
        }
        action.run(command, reply);
    }
}
