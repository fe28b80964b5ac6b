import { nextDataVersion, type DataVersion } from '../../protocol/index.js';

export interface TopicCount {
  readonly count: number;
  /** When it changed last, milliseconds since the epoch. */
  readonly timeStamp: number;
}

/** What timermetrics and transactionMetrics.json hold. */
export interface TopicCounts {
  readonly dataVersion: DataVersion;
  readonly counts: ReadonlyMap<string, TopicCount>;
}

/** How many messages wait, by topic. As Java: TimerMetrics, TransactionMetrics. */
export class TopicCountTable {
  private counts = new Map<string, TopicCount>();
  private version: DataVersion;
  private changeCount = 0;

  constructor(private readonly now: () => number) {
    this.version = { stateVersion: 0, timestamp: now(), counter: 0 };
  }

  /** Grows with every change. */
  get changes(): number {
    return this.changeCount;
  }

  add(topic: string, difference: number): void {
    const timeStamp = this.now();
    this.counts.set(topic, { count: this.countOf(topic) + difference, timeStamp });
    this.version = nextDataVersion(this.version, timeStamp);
    this.changeCount += 1;
  }

  countOf(topic: string): number {
    return this.counts.get(topic)?.count ?? 0;
  }

  restore({ dataVersion, counts }: TopicCounts): void {
    this.version = dataVersion;
    this.counts = new Map(counts);
  }

  snapshot(): TopicCounts {
    return { dataVersion: this.version, counts: this.counts };
  }
}
