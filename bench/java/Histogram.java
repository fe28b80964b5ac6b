import java.util.Locale;
import java.util.concurrent.atomic.AtomicLongArray;

/** Durations in steps of 5 microseconds up to 5 seconds; longer ones fall into the last step. */
final class Histogram {
    private static final int STEP_NANOS = 5_000;
    private final AtomicLongArray steps = new AtomicLongArray(1_000_000);

    void record(long nanos) {
        steps.incrementAndGet((int) Math.max(0, Math.min(steps.length() - 1, nanos / STEP_NANOS)));
    }

    long count() {
        long count = 0;
        for (int i = 0; i < steps.length(); i++) {
            count += steps.get(i);
        }
        return count;
    }

    private double millis(double part) {
        long wanted = (long) Math.ceil(count() * part);
        long seen = 0;
        for (int i = 0; i < steps.length(); i++) {
            seen += steps.get(i);
            if (seen >= wanted && seen > 0) {
                return (i + 1) * (double) STEP_NANOS / 1e6;
            }
        }
        return 0;
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "\"p50\":%.3f,\"p90\":%.3f,\"p99\":%.3f,\"p999\":%.3f,\"max\":%.3f", millis(0.5), millis(0.9), millis(0.99), millis(0.999), millis(1));
    }
}
