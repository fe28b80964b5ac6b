import { messageOf } from '../../base/index.js';
import { Loop, type Clock, type FileSystem, type JsonFile, type Logger } from '../../runtime/index.js';
import { TableSaver } from './table-saver.js';
import { topicCountFile, type CountForm } from './topic-count-file.js';
import type { TopicCounts, TopicCountTable } from './topic-count-table.js';

export interface CountLoopOptions {
  readonly counts: TopicCountTable;
  readonly form: CountForm;
  readonly files: FileSystem;
  /** Folder of the store. */
  readonly root: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly periodMs: number;
}

/** Saves counts by topic when they have changed. As Java: TransactionMetricsFlushService, and TimerMessageStore for its metrics. */
export class CountLoop {
  private savedChanges = 0;
  private readonly file: JsonFile<TopicCounts>;
  private readonly saver: TableSaver;
  private readonly loop: Loop;

  constructor(private readonly options: CountLoopOptions) {
    const { counts, form, files, root, clock, logger, periodMs } = options;
    this.file = topicCountFile(files, root, form);
    this.saver = new TableSaver({ name: form.name, file: this.file, logger, text: () => form.encode(counts.snapshot()) });
    this.loop = new Loop({ name: `saving of ${form.name}`, clock, logger, periodMs, run: () => this.save() });
  }

  start(): void {
    try {
      const saved = this.file.load();
      if (saved !== undefined) this.options.counts.restore(saved);
    } catch (error) {
      // Only figures are in it: no reason not to start.
      this.options.logger.log('warn', `${this.options.form.name} was not read`, { error: messageOf(error) });
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
