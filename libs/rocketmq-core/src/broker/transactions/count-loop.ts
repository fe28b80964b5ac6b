import { messageOf } from '../../base/index.js';
import { Loop, type Clock, type Logger } from '../../runtime/index.js';
import { TableSaver } from '../saving/table-saver.js';
import { transactionCountText, type transactionCountFile } from './transaction-count-file.js';
import type { TransactionCountTable } from './transaction-count-table.js';

export interface CountLoopOptions {
  readonly counts: TransactionCountTable;
  readonly file: ReturnType<typeof transactionCountFile>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** transactionMetricFlushInterval. */
  readonly periodMs: number;
}

/** Saves the numbers of open transactions when they have changed. As Java: TransactionMetricsFlushService. */
export class CountLoop {
  private savedChanges = 0;
  private readonly saver: TableSaver;
  private readonly loop: Loop;

  constructor(private readonly options: CountLoopOptions) {
    const { counts, file, clock, logger, periodMs } = options;
    this.saver = new TableSaver({ name: 'transactionMetrics.json', file, logger, text: () => transactionCountText(counts.snapshot()) });
    this.loop = new Loop({ name: 'saving of transaction counts', clock, logger, periodMs, run: () => this.save() });
  }

  start(): void {
    try {
      const saved = this.options.file.load();
      if (saved !== undefined) this.options.counts.restore(saved);
    } catch (error) {
      // Only figures are in it: no reason not to start.
      this.options.logger.log('warn', 'transactionMetrics.json was not read', { error: messageOf(error) });
    }
    this.savedChanges = this.options.counts.changes;
    this.loop.start();
  }

  async stop(): Promise<void> {
    await this.loop.stop();
    await this.save();
  }

  private async save(): Promise<void> {
    const { changes } = this.options.counts;
    if (changes === this.savedChanges) return;
    await this.saver.save();
    this.savedChanges = changes;
  }
}
