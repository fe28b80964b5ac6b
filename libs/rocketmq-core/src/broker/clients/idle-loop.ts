import { Loop, type Clock, type Logger } from '../../runtime/index.js';
import type { FilterTable } from '../filtering/filter-table.js';
import type { QueueLockTable } from '../locks/queue-lock-table.js';
import type { ConsumerTable } from './consumer-table.js';
import type { ProducerTable } from './producer-table.js';

/** As Java: ClientHousekeepingService. */
const SCAN_PERIOD_MS = 10_000;

export interface IdleLoopOptions {
  readonly producers: ProducerTable;
  readonly consumers: ConsumerTable;
  readonly locks: QueueLockTable;
  readonly filters: Pick<FilterTable, 'dropDead'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** A connection whose client sent no heartbeat for this long is closed. */
  readonly silentMs: number;
  /** A subscription that came with a pull is forgotten this long after the last pull. */
  readonly subscriptionUnusedMs: number;
}

/** Closes connections of clients that stopped their heartbeats; the close takes them out of their groups. Frees locks nobody renews. */
export function idleLoop(options: IdleLoopOptions): Loop {
  const { producers, consumers, locks, filters, clock, logger, silentMs, subscriptionUnusedMs } = options;
  const run = () => {
    const nowMs = clock.monotonic();
    for (const peer of new Set([...producers.expired(nowMs, silentMs), ...consumers.expired(nowMs, silentMs)])) {
      peer.close(`no heartbeat for ${silentMs} ms`);
    }
    consumers.dropPulled(nowMs, subscriptionUnusedMs);
    locks.dropExpired(nowMs);
    filters.dropDead();
  };
  return new Loop({ name: 'scan for silent clients', clock, logger, periodMs: SCAN_PERIOD_MS, run });
}
