import { messageOf } from '../../base/index.js';
import { Loop, type Clock, type Logger } from '../../runtime/index.js';
import type { ArrivalListener } from '../ports.js';
import type { Builder, DispatchRequest } from './builders.js';

export interface ReputOptions {
  readonly builders: readonly Builder[];
  readonly arrivals: ArrivalListener | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
}

const RETRY_PERIOD_MS = 1000;

/**
 * Follows the log: hands each record to the builders and then tells that it has arrived. Records come from the appends themselves, in the turn
 * in which they became readable; the loop only tries again what the disk has refused.
 */
export class ReputLoop {
  /** Physical offset up to which every builder has written what it builds. */
  dispatchedOffset = 0;
  /** The record before that offset; undefined when none is known. */
  last: { readonly physicalOffset: number; readonly storeTimestamp: number } | undefined;
  private waiting: DispatchRequest[] = [];
  /** How many of them every builder has taken. */
  private addedCount = 0;
  private waitingEnd = 0;
  private readonly loop: Loop;

  constructor(private readonly options: ReputOptions) {
    const { clock, logger } = options;
    this.loop = new Loop({ name: 'reput', clock, logger, periodMs: RETRY_PERIOD_MS, run: () => this.commit() });
  }

  /** @param last the record before the offset */
  startAt(physicalOffset: number, last: ReputLoop['last']): void {
    this.dispatchedOffset = physicalOffset;
    this.waitingEnd = physicalOffset;
    this.last = last;
    this.loop.start();
  }

  async stop(): Promise<void> {
    await this.loop.stop();
    this.commit();
  }

  /** Takes the records up to `end`, all of them in log order. They reach the builders with the next commit. */
  dispatch(requests: readonly DispatchRequest[], end: number): void {
    for (const request of requests) this.waiting.push(request);
    this.waitingEnd = end;
  }

  /** Writes what was taken since the last commit: one call for all groups of a turn. What the disk refuses is tried again later, in order. */
  commit(): void {
    if (this.waitingEnd === this.dispatchedOffset) return;
    try {
      this.addWaiting();
      for (const builder of this.options.builders) builder.commit?.();
    } catch (error) {
      this.options.logger.log('error', 'messages are stored but not yet consumable', { error: messageOf(error) });
      return;
    }
    const arrived = this.waiting;
    this.waiting = [];
    this.addedCount = 0;
    this.dispatchedOffset = this.waitingEnd;
    this.last = arrived[arrived.length - 1] ?? this.last;
    this.announce(arrived);
  }

  // Adding may write too: to the queue of a topic that was deleted since the append, which then begins in the middle.
  private addWaiting(): void {
    for (let request = this.waiting[this.addedCount]; request !== undefined; request = this.waiting[this.addedCount]) {
      for (const builder of this.options.builders) builder.add(request);
      this.addedCount += 1;
    }
  }

  private announce(requests: readonly DispatchRequest[]): void {
    const { arrivals } = this.options;
    if (arrivals === undefined) return;
    for (const request of requests) {
      try {
        arrivals.arrived(request);
      } catch (error) {
        this.options.logger.log('error', 'an arrival listener failed', { error: messageOf(error) });
      }
    }
  }
}
