import type { RocketMQConnectionOptions } from '../src/index.js';

/** The clock that clients and the broker take. */
type Clock = NonNullable<NonNullable<RocketMQConnectionOptions['client']>['clock']>;
type Timer = ReturnType<Clock['after']>;

interface Waiting {
  readonly dueMs: number;
  readonly fire: () => void;
  readonly handle: NodeJS.Timeout;
}

// As long as a broker holds a pull is longer, and so is every limit of time of a connection under test.
const STEP_MIN_MS = 1000;
const STEP_MAX_MS = 10_000;
const STEPS = 200;
/** Real time between two steps, in which what was due sends its requests and gets its answers. */
const SETTLE_MS = 2;
const LONGEST_TIMER_MS = 0x7fffffff;

/** Time that passes as usual, and can be moved forward: an hour of delays and retries takes a moment. */
export class VirtualClock implements Clock {
  private readonly waiting = new Set<Waiting>();
  private skippedMs = 0;

  now(): number {
    return Date.now() + this.skippedMs;
  }

  monotonic(): number {
    return performance.now() + this.skippedMs;
  }

  after(delayMs: number, callback: () => void): Timer {
    const fire = () => {
      clearTimeout(entry.handle);
      if (this.waiting.delete(entry)) callback();
    };
    const dueMs = this.monotonic() + Math.max(0, delayMs);
    const entry: Waiting = { dueMs, fire, handle: setTimeout(fire, Math.min(Math.max(0, delayMs), LONGEST_TIMER_MS)) };
    this.waiting.add(entry);
    return {
      cancel: () => {
        clearTimeout(entry.handle);
        this.waiting.delete(entry);
      },
    };
  }

  nextTurn(callback: () => void): void {
    setImmediate(callback);
  }

  /** Forgets what waits: nobody is left to do it. */
  end(): void {
    for (const { handle } of this.waiting) clearTimeout(handle);
    this.waiting.clear();
  }

  /**
   * Moves time forward in steps of 1 to 10 s. What is due in a step runs at its end, once, in the order of its times; then its requests get a moment of
   * real time for their answers.
   */
  async advance(ms: number): Promise<void> {
    const stepMs = Math.min(STEP_MAX_MS, Math.max(STEP_MIN_MS, ms / STEPS));
    for (let leftMs = ms; leftMs > 0; leftMs -= stepMs) {
      this.skippedMs += Math.min(stepMs, leftMs);
      const nowMs = this.monotonic();
      const due = [...this.waiting].filter(({ dueMs }) => dueMs <= nowMs).sort((a, b) => a.dueMs - b.dueMs);
      for (const { fire } of due) fire();
      await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    }
  }
}
