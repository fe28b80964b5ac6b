import type { Clock } from '../../runtime/index.js';
import { OperationFailed } from '../../base/index.js';
import type { LitePullQueue } from './lite-pull-queue.js';

export interface WaitLimits {
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The queues that have messages to hand out take turns; one caller at a time waits for the next. */
export class LitePullLine {
  // A Set keeps its order: the first queue is the next one, and a queue that has had its turn moves to the end.
  private readonly queues = new Set<LitePullQueue>();
  private wake: (() => void) | undefined;
  private closed = false;

  constructor(private readonly clock: Clock) {}

  /** Messages came, or the queue is no longer paused. */
  add(queue: LitePullQueue): void {
    if (queue.count === 0 || queue.dropped) return;
    this.queues.add(queue);
    if (!queue.paused) this.wake?.();
  }

  /** Nothing waits any more: `next` gives undefined from now on. */
  close(): void {
    this.closed = true;
    this.wake?.();
  }

  /**
   * The queue whose turn it is.
   * @returns undefined when none has messages in time, or after `close`
   * @throws OperationFailed `aborted`
   */
  async next(limits: WaitLimits): Promise<LitePullQueue | undefined> {
    if (limits.signal?.aborted) throw aborted(limits.signal);
    const ready = this.turn();
    if (ready !== undefined || this.closed || limits.timeoutMs === 0) return ready;
    await this.arrival(limits);
    return this.turn();
  }

  private turn(): LitePullQueue | undefined {
    if (this.closed) return undefined;
    for (const queue of this.queues) {
      if (queue.count === 0 || queue.dropped) this.queues.delete(queue);
      if (queue.count === 0 || queue.dropped || queue.paused) continue;
      this.queues.delete(queue);
      this.queues.add(queue);
      return queue;
    }
    return undefined;
  }

  private arrival({ timeoutMs, signal }: WaitLimits): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = () => {
        timer?.cancel();
        signal?.removeEventListener('abort', abort);
        this.wake = undefined;
        resolve();
      };
      const abort = () => {
        reject(aborted(signal));
        end();
      };
      const timer = timeoutMs === undefined ? undefined : this.clock.after(timeoutMs, end);
      signal?.addEventListener('abort', abort, { once: true });
      this.wake = end;
    });
  }
}

const aborted = (signal: AbortSignal | undefined) => new OperationFailed('aborted', 'aborted', { cause: signal?.reason });
