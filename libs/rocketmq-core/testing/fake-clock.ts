import type { Clock, Timer } from '../src/runtime/index.js';

interface Waiting {
  readonly due: number;
  readonly order: number;
  readonly callback: () => void;
}

/** A wall-clock time tests can read at a glance: 2024-01-01T00:00:00Z. */
const EPOCH_MS = Date.UTC(2024, 0, 1);
const SETTLE_TURNS_MAX = 100;

/**
 * Time that stands still until `advance` moves it. Timers run in the order of their due times, ties in the order of their creation.
 * `nextTurn` uses real turns of the event loop, so parts that gather work per turn go on without anybody advancing the time.
 */
export class FakeClock implements Clock {
  private readonly waiting = new Set<Waiting>();
  private elapsedMs = 0;
  private wallOffsetMs: number;
  private created = 0;
  private pendingTurns = 0;

  /** @param startMs wall-clock time at the start, milliseconds since the epoch */
  constructor(startMs = EPOCH_MS) {
    this.wallOffsetMs = startMs;
  }

  now(): number {
    return this.wallOffsetMs + this.elapsedMs;
  }

  monotonic(): number {
    return this.elapsedMs;
  }

  after(delayMs: number, callback: () => void): Timer {
    this.created += 1;
    const entry = { due: this.elapsedMs + Math.max(delayMs, 0), order: this.created, callback };
    this.waiting.add(entry);
    return { cancel: () => void this.waiting.delete(entry) };
  }

  nextTurn(callback: () => void): void {
    this.pendingTurns += 1;
    setImmediate(() => {
      this.pendingTurns -= 1;
      callback();
    });
  }

  /** Timers that have not run and were not cancelled. */
  get timerCount(): number {
    return this.waiting.size;
  }

  /** Moves the wall clock alone, as an administrator or NTP does. */
  jump(byMs: number): void {
    this.wallOffsetMs += byMs;
  }

  /** Moves time forward; what runs at each due time settles before the next timer runs. */
  async advance(ms: number): Promise<void> {
    const target = this.elapsedMs + ms;
    await this.settle();
    for (let next = this.earliest(target); next !== undefined; next = this.earliest(target)) {
      this.waiting.delete(next);
      this.elapsedMs = Math.max(this.elapsedMs, next.due);
      next.callback();
      await this.settle();
    }
    this.elapsedMs = target;
  }

  /** Lets microtasks and `nextTurn` callbacks run until none is left, at most 100 turns long. Does not wait for real input and output. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < SETTLE_TURNS_MAX; turn += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      if (this.pendingTurns === 0) return;
    }
  }

  private earliest(target: number): Waiting | undefined {
    let found: Waiting | undefined;
    for (const entry of this.waiting) {
      if (entry.due > target) continue;
      if (found === undefined || entry.due < found.due || (entry.due === found.due && entry.order < found.order)) found = entry;
    }
    return found;
  }
}
