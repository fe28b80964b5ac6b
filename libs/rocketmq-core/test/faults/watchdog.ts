import { type Clock, SystemClock, type Timer } from '../../src/runtime/index.js';

export interface WatchdogOptions {
  /** Figures of which some change while the run gets on. */
  readonly progress: () => unknown;
  /** How long the whole run may take, ms. */
  readonly limitMs: number;
  readonly clock?: Clock;
}

const LOOK_MS = 1000;
/** Far longer than a process takes to start on a busy machine, or a broker to recover. */
const STILL_MAX_MS = 100_000;

/** Notices a run that does not get on, or not fast enough, so that it ends with what it knows and not with the patience of the test. */
export class Watchdog {
  /** Why the run has to end. */
  readonly faults: string[] = [];
  private readonly clock: Clock;
  private readonly startedMs: number;
  private timer: Timer | undefined;
  private figures = '';
  private changedMs: number;

  constructor(private readonly options: WatchdogOptions) {
    this.clock = options.clock ?? new SystemClock();
    this.startedMs = this.clock.monotonic();
    this.changedMs = this.startedMs;
    this.look();
  }

  stop(): void {
    this.timer?.cancel();
  }

  private look(): void {
    const nowMs = this.clock.monotonic();
    const figures = JSON.stringify(this.options.progress());
    if (figures !== this.figures) this.changedMs = nowMs;
    this.figures = figures;
    if (nowMs - this.startedMs >= this.options.limitMs) this.end(`not over after ${this.options.limitMs} ms`);
    else if (nowMs - this.changedMs >= STILL_MAX_MS) this.end(`nothing happens any more for ${STILL_MAX_MS} ms`);
    else this.timer = this.clock.after(LOOK_MS, () => this.look());
  }

  private end(why: string): void {
    this.faults.push(`${why}: ${this.figures}`);
  }
}
