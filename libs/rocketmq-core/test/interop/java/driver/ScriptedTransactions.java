import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.rocketmq.client.producer.LocalTransactionState;
import org.apache.rocketmq.client.producer.TransactionListener;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageExt;

/** Local transactions whose outcomes are dealt out in turns by the number in the key; the answers to checks follow one another for each message. */
final class ScriptedTransactions implements TransactionListener {
    private final String producer;
    private final String[] outcomes;
    private final String[] checks;
    private final Map<String, Integer> checked = new ConcurrentHashMap<>();

    ScriptedTransactions(String producer, String outcomes, String checks) {
        this.producer = producer;
        this.outcomes = outcomes.split(",");
        this.checks = checks.split(",");
    }

    @Override
    public LocalTransactionState executeLocalTransaction(Message message, Object argument) {
        String key = message.getKeys();
        int number = Integer.parseInt(key.substring(key.lastIndexOf('-') + 1));
        return state(outcomes[number % outcomes.length]);
    }

    @Override
    public LocalTransactionState checkLocalTransaction(MessageExt message) {
        int times = checked.merge(message.getKeys(), 1, Integer::sum);
        String answer = checks[Math.min(times, checks.length) - 1];
        new Line("check").with("producer", producer).with("keys", message.getKeys()).with("times", times).with("answer", answer).print();
        return state(answer);
    }

    private static LocalTransactionState state(String outcome) {
        switch (outcome) {
            case "commit":
                return LocalTransactionState.COMMIT_MESSAGE;
            case "rollback":
                return LocalTransactionState.ROLLBACK_MESSAGE;
            default:
                return LocalTransactionState.UNKNOW;
        }
    }
}
