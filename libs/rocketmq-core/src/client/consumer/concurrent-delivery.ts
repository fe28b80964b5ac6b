import { messageOf, OperationFailed } from '../../base/index.js';
import { Loop, type Clock, type Logger, type Timer } from '../../runtime/index.js';
import { within } from '../instance/deadline.js';
import type { BatchListener } from '../message-types.js';
import type { Delivery } from './delivery.js';
import { DeliveryLanes } from './delivery-lanes.js';
import { DeliveryRun } from './delivery-run.js';
import { callListener, type Outcome } from './listener-call.js';
import type { HeldMessage, ProcessQueue } from './process-queue.js';
import { messageIdOf } from '../received-message.js';
import type { Redelivery } from './redelivery.js';
import type { RetryWish } from './retry-delay.js';

export interface DeliveryParts {
  readonly group: string;
  readonly listener: BatchListener;
  readonly batchSizeMax: number;
  readonly consumeTimeoutMs: number;
  readonly redelivery: Pick<Redelivery, 'handBack'>;
  /** Messages of the queue left the window: its offset may move, and there is room. */
  readonly progress: (processQueue: ProcessQueue) => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Before a message that no broker took back is delivered here again, ms. As Java: submitConsumeRequestLater. */
const LOCAL_RETRY_MS = 5000;
/** Level of a message whose listener did not end in time: 10 s. As Java: ProcessQueue.cleanExpiredMsg. */
const EXPIRED_LEVEL = 3;
const EXPIRY_CHECK_MS = 60_000;

/** Calls the listener, many times at once and in no order. As Java: ConsumeMessageConcurrentlyService. */
export class ConcurrentDelivery implements Delivery {
  private readonly lanes = new DeliveryLanes();
  private readonly runs = new Set<DeliveryRun>();
  /** Calls of the listener, and hand-backs that follow them. */
  private busy = 0;
  private readonly retries = new Map<Timer, ProcessQueue>();
  private readonly expiry: Loop;
  private state: 'running' | 'paused' | 'stopped' = 'running';
  private whenIdle: (() => void)[] = [];

  constructor(
    private readonly parts: DeliveryParts,
    private concurrencyMax: number,
  ) {
    const { clock, logger, consumeTimeoutMs } = parts;
    const periodMs = Math.min(consumeTimeoutMs, EXPIRY_CHECK_MS);
    this.expiry = new Loop({ name: 'expiry of deliveries', clock, logger, periodMs, run: () => this.expire() });
  }

  /** Calls of the listener that have not ended. */
  get running(): number {
    return this.runs.size;
  }

  get concurrency(): number {
    return this.concurrencyMax;
  }

  start(): void {
    this.expiry.start();
  }

  setConcurrency(concurrency: number): void {
    this.concurrencyMax = concurrency;
    this.pump();
  }

  /** No call begins until `resume`. */
  pause(): void {
    if (this.state === 'running') this.state = 'paused';
  }

  resume(): void {
    if (this.state === 'paused') this.state = 'running';
    this.pump();
  }

  submit(processQueue: ProcessQueue, held: readonly HeldMessage[]): void {
    const { batchSizeMax } = this.parts;
    for (let at = 0; at < held.length; at += batchSizeMax) this.lanes.add({ processQueue, held: held.slice(at, at + batchSizeMax) });
    this.pump();
  }

  /** The queue belongs to another consumer now: what waits is forgotten, running calls are told. */
  drop(processQueue: ProcessQueue): void {
    this.lanes.drop(processQueue);
    for (const [timer, owner] of this.retries) {
      if (owner === processQueue) this.cancelRetry(timer);
    }
    for (const run of this.runs) {
      if (run.batch.processQueue === processQueue) run.abort(new OperationFailed('aborted', 'the queue was given to another consumer'));
    }
  }

  /**
   * No call begins any more; resolves when the running ones have ended and failed messages are handed back. After `deadlineMs` the signals of
   * those that still run fire and nobody waits for them: their messages are not committed and will be delivered again.
   */
  async stop(deadlineMs: number): Promise<void> {
    this.state = 'stopped';
    this.lanes.clear();
    for (const timer of [...this.retries.keys()]) this.cancelRetry(timer);
    const { clock } = this.parts;
    await within(this.idle(), { clock, timeoutMs: deadlineMs, what: 'waiting for listeners' }).catch(() => undefined);
    for (const run of this.runs) run.abort(new OperationFailed('aborted', 'the consumer is shut down'));
    await this.expiry.stop();
  }

  private idle(): Promise<void> {
    return this.busy === 0 ? Promise.resolve() : new Promise((resolve) => this.whenIdle.push(resolve));
  }

  private pump(): void {
    while (this.state === 'running' && this.busy < this.concurrencyMax) {
      const batch = this.lanes.next();
      if (batch === undefined) return;
      if (batch.processQueue.dropped) continue;
      this.busy += 1;
      void this.run(new DeliveryRun(batch, this.parts.clock.monotonic()));
    }
  }

  private async run(run: DeliveryRun): Promise<void> {
    this.runs.add(run);
    const outcomes = await callListener(this.parts, run);
    // A call that took too long was settled then.
    if (this.runs.delete(run)) await this.settle(run.batch.processQueue, outcomes);
  }

  private async settle(processQueue: ProcessQueue, outcomes: readonly Outcome[]): Promise<void> {
    const done: HeldMessage[] = [];
    const left: HeldMessage[] = [];
    const settleOne = async ([held, verdict]: Outcome) => {
      const confirmed = verdict === undefined || (await this.handBack(processQueue, held, verdict));
      (confirmed ? done : left).push(held);
    };
    // Nearly always all are consumed, and promises for each would cost more than the rest of a delivery.
    if (outcomes.every(([, verdict]) => verdict === undefined)) for (const [held] of outcomes) done.push(held);
    // A queue that is another's now delivers its messages there again: to hand back copies of them would only make duplicates.
    else if (!processQueue.dropped) await Promise.all(outcomes.map(settleOne));
    // What a consumer did with a queue that is another's now is the other's business: it begins at the last commit.
    if (!processQueue.dropped) {
      processQueue.complete(done);
      this.parts.progress(processQueue);
      this.retryLater(processQueue, left);
    }
    this.busy -= 1;
    this.pump();
    if (this.busy > 0) return;
    for (const resolve of this.whenIdle.splice(0)) resolve();
  }

  private async handBack({ queue }: ProcessQueue, { message, localFailures }: HeldMessage, wish: RetryWish): Promise<boolean> {
    try {
      return await this.parts.redelivery.handBack({ message, queue, localFailures, ...wish });
    } catch (error) {
      this.parts.logger.log('error', 'handing a message back failed', { messageId: messageIdOf(message), error: messageOf(error) });
      return false;
    }
  }

  private retryLater(processQueue: ProcessQueue, held: readonly HeldMessage[]): void {
    if (held.length === 0 || this.state === 'stopped') return;
    for (const one of held) one.localFailures += 1;
    const timer = this.parts.clock.after(LOCAL_RETRY_MS, () => {
      this.retries.delete(timer);
      this.submit(processQueue, held);
    });
    this.retries.set(timer, processQueue);
  }

  private cancelRetry(timer: Timer): void {
    timer.cancel();
    this.retries.delete(timer);
  }

  private expire(): void {
    const { clock, consumeTimeoutMs, logger, group } = this.parts;
    const nowMs = clock.monotonic();
    for (const run of this.runs) {
      if (nowMs - run.startedMs < consumeTimeoutMs) continue;
      this.runs.delete(run);
      logger.log('warn', 'a listener did not end in time, its messages are handed back', { group, afterMs: consumeTimeoutMs });
      run.abort(new OperationFailed('timeout', `the listener did not end within ${consumeTimeoutMs} ms`));
      void this.settle(
        run.batch.processQueue,
        run.batch.held.map((held): Outcome => [held, { retry: true, delayLevel: EXPIRED_LEVEL }]),
      );
    }
  }
}
