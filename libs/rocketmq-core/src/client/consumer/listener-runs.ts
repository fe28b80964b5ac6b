import { OperationFailed } from '../../base/index.js';
import { Loop, type Clock, type Logger } from '../../runtime/index.js';
import { within } from '../instance/deadline.js';
import { DeliveryRun } from './delivery-run.js';
import type { HeldMessage, ProcessQueue } from './process-queue.js';

export interface ListenerRunsParts {
  readonly concurrency: number;
  readonly consumeTimeoutMs: number;
  /** Places that are taken: by calls, and by what follows them. */
  readonly taken: () => number;
  /** A call takes longer than `consumeTimeoutMs`. Told with every check, until it has ended. */
  readonly late: (run: DeliveryRun) => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

const EXPIRY_CHECK_MS = 60_000;

/** The calls of a listener that run: whether another may begin, and what ends them from outside. */
export class ListenerRuns {
  concurrency: number;
  // In no order: a place is filled with the last one. A Set that changes with each message is rebuilt all the time.
  private readonly runs: DeliveryRun[] = [];
  private state: 'running' | 'paused' | 'stopped' = 'running';
  private whenIdle: (() => void)[] = [];
  private readonly expiry: Loop;

  constructor(private readonly parts: ListenerRunsParts) {
    const { clock, logger, consumeTimeoutMs, concurrency } = parts;
    this.concurrency = concurrency;
    const periodMs = Math.min(consumeTimeoutMs, EXPIRY_CHECK_MS);
    this.expiry = new Loop({ name: 'expiry of deliveries', clock, logger, periodMs, run: () => this.expire() });
  }

  /** Calls that have not ended. */
  get count(): number {
    return this.runs.length;
  }

  /** Whether calls may begin at all. */
  get open(): boolean {
    return this.state === 'running';
  }

  get stopped(): boolean {
    return this.state === 'stopped';
  }

  /** Whether a call may begin now. */
  get hasPlace(): boolean {
    return this.open && this.parts.taken() < this.concurrency;
  }

  start(): void {
    this.expiry.start();
  }

  pause(): void {
    if (this.state === 'running') this.state = 'paused';
  }

  resume(): void {
    if (this.state === 'paused') this.state = 'running';
  }

  begin(processQueue: ProcessQueue, held: readonly HeldMessage[]): DeliveryRun {
    const run = new DeliveryRun(processQueue, held, this.parts.clock.monotonic());
    run.place = this.runs.push(run) - 1;
    return run;
  }

  /** @returns false when it was ended before */
  end(run: DeliveryRun): boolean {
    const { place } = run;
    if (place < 0) return false;
    const last = this.runs.pop();
    if (last !== undefined && last !== run) {
      this.runs[place] = last;
      last.place = place;
    }
    run.place = -1;
    return true;
  }

  /** Tells the calls of a queue that it is another consumer's now. */
  abort(processQueue: ProcessQueue): void {
    this.abortAll('the queue was given to another consumer', processQueue);
  }

  /** A place became free. */
  settled(): void {
    if (this.parts.taken() === 0) for (const resolve of this.whenIdle.splice(0)) resolve();
  }

  /** Begins no call any more; resolves when no place is taken, or when `deadlineMs` have passed and the signals of the calls that still run have fired. */
  async stop(deadlineMs: number): Promise<void> {
    this.state = 'stopped';
    const { clock } = this.parts;
    await within(this.idle(), { clock, timeoutMs: deadlineMs, what: 'waiting for listeners' }).catch(() => undefined);
    this.abortAll('the consumer is shut down');
    await this.expiry.stop();
  }

  private idle(): Promise<void> {
    return this.parts.taken() === 0 ? Promise.resolve() : new Promise((resolve) => this.whenIdle.push(resolve));
  }

  private abortAll(reason: string, processQueue?: ProcessQueue): void {
    for (const run of [...this.runs]) {
      if (processQueue === undefined || run.processQueue === processQueue) run.abort(new OperationFailed('aborted', reason));
    }
  }

  private expire(): void {
    const { clock, consumeTimeoutMs, late } = this.parts;
    const nowMs = clock.monotonic();
    for (const run of [...this.runs]) if (nowMs - run.startedMs >= consumeTimeoutMs) late(run);
  }
}
