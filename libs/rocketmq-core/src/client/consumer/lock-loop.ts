import { messageOf } from '../../base/index.js';
import type { MessageQueue } from '../../protocol/index.js';
import { Loop, type Clock, type Logger, type Timer } from '../../runtime/index.js';
import type { BrokerCalls } from '../instance/calls.js';
import type { RouteTable } from '../instance/route-table.js';
import { byBroker, queueKey, queueText } from '../message-queues.js';
import { QueueMap } from '../queue-map.js';

export interface LockLoopParts {
  readonly group: string;
  readonly clientId: string;
  readonly calls: Pick<BrokerCalls, 'lockQueues' | 'unlockQueues'>;
  readonly table: Pick<RouteTable, 'masterAddress'>;
  /** Between two renewals, ms. */
  readonly periodMs: number;
  /** A lock that no broker confirmed for this long counts as lost, ms; shorter than the broker keeps it. */
  readonly lifeMs: number;
  /** The queue may belong to another consumer now. Called once for each lock that is lost. */
  readonly lost: (queue: MessageQueue) => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

interface Lock {
  readonly queue: MessageQueue;
  /** Monotonic time at which the last request that was granted left: the broker's own time begins later. */
  confirmedMs: number;
  expiry: Timer;
}

/** As Java: RebalanceImpl.lock and unlock, ConsumeMessageOrderlyService.start. */
const CALL_TIMEOUT_MS = 1000;
const FIRST_RENEWAL_MS = 1000;
/** After a round that a broker did not answer. */
const RETRY_MS = 3000;

/**
 * The locks that an orderly consumer holds at the brokers. As Java: the lock half of RebalanceImpl.
 *
 * Invariant: while `isHeld` is true, no broker has given the queue to another consumer, as long as `lifeMs` is shorter than the life of a lock
 * there. A lock that is lost stays lost: the queue has to be taken anew, with the offset that is committed then.
 */
export class LockLoop {
  private readonly locks = new QueueMap<Lock>();
  private readonly loop: Loop;
  private retry: Timer | undefined;
  private renewing: Promise<unknown> = Promise.resolve();
  private stopped = false;

  constructor(private readonly parts: LockLoopParts) {
    const { clock, logger, periodMs } = parts;
    const initialDelayMs = Math.min(FIRST_RENEWAL_MS, periodMs);
    this.loop = new Loop({ name: 'renewal of queue locks', clock, logger, periodMs, initialDelayMs, run: () => this.renewAll() });
  }

  start(): void {
    this.loop.start();
  }

  /** Renews nothing more; `unlock` still works. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.retry?.cancel();
    await this.loop.stop();
  }

  isHeld(queue: MessageQueue): boolean {
    const lock = this.locks.get(queue);
    // Not left to the timer: a process that was suspended for minutes runs other things first.
    return lock !== undefined && this.isLive(lock);
  }

  /** @returns false when another consumer has the queue, or its broker does not answer */
  async lock(queue: MessageQueue): Promise<boolean> {
    const { clock } = this.parts;
    const startedMs = clock.monotonic();
    const granted = await this.ask(queue.brokerName, [queue]);
    if (granted?.has(queueKey(queue)) !== true) return false;
    this.locks.get(queue)?.expiry.cancel();
    this.locks.set(queue, { queue, confirmedMs: startedMs, expiry: this.expiryOf(queue, startedMs) });
    return true;
  }

  /** Gives locks back. Does not fail: what the broker does not hear of expires there. */
  async unlock(queues: readonly MessageQueue[]): Promise<void> {
    for (const queue of queues) this.forget(queue);
    // A renewal that is under way must not reach the broker after this.
    await this.renewing;
    const { group, clientId, calls, table, logger } = this.parts;
    for (const [brokerName, mqSet] of byBroker(queues)) {
      const address = table.masterAddress(brokerName);
      if (address === undefined) continue;
      try {
        await calls.unlockQueues(address, { group, clientId, queues: mqSet }, { timeoutMs: CALL_TIMEOUT_MS });
      } catch (error) {
        logger.log('warn', 'queues are not unlocked', { group, queues: mqSet.map(queueText).join(' '), error: messageOf(error) });
      }
    }
  }

  private async renewAll(): Promise<void> {
    this.retry?.cancel();
    const rounds = [...byBroker(this.locks.values().map(({ queue }) => queue))].map(([name, queues]) => this.renew(name, queues));
    const round = Promise.all(rounds);
    this.renewing = round;
    const answered = (await round).every(Boolean);
    if (!answered && !this.stopped) this.retry = this.parts.clock.after(RETRY_MS, () => this.loop.kick());
  }

  /** @returns whether the broker answered */
  private async renew(brokerName: string, queues: readonly MessageQueue[]): Promise<boolean> {
    const { clock } = this.parts;
    const startedMs = clock.monotonic();
    const before = queues.map((queue) => this.locks.get(queue));
    const granted = await this.ask(brokerName, queues);
    if (granted === undefined) return false;
    for (const lock of before) {
      // Given back, or lost and taken anew, while the request was under way.
      if (lock === undefined || this.locks.get(lock.queue) !== lock) continue;
      const isGranted = granted.has(queueKey(lock.queue));
      if (!isGranted || !this.isLive(lock)) {
        this.lose(lock.queue, isGranted ? 'it was not renewed in time' : 'the broker gave it to another consumer');
        continue;
      }
      lock.confirmedMs = startedMs;
      lock.expiry.cancel();
      lock.expiry = this.expiryOf(lock.queue, startedMs);
    }
    return true;
  }

  /** @returns keys of the queues that were granted, or undefined when there is no answer */
  private async ask(brokerName: string, queues: readonly MessageQueue[]): Promise<ReadonlySet<string> | undefined> {
    const { group, clientId, calls, table, logger } = this.parts;
    const address = table.masterAddress(brokerName);
    if (address === undefined) return undefined;
    try {
      const granted = await calls.lockQueues(address, { group, clientId, queues }, { timeoutMs: CALL_TIMEOUT_MS });
      return new Set(granted.map(queueKey));
    } catch (error) {
      logger.log('warn', 'queues are not locked', { group, broker: brokerName, error: messageOf(error) });
      return undefined;
    }
  }

  private isLive(lock: Lock): boolean {
    return this.parts.clock.monotonic() - lock.confirmedMs < this.parts.lifeMs;
  }

  private expiryOf(queue: MessageQueue, confirmedMs: number): Timer {
    const { clock, lifeMs } = this.parts;
    const leftMs = lifeMs - (clock.monotonic() - confirmedMs);
    return clock.after(leftMs, () => this.lose(queue, 'it was not renewed in time'));
  }

  private lose(queue: MessageQueue, reason: string): void {
    if (!this.forget(queue)) return;
    this.parts.logger.log('warn', 'the lock of a queue is lost', { group: this.parts.group, queue: queueText(queue), reason });
    this.parts.lost(queue);
  }

  private forget(queue: MessageQueue): boolean {
    this.locks.get(queue)?.expiry.cancel();
    return this.locks.delete(queue);
  }
}
