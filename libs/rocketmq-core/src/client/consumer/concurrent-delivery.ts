import { messageOf, OperationFailed } from '../../base/index.js';
import type { Clock, Logger, Timer } from '../../runtime/index.js';
import type { BatchListener } from '../message-types.js';
import { messageIdOf } from '../received-message.js';
import type { ConsumeFigures } from './consume-figures.js';
import type { Delivery } from './delivery.js';
import { DeliveryLanes } from './delivery-lanes.js';
import type { DeliveryRun } from './delivery-run.js';
import { callListener } from './listener-call.js';
import { ListenerRuns } from './listener-runs.js';
import type { HeldMessage, ProcessQueue } from './process-queue.js';
import type { Redelivery } from './redelivery.js';
import type { RetryWish } from './retry-delay.js';
import type { Verdict, Verdicts } from './verdicts.js';

export interface DeliveryParts {
  readonly group: string;
  readonly listener: BatchListener;
  readonly figures: Pick<ConsumeFigures, 'called'>;
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
/** How long listeners that answer at once may keep the event loop, ms. */
const TURN_MS = 10;

/** Calls the listener, many times at once and in no order. As Java: ConsumeMessageConcurrentlyService. */
export class ConcurrentDelivery implements Delivery {
  private readonly lanes = new DeliveryLanes();
  private readonly runs: ListenerRuns;
  /** Calls of the listener, and hand-backs that follow them. */
  private busy = 0;
  private readonly retries = new Map<Timer, ProcessQueue>();
  private pumping = false;

  constructor(
    private readonly parts: DeliveryParts,
    concurrency: number,
  ) {
    const { clock, logger, consumeTimeoutMs } = parts;
    const taken = () => this.busy;
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
    this.pump();
  }

  submit(processQueue: ProcessQueue, held: readonly HeldMessage[]): void {
    this.lanes.add(processQueue, held);
    this.pump();
  }

  drop(processQueue: ProcessQueue): void {
    this.lanes.drop(processQueue);
    for (const [timer, owner] of this.retries) {
      if (owner === processQueue) this.cancelRetry(timer);
    }
    this.runs.abort(processQueue);
  }

  /** Failed messages are handed back before it resolves. What is not settled by the deadline is not committed and will be delivered again. */
  async stop(deadlineMs: number): Promise<void> {
    const stopped = this.runs.stop(deadlineMs);
    this.lanes.clear();
    for (const timer of [...this.retries.keys()]) this.cancelRetry(timer);
    await stopped;
  }

  private pump(): void {
    // A listener that answers at once frees its place while it is given it: `beginCalls` goes on then, and not another one inside of it.
    if (this.pumping) return;
    this.pumping = true;
    if (this.beginCalls()) this.pumping = false;
    // Pulls, heartbeats and timers have their turn, too.
    else this.parts.clock.nextTurn(() => this.pumpOn());
  }

  private pumpOn(): void {
    this.pumping = false;
    this.pump();
  }

  /** @returns false when it was going on for too long and there may be more to do */
  private beginCalls(): boolean {
    let endMs: number | undefined;
    while (this.runs.hasPlace) {
      const batch = this.lanes.next(this.parts.batchSizeMax);
      if (batch === undefined) return true;
      if (batch.processQueue.dropped) continue;
      this.busy += 1;
      const run = this.runs.begin(batch.processQueue, batch.held);
      this.call(run);
      endMs ??= run.startedMs + TURN_MS;
      if (run.startedMs >= endMs) return false;
    }
    return true;
  }

  private call(run: DeliveryRun): void {
    const verdicts = callListener(this.parts, run);
    if (verdicts instanceof Promise) void verdicts.then((late) => this.ended(run, late));
    else this.ended(run, verdicts);
  }

  private ended(run: DeliveryRun, verdicts: Verdicts): void {
    // A call that took too long was settled then.
    if (this.runs.end(run)) this.settle(run, verdicts);
  }

  private settle(run: DeliveryRun, verdicts: Verdicts): void {
    // Nearly always all are consumed: that must not cost a promise.
    if (verdicts === undefined) this.settled(run.processQueue, run.held);
    else void this.settleEach(run, verdicts);
  }

  private async settleEach({ processQueue, held }: DeliveryRun, verdicts: readonly Verdict[]): Promise<void> {
    const done: HeldMessage[] = [];
    const left: HeldMessage[] = [];
    const settleOne = async (one: HeldMessage, at: number) => {
      const verdict = verdicts[at];
      const confirmed = verdict === undefined || (await this.handBack(processQueue, one, verdict));
      (confirmed ? done : left).push(one);
    };
    // A queue that is another's now delivers its messages there again: to hand back copies of them would only make duplicates.
    if (!processQueue.dropped) await Promise.all(held.map(settleOne));
    if (!processQueue.dropped) this.retryLater(processQueue, left);
    this.settled(processQueue, done);
  }

  private settled(processQueue: ProcessQueue, done: readonly HeldMessage[]): void {
    // What a consumer did with a queue that is another's now is the other's business: it begins at the last commit.
    if (!processQueue.dropped) {
      processQueue.complete(done);
      this.parts.progress(processQueue);
    }
    this.busy -= 1;
    this.pump();
    this.runs.settled();
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
    if (held.length === 0 || this.runs.stopped) return;
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

  private expire(run: DeliveryRun): void {
    const { consumeTimeoutMs, logger, group } = this.parts;
    this.runs.end(run);
    logger.log('warn', 'a listener did not end in time, its messages are handed back', { group, afterMs: consumeTimeoutMs });
    run.abort(new OperationFailed('timeout', `the listener did not end within ${consumeTimeoutMs} ms`));
    this.settle(
      run,
      run.held.map(() => ({ retry: true, delayLevel: EXPIRED_LEVEL })),
    );
  }
}
