import { messageOf } from '../../base/index.js';
import { type MessageQueue, OffsetSerializeWrapper } from '../../protocol/index.js';
import { type FileSystem, JsonFile, type Logger } from '../../runtime/index.js';
import { queueKey } from '../message-queues.js';
import type { GroupOffsets } from './group-offsets.js';
import { OffsetTable } from './offset-table.js';

export interface LocalOffsetsParts {
  readonly files: FileSystem;
  readonly path: string;
  readonly logger: Logger;
}

type Rows = readonly (readonly [MessageQueue, number])[];

/**
 * The offsets of a broadcasting consumer, in a file of this host. As Java: LocalFileOffsetStore.
 *
 * Rows of queues that are not consumed at the moment stay: a broker that is away for a while must not cost its offsets.
 */
export class LocalOffsets implements GroupOffsets {
  private readonly known = new OffsetTable();
  private readonly kept = new Map<string, readonly [MessageQueue, number]>();
  private readonly file: JsonFile<Rows>;

  constructor(private readonly parts: LocalOffsetsParts) {
    const { files, path } = parts;
    this.file = new JsonFile({ files, path, parse: (text) => OffsetSerializeWrapper.decode(text).offsetTable });
  }

  load(): Promise<void> {
    return new Promise((resolve) => {
      this.kept.clear();
      for (const row of this.file.load() ?? []) this.kept.set(queueKey(row[0]), row);
      resolve();
    });
  }

  fetch(queue: MessageQueue): Promise<number | undefined> {
    const offset = this.kept.get(queueKey(queue))?.[1];
    if (offset !== undefined) this.known.set(queue, offset);
    return Promise.resolve(offset);
  }

  read(queue: MessageQueue): number | undefined {
    return this.known.read(queue);
  }

  advance(queue: MessageQueue, offset: number): void {
    this.known.advance(queue, offset);
  }

  set(queue: MessageQueue, offset: number): void {
    this.known.set(queue, offset);
  }

  remove(queue: MessageQueue): void {
    this.known.remove(queue);
  }

  async commit(queue: MessageQueue): Promise<void> {
    await this.store(queue).catch((error: unknown) => this.warn(error));
  }

  async store(queue: MessageQueue): Promise<void> {
    const offset = this.known.read(queue);
    if (offset !== undefined && this.keep(queue, offset)) await this.save();
  }

  async commitAll(): Promise<void> {
    let changed = false;
    for (const { queue, offset } of this.known.all) changed = this.keep(queue, offset) || changed;
    if (changed) await this.save().catch((error: unknown) => this.warn(error));
  }

  private keep(queue: MessageQueue, offset: number): boolean {
    if (this.kept.get(queueKey(queue))?.[1] === offset) return false;
    this.kept.set(queueKey(queue), [queue, offset]);
    return true;
  }

  private async save(): Promise<void> {
    const bytes = OffsetSerializeWrapper.encode({ offsetTable: [...this.kept.values()] }, { pretty: true });
    await this.file.save(bytes.toString());
  }

  private warn(error: unknown): void {
    this.parts.logger.log('warn', 'offsets are not saved', { path: this.parts.path, error: messageOf(error) });
  }
}
