import { Corruption, messageOf } from '../../base/index.js';
import { SerialQueue } from '../serial-queue.js';
import type { FileSystem } from './file-system.js';

export interface JsonFileOptions<T> {
  readonly files: FileSystem;
  readonly path: string;
  /** Throws for a text that cannot have been written by `save`. */
  readonly parse: (text: string) => T;
}

/**
 * A small text file that is replaced as a whole and never seen half-written. As Java (5.4 and later): ConfigManager.persist.
 *
 *     write <path>.tmp, sync it -> rename <path> to <path>.bak -> rename <path>.tmp to <path> -> sync the folder
 *
 * A crash at any point leaves a readable text under one of the two names: the new one or the one before it.
 */
export class JsonFile<T> {
  private readonly files: FileSystem;
  private readonly path: string;
  private readonly backup: string;
  private readonly saves = new SerialQueue();
  // Only a text that was read or written whole may replace the backup, so that one bad file never costs the good copy too.
  private currentIsGood: boolean | undefined;

  constructor(private readonly options: JsonFileOptions<T>) {
    this.files = options.files;
    this.path = options.path;
    this.backup = `${options.path}.bak`;
  }

  /**
   * @returns undefined when neither the file nor its backup exists
   * @throws Corruption when what exists cannot be read: starting empty would then overwrite what may still be rescued by hand
   */
  load(): T | undefined {
    const current = this.read(this.path);
    this.currentIsGood = current.kind === 'good';
    if (current.kind === 'good') return current.value;
    const backup = this.read(this.backup);
    if (backup.kind === 'good') return backup.value;
    if (current.kind === 'missing' && backup.kind === 'missing') return undefined;
    const reason = [current, backup].map((one) => (one.kind === 'bad' ? one.reason : 'missing'));
    throw new Corruption(this.path, 0, `not readable (${reason[0]}), nor is its backup (${reason[1]})`);
  }

  /**
   * Resolves when the text is durable. Saves run one after the other.
   * @throws OperationFailed `io`; the previous text is then still there
   */
  save(text: string): Promise<void> {
    return this.saves.run(() => this.replace(text));
  }

  private async replace(text: string): Promise<void> {
    const folder = this.files.folderOf(this.path);
    const draft = `${this.path}.tmp`;
    await this.makeFolder(folder);
    await this.writeDraft(draft, Buffer.from(text));
    this.currentIsGood ??= this.read(this.path).kind === 'good';
    if (this.currentIsGood && this.files.existsSync(this.path)) this.files.renameSync(this.path, this.backup);
    this.files.renameSync(draft, this.path);
    this.currentIsGood = true;
    await this.files.syncFolder(folder);
  }

  // The name of a new folder is not durable by what is synced inside it.
  private async makeFolder(folder: string): Promise<void> {
    if (this.files.existsSync(folder)) return;
    const parent = this.files.folderOf(folder);
    await this.makeFolder(parent);
    this.files.makeFolderSync(folder);
    await this.files.syncFolder(parent);
  }

  private async writeDraft(path: string, bytes: Buffer): Promise<void> {
    const handle = this.files.openSync(path, 'create');
    try {
      handle.truncateSync(0);
      await handle.write(bytes, 0);
      await handle.datasync();
    } finally {
      handle.closeSync();
    }
  }

  private read(path: string): { kind: 'missing' } | { kind: 'bad'; reason: string } | { kind: 'good'; value: T } {
    const bytes = this.files.readFileSync(path);
    if (bytes === undefined) return { kind: 'missing' };
    if (bytes.length === 0) return { kind: 'bad', reason: 'empty' };
    try {
      return { kind: 'good', value: this.options.parse(bytes.toString('utf8')) };
    } catch (error) {
      return { kind: 'bad', reason: messageOf(error) };
    }
  }
}
