/**
 * Lets only so many reads run at once. They run in the thread pool, which the syncs of the log need too: a consumer that is far behind must not
 * fill it.
 */
export class ReadGate {
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  /** @param runningMax reads that run at once */
  constructor(private readonly runningMax: number) {}

  /** Whether a read would run at once. */
  get isFree(): boolean {
    return this.running < this.runningMax;
  }

  /** Runs `read` when its turn comes: first come, first served. */
  async run<T>(read: () => Promise<T>): Promise<T> {
    if (this.isFree) this.running += 1;
    else await new Promise<void>((resolve) => this.waiting.push(resolve));
    try {
      return await read();
    } finally {
      // The place is handed on, so that nobody comes in between.
      const next = this.waiting.shift();
      if (next === undefined) this.running -= 1;
      else next();
    }
  }
}
