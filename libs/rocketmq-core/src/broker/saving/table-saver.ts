import { messageOf } from '../../base/index.js';
import type { Logger } from '../../runtime/index.js';

export interface TableSaverOptions {
  /** For logs. */
  readonly name: string;
  /** The newest state, as the file holds it. */
  readonly text: () => string;
  readonly file: { save(text: string): Promise<void> };
  readonly logger: Logger;
}

/** Saves the newest state of a table. Calls that come while a save runs share the one after it. */
export class TableSaver {
  private latest: Promise<void> = Promise.resolve();
  private next: Promise<void> | undefined;
  private failed = false;

  constructor(private readonly options: TableSaverOptions) {}

  get name(): string {
    return this.options.name;
  }

  /** Whether the last save failed. */
  get failing(): boolean {
    return this.failed;
  }

  /**
   * Resolves when the state at the time of the call, or a newer one, is durable.
   * @throws OperationFailed `io`
   */
  save(): Promise<void> {
    if (this.next !== undefined) return this.next;
    const next = this.latest
      .catch(() => undefined)
      .then(() => {
        this.next = undefined;
        return this.saveNow();
      });
    this.next = next;
    this.latest = next;
    return next;
  }

  /**
   * Resolves when all that was asked for so far is done.
   * @throws OperationFailed `io` of the last save
   */
  settled(): Promise<void> {
    return this.latest;
  }

  /**
   * Resolves when what changed so far is durable. A save that failed is tried again, so that whoever repeats a change does not hear of an old failure.
   * @throws OperationFailed `io`
   */
  saved(): Promise<void> {
    return this.failed ? this.save() : this.latest;
  }

  /** For changes that nobody waits for; a failure is logged and the next save tries again. */
  saveSoon(): void {
    this.save().catch(() => undefined);
  }

  private async saveNow(): Promise<void> {
    try {
      await this.options.file.save(this.options.text());
      this.failed = false;
    } catch (error) {
      this.failed = true;
      this.options.logger.log('error', `${this.options.name} was not saved`, { error: messageOf(error) });
      throw error;
    }
  }
}
