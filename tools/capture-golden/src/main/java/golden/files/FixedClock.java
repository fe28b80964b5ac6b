package golden.files;

import org.apache.rocketmq.common.SystemClock;

/** The store stamps every message with it while it holds the append lock. */
final class FixedClock extends SystemClock {
    static final long START = 1_700_000_000_000L;

    private volatile long now = START;

    @Override
    public long now() {
        return now;
    }

    void advance(long millis) {
        now += millis;
    }
}
