import type { Clock, Timer } from '../../runtime/index.js';
import type { HeldMessage, ProcessQueue } from './process-queue.js';

const COMPACT_FROM = 256;

/** What waits of one queue that is consumed in order. */
export class OrderlyLane {
  private waiting: HeldMessage[] = [];
  // Entries before it are done: shifting the array for each message would move the whole backlog.
  private head = 0;
  private pausing: Timer | undefined;
  private closed = false;
  private whenQuiet: ((ended: boolean) => void)[] = [];

  constructor(readonly processQueue: ProcessQueue) {}

  get hasWork(): boolean {
    return !this.closed && this.pausing === undefined && this.head < this.waiting.length;
  }

  add(held: readonly HeldMessage[]): void {
    for (const one of held) this.waiting.push(one);
  }

  first(count: number): readonly HeldMessage[] {
    const first: HeldMessage[] = [];
    for (let at = this.head; at < this.waiting.length && first.length < count; at += 1) {
      const held = this.waiting[at];
      if (held?.done === false) first.push(held);
    }
    return first;
  }

  forgetDone(): void {
    while (this.waiting[this.head]?.done === true) this.head += 1;
    if (this.head < COMPACT_FROM && this.head < this.waiting.length) return;
    this.waiting.splice(0, this.head);
    this.head = 0;
  }

  /** The same messages come again after the pause. */
  pause(clock: Clock, pauseMs: number, ended: () => void): void {
    this.pausing = clock.after(pauseMs, () => {
      this.pausing = undefined;
      ended();
    });
  }

  endPause(): void {
    this.pausing?.cancel();
    this.pausing = undefined;
  }

  /** Nothing begins any more. @returns resolves when what runs has ended, with `false` when nobody waits for it any more */
  close(): Promise<boolean> {
    this.closed = true;
    this.endPause();
    return new Promise((resolve) => this.whenQuiet.push(resolve));
  }

  ended(all: boolean): void {
    for (const resolve of this.whenQuiet.splice(0)) resolve(all);
  }
}
