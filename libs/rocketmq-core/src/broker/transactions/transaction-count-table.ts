import { nextDataVersion, type DataVersion } from '../../protocol/index.js';
import type { Verdict } from './half-table.js';

export interface TransactionCount {
  /** Halves that wait for their end. */
  readonly count: number;
  /** When it changed last, milliseconds since the epoch. */
  readonly timeStamp: number;
}

/** What transactionMetrics.json holds. */
export interface TransactionCounts {
  readonly dataVersion: DataVersion;
  readonly counts: ReadonlyMap<string, TransactionCount>;
}

/**
 * How many transactions are open, by topic. A figure to look at: it is not exact after a crash, nor when a transaction ends twice.
 * As Java: TransactionMetrics.
 */
export class TransactionCountTable {
  private counts = new Map<string, TransactionCount>();
  private version: DataVersion;
  private changeCount = 0;

  constructor(private readonly now: () => number) {
    this.version = { stateVersion: 0, timestamp: now(), counter: 0 };
  }

  /** Transactions that ended since the start, by topic. */
  readonly ends: Readonly<Record<Verdict, Map<string, number>>> = { commit: new Map(), rollback: new Map() };

  /** Grows with every change. */
  get changes(): number {
    return this.changeCount;
  }

  add(topic: string, difference: number): void {
    const timeStamp = this.now();
    this.counts.set(topic, { count: (this.counts.get(topic)?.count ?? 0) + difference, timeStamp });
    this.version = nextDataVersion(this.version, timeStamp);
    this.changeCount += 1;
  }

  end(topic: string, verdict: Verdict): void {
    this.add(topic, -1);
    this.ends[verdict].set(topic, (this.ends[verdict].get(topic) ?? 0) + 1);
  }

  restore({ dataVersion, counts }: TransactionCounts): void {
    this.version = dataVersion;
    this.counts = new Map(counts);
  }

  snapshot(): TransactionCounts {
    return { dataVersion: this.version, counts: this.counts };
  }
}
