import { Loop, type Clock, type Logger } from '../../runtime/index.js';
import type { StoreConfig } from '../config/store-config.js';
import type { StoreHealth } from '../store-health.js';
import type { CommitLog } from '../commit-log/commit-log.js';

export interface LogFlushOptions {
  readonly config: StoreConfig;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly health: StoreHealth;
  readonly log: CommitLog;
}

const PAGE = 4096;

/** ASYNC_FLUSH: makes the log durable now and then. As Java: CommitLog.FlushRealTimeService. */
export function logFlushLoop({ config, clock, logger, health, log }: LogFlushOptions): Loop {
  let thoroughMs = clock.monotonic();
  return new Loop({
    name: 'commit log flush',
    clock,
    logger,
    periodMs: config.flushIntervalCommitLog,
    run: async () => {
      if (!health.isRunning) return;
      const isThorough = clock.monotonic() - thoroughMs >= config.flushCommitLogThoroughInterval;
      if (!isThorough && log.written - log.flushed < config.flushCommitLogLeastPages * PAGE) return;
      if (isThorough) thoroughMs = clock.monotonic();
      await log.flush();
    },
  });
}
