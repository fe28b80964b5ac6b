import { Loop, type Clock, type Logger } from '../../runtime/index.js';
import type { TableSaver } from '../saving/table-saver.js';

export interface PersistLoopOptions {
  /** What is saved, for logs. */
  readonly name: string;
  /** `changes` grows with every change. */
  readonly table: { readonly changes: number };
  /** Resolves when what the table speaks of is durable itself: a saved offset must never lead what it counts. */
  readonly beforeSave?: () => Promise<void>;
  readonly saver: TableSaver;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly periodMs: number;
}

/** Saves a table of offsets when it has changed. Started after it was loaded: an empty table must never replace a full file. */
export class PersistLoop {
  private savedChanges = 0;
  private readonly loop: Loop;

  constructor(private readonly options: PersistLoopOptions) {
    this.loop = new Loop({
      name: `saving of ${options.name}`,
      clock: options.clock,
      logger: options.logger,
      periodMs: options.periodMs,
      run: () => this.save(),
    });
  }

  start(): void {
    this.savedChanges = this.options.table.changes;
    this.loop.start();
  }

  /** Saves what changed last. */
  async stop(): Promise<void> {
    await this.loop.stop();
    await this.save();
  }

  private async save(): Promise<void> {
    const changes = this.options.table.changes;
    if (changes === this.savedChanges) return;
    await this.options.beforeSave?.();
    await this.options.saver.save();
    this.savedChanges = changes;
  }
}
