import type { Clock, Timer } from '../runtime/index.js';

/** One timer for many deadlines: it rings at the earliest one asked for, and whoever it wakes asks for the next. */
export class Alarm {
  private timer: Timer | undefined;
  private dueMs = Infinity;

  constructor(
    private readonly clock: Clock,
    private readonly ring: (nowMs: number) => void,
  ) {}

  /** @param dueMs monotonic time; Infinity asks for nothing */
  noLaterThan(dueMs: number): void {
    if (dueMs >= this.dueMs) return;
    this.timer?.cancel();
    this.dueMs = dueMs;
    this.timer = this.clock.after(Math.ceil(dueMs - this.clock.monotonic()), () => {
      this.dueMs = Infinity;
      this.ring(this.clock.monotonic());
    });
  }

  cancel(): void {
    this.timer?.cancel();
    this.timer = undefined;
    this.dueMs = Infinity;
  }
}
