import { InvalidInput } from '../errors.js';
import { duration } from './ranges.js';

/** Who of a group gets a message. As Java: MessageModel. */
export type MessageModel = 'CLUSTERING' | 'BROADCASTING';

/** Settings of a consumer that concern order and the sharing of queues. */
export interface OrderOptions {
  /**
   * Whether the messages of a queue are delivered one after the other, each only when the one before has been consumed; default false.
   * Members of one group must agree. As Java: MessageListenerOrderly.
   */
  readonly orderly?: boolean;
  /** First pause of an orderly queue whose message failed, ms, 10 to 30000; it doubles with each further failure up to 30 s; default 1000. */
  readonly suspendCurrentQueueTimeMs?: number;
  /** A queue that was consumed in order for this long lets another one have its turn, ms; default 60000. */
  readonly maxTimeConsumeContinuouslyMs?: number;
  /** Between two renewals of the queue locks, ms; default 20000. As Java: rocketmq.client.rebalance.lockInterval. */
  readonly lockIntervalMs?: number;
  /**
   * A queue lock that was not renewed for this long counts as lost, ms; more than `lockIntervalMs` and less than the broker's 60 s; default 30000.
   * As Java: rocketmq.client.rebalance.lockMaxLiveTime.
   */
  readonly lockMaxLiveTimeMs?: number;
  /** Between two rounds that share the queues anew when nothing has told of a change, ms; default 20000. As Java: rocketmq.client.rebalance.waitInterval. */
  readonly rebalanceIntervalMs?: number;
}

export type OrderSettings = Readonly<Required<OrderOptions>>;

const SUSPEND_MAX_MS = 30_000;

/** @throws InvalidInput */
export function orderSettings(options: OrderOptions): OrderSettings {
  const lockIntervalMs = duration('lockIntervalMs', options.lockIntervalMs, 20_000, 10);
  const lockMaxLiveTimeMs = duration('lockMaxLiveTimeMs', options.lockMaxLiveTimeMs, 30_000, 10);
  if (lockMaxLiveTimeMs <= lockIntervalMs) {
    throw new InvalidInput(
      'lockMaxLiveTimeMs',
      `locks that live ${lockMaxLiveTimeMs} ms are lost when they are renewed every ${lockIntervalMs} ms`,
    );
  }
  const suspendCurrentQueueTimeMs = duration('suspendCurrentQueueTimeMs', options.suspendCurrentQueueTimeMs, 1000, 10);
  if (suspendCurrentQueueTimeMs > SUSPEND_MAX_MS) {
    throw new InvalidInput('suspendCurrentQueueTimeMs', `a queue pauses for at most ${SUSPEND_MAX_MS} ms`);
  }
  return {
    orderly: options.orderly ?? false,
    suspendCurrentQueueTimeMs,
    maxTimeConsumeContinuouslyMs: duration('maxTimeConsumeContinuouslyMs', options.maxTimeConsumeContinuouslyMs, 60_000),
    lockIntervalMs,
    lockMaxLiveTimeMs,
    rebalanceIntervalMs: duration('rebalanceIntervalMs', options.rebalanceIntervalMs, 20_000, 10),
  };
}
