import { OperationFailed } from '../../base/index.js';
import type { Clock, Logger } from '../../runtime/index.js';
import { within } from '../instance/deadline.js';
import { queueKey, queueText } from '../message-queues.js';
import type { BatchListener } from '../message-types.js';
import type { MessageQueue } from '../../protocol/index.js';
import type { Delivery } from './delivery.js';
import type { ConsumeFigures } from './consume-figures.js';
import type { DeliveryRun } from './delivery-run.js';
import { callListener } from './listener-call.js';
import { ListenerRuns } from './listener-runs.js';
import { OrderlyLane } from './orderly-lane.js';
import type { HeldMessage, ProcessQueue } from './process-queue.js';
import type { RetryWish } from './retry-delay.js';
import type { Verdict } from './verdicts.js';

export interface OrderlyDeliveryParts {
  readonly group: string;
  readonly listener: BatchListener;
  readonly figures: Pick<ConsumeFigures, 'called'>;
  readonly batchSizeMax: number;
  readonly consumeTimeoutMs: number;
  /** Pause of a queue after the first failure of a message; it doubles with each further one. */
  readonly suspendMs: number;
  /** Failures after which a message is no longer delivered. */
  readonly maxReconsumeTimes: number;
  /** A queue that was consumed without a break for this long lets another one have its turn. */
  readonly consumeContinuouslyMs: number;
  /** Whether no other consumer may have the queue. */
  readonly isHeld: (queue: MessageQueue) => boolean;
  /** Puts a message aside that has failed too often. Does not throw. @returns whether somebody keeps it: only then may the queue go on */
  readonly giveUp: (held: HeldMessage, queue: MessageQueue, reason: string | undefined) => Promise<boolean>;
  /** Messages of the queue left the window: its offset may move, and there is room. */
  readonly progress: (processQueue: ProcessQueue) => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Shortest and longest pause of a queue, ms. As Java: ConsumeMessageOrderlyService.submitConsumeRequestLater. */
const SUSPEND_MIN_MS = 10;
const SUSPEND_MAX_MS = 30_000;

/**
 * Calls the listener for one message (or batch) of a queue after the other, for several queues at once. As Java: ConsumeMessageOrderlyService.
 *
 * Invariants: of one queue never two calls run; whoever takes a queue that was lost asks `isBusy` first. A message is passed only when its
 * listener has ended well or somebody else keeps it. What ends after the lock of its queue was lost counts for nothing.
 */
export class OrderlyDelivery implements Delivery {
  private readonly lanes = new Map<ProcessQueue, OrderlyLane>();
  /** Lanes that wait for a free place. */
  private readonly ready = new Set<OrderlyLane>();
  private readonly working = new Set<OrderlyLane>();
  private readonly runs: ListenerRuns;
  /** Nobody waits for a call any more. */
  private abandoned = false;

  constructor(
    private readonly parts: OrderlyDeliveryParts,
    concurrency: number,
  ) {
    const { clock, logger, consumeTimeoutMs } = parts;
    const taken = () => this.working.size;
    this.runs = new ListenerRuns({ concurrency, consumeTimeoutMs, taken, late: (run) => this.expire(run), clock, logger });
  }

  get running(): number {
    return this.runs.count;
  }

  get concurrency(): number {
    return this.runs.concurrency;
  }

  start(): void {
    this.runs.start();
  }

  setConcurrency(concurrency: number): void {
    this.runs.concurrency = concurrency;
    this.pump();
  }

  pause(): void {
    this.runs.pause();
  }

  resume(): void {
    this.runs.resume();
    for (const lane of this.lanes.values()) this.offer(lane);
  }

  submit(processQueue: ProcessQueue, held: readonly HeldMessage[]): void {
    if (this.runs.stopped || processQueue.dropped) return;
    let lane = this.lanes.get(processQueue);
    if (lane === undefined) this.lanes.set(processQueue, (lane = new OrderlyLane(processQueue)));
    lane.add(held);
    this.offer(lane);
  }

  /** Whether a call for this queue has not ended, be it from before the queue was lost. */
  isBusy(queue: MessageQueue): boolean {
    const key = queueKey(queue);
    for (const lane of this.working) if (queueKey(lane.processQueue.queue) === key) return true;
    return false;
  }

  /**
   * Begins no further call for the queue and waits for the running one, whose outcome counts.
   * @returns false when it did not end within `timeoutMs`
   */
  async close(processQueue: ProcessQueue, timeoutMs: number): Promise<boolean> {
    const lane = this.lanes.get(processQueue);
    if (lane === undefined) return true;
    this.ready.delete(lane);
    const quiet = lane.close();
    if (!this.working.has(lane)) return true;
    if (this.abandoned) return false;
    const { clock } = this.parts;
    return within(quiet, { clock, timeoutMs, what: 'waiting for a listener' }).catch(() => false);
  }

  drop(processQueue: ProcessQueue): void {
    const lane = this.lanes.get(processQueue);
    if (lane === undefined) return;
    this.lanes.delete(processQueue);
    this.ready.delete(lane);
    void lane.close();
    this.runs.abort(processQueue);
  }

  async stop(deadlineMs: number): Promise<void> {
    const stopped = this.runs.stop(deadlineMs);
    this.ready.clear();
    for (const lane of this.lanes.values()) lane.endPause();
    await stopped;
    this.abandoned = true;
    for (const lane of this.working) lane.ended(false);
  }

  private offer(lane: OrderlyLane): void {
    if (this.working.has(lane) || !this.mayDeliver(lane)) return;
    this.ready.add(lane);
    this.pump();
  }

  private mayDeliver(lane: OrderlyLane): boolean {
    // A queue whose lock is lost waits to be dropped.
    return this.runs.open && lane.hasWork && this.counts(lane);
  }

  /** Whether the outcome of a call for this queue counts. */
  private counts({ processQueue }: OrderlyLane): boolean {
    return !processQueue.dropped && this.parts.isHeld(processQueue.queue);
  }

  private pump(): void {
    for (const lane of this.ready) {
      if (!this.runs.hasPlace) return;
      this.ready.delete(lane);
      this.working.add(lane);
      void this.work(lane);
    }
  }

  private async work(lane: OrderlyLane): Promise<void> {
    const { clock, consumeContinuouslyMs } = this.parts;
    const startedMs = clock.monotonic();
    while (this.mayDeliver(lane) && this.working.size <= this.concurrency && clock.monotonic() - startedMs <= consumeContinuouslyMs) {
      await this.deliver(lane);
    }
    this.working.delete(lane);
    lane.ended(true);
    this.offer(lane);
    this.pump();
    this.runs.settled();
  }

  private async deliver(lane: OrderlyLane): Promise<void> {
    const run = this.runs.begin(lane.processQueue, lane.first(this.parts.batchSizeMax));
    const verdicts = await callListener(this.parts, run);
    this.runs.end(run);
    if (verdicts === undefined) this.passed(lane, run.held);
    else await this.settleEach(lane, run.held, verdicts);
  }

  private async settleEach(lane: OrderlyLane, held: readonly HeldMessage[], verdicts: readonly Verdict[]): Promise<void> {
    const done: HeldMessage[] = [];
    let pauseMs: number | undefined;
    for (const [at, one] of held.entries()) {
      if (!this.counts(lane)) return;
      const verdict = verdicts[at];
      if (verdict === undefined) {
        // Behind a message that comes again, all come again.
        if (pauseMs === undefined) done.push(one);
      } else if (await this.givenUp(one, verdict, lane.processQueue.queue)) {
        done.push(one);
      } else {
        one.localFailures += 1;
        pauseMs ??= this.pauseAfter(one, verdict);
      }
    }
    if (!this.passed(lane, done) || pauseMs === undefined || this.runs.stopped) return;
    lane.pause(this.parts.clock, pauseMs, () => this.offer(lane));
  }

  /** @returns false when the queue is no longer this consumer's, and nothing was passed */
  private passed(lane: OrderlyLane, done: readonly HeldMessage[]): boolean {
    if (!this.counts(lane)) return false;
    lane.processQueue.complete(done);
    lane.forgetDone();
    this.parts.progress(lane.processQueue);
    return true;
  }

  private async givenUp(held: HeldMessage, { delayLevel = 0, reason }: RetryWish, queue: MessageQueue): Promise<boolean> {
    const failures = held.message.reconsumeTimes + held.localFailures;
    // As Java: a delay level below 0 means the dead-letter topic.
    return (failures >= this.parts.maxReconsumeTimes || delayLevel < 0) && this.parts.giveUp(held, queue, reason);
  }

  private pauseAfter({ localFailures }: HeldMessage, { delayMs }: RetryWish): number {
    const wished = delayMs !== undefined && !Number.isNaN(delayMs);
    const ms = wished ? delayMs : this.parts.suspendMs * 2 ** (localFailures - 1);
    return Math.min(Math.max(ms, SUSPEND_MIN_MS), SUSPEND_MAX_MS);
  }

  /** The queue has to wait for its listener, however long it takes: only its signal can be given. */
  private expire(run: DeliveryRun): void {
    if (run.aborted) return;
    const { consumeTimeoutMs, group, logger } = this.parts;
    logger.log('warn', 'a listener does not end, its queue waits', { group, queue: queueText(run.processQueue.queue) });
    run.abort(new OperationFailed('timeout', `the listener took more than ${consumeTimeoutMs} ms`));
  }
}
