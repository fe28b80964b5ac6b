import { nextDataVersion, type DataVersion } from '../../protocol/index.js';

/** What timermetrics holds. */
export interface TimerCounts {
  readonly dataVersion: DataVersion;
  /** Topic -> messages that wait for it, and when that number last changed. */
  readonly counts: ReadonlyMap<string, { readonly count: number; readonly timeStamp: number }>;
}

/** How many messages of each topic wait in the timer. As Java: TimerMetrics. */
export class TimerCountTable {
  private readonly counts = new Map<string, { count: number; timeStamp: number }>();
  private version: DataVersion;
  private changeCount = 0;

  constructor(private readonly now: () => number) {
    this.version = { stateVersion: 0, timestamp: now(), counter: 0 };
  }

  get changes(): number {
    return this.changeCount;
  }

  add(topic: string, step: number): void {
    const timeStamp = this.now();
    const count = (this.counts.get(topic)?.count ?? 0) + step;
    this.counts.set(topic, { count, timeStamp });
    this.version = nextDataVersion(this.version, timeStamp);
    this.changeCount += 1;
  }

  countOf(topic: string): number {
    return this.counts.get(topic)?.count ?? 0;
  }

  /** Messages that wait, of all topics. */
  get total(): number {
    let total = 0;
    for (const { count } of this.counts.values()) total += Math.max(0, count);
    return total;
  }

  restore({ dataVersion, counts }: TimerCounts): void {
    this.version = dataVersion;
    this.counts.clear();
    for (const [topic, { count, timeStamp }] of counts) this.counts.set(topic, { count, timeStamp });
  }

  snapshot(): TimerCounts {
    return { dataVersion: this.version, counts: this.counts };
  }
}
