import { TopicCountTable } from '../saving/topic-count-table.js';
import type { Verdict } from './half-table.js';

/**
 * How many transactions are open, by topic. A figure to look at: it is not exact after a crash, nor when a transaction ends twice.
 * As Java: TransactionMetrics.
 */
export class TransactionCountTable extends TopicCountTable {
  /** Transactions that ended since the start, by topic. */
  readonly ends: Readonly<Record<Verdict, Map<string, number>>> = { commit: new Map(), rollback: new Map() };

  end(topic: string, verdict: Verdict): void {
    this.add(topic, -1);
    this.ends[verdict].set(topic, (this.ends[verdict].get(topic) ?? 0) + 1);
  }
}
