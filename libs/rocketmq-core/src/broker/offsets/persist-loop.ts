import { Loop, type Clock, type Logger } from '../../runtime/index.js';
import type { TableSaver } from '../saving/table-saver.js';
import type { OffsetTable } from './offset-table.js';

export interface PersistLoopOptions {
  readonly offsets: OffsetTable;
  readonly saver: TableSaver;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly periodMs: number;
}

/** Saves consumer offsets that changed. Started after they were loaded: an empty table must never replace a full file. */
export class PersistLoop {
  private savedChanges = 0;
  private readonly loop: Loop;

  constructor(private readonly options: PersistLoopOptions) {
    this.loop = new Loop({
      name: 'saving of consumer offsets',
      clock: options.clock,
      logger: options.logger,
      periodMs: options.periodMs,
      run: () => this.save(),
    });
  }

  start(): void {
    this.savedChanges = this.options.offsets.changes;
    this.loop.start();
  }

  /** Saves what changed last. */
  async stop(): Promise<void> {
    await this.loop.stop();
    await this.save();
  }

  private async save(): Promise<void> {
    const changes = this.options.offsets.changes;
    if (changes === this.savedChanges) return;
    await this.options.saver.save();
    this.savedChanges = changes;
  }
}
