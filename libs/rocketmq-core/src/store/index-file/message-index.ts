import { messageOf } from '../../base/index.js';
import type { Clock, FileSystem, Logger } from '../../runtime/index.js';
import type { Builder, DispatchRequest } from '../dispatch/builders.js';
import { HandleCache } from '../segments/handle-cache.js';
import { IndexFile, NO_KEY, type IndexWindow, type IsKeyOf } from './index-file.js';
import { isIndexed, KeyHasher } from './index-keys.js';
import { indexFileName, indexFileSize, isIndexFileName, type IndexSizes } from './index-layout.js';

export interface MessageIndexOptions extends IndexSizes {
  readonly files: FileSystem;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly folder: string;
}

interface DurableIndex {
  readonly timestamp: number;
  readonly physicalOffset: number;
  /** Whether the record at a physical offset has a key with that hash. */
  readonly isKeyOf: IsKeyOf;
}

/** A key that the disk has refused. */
interface WaitingKey {
  readonly keyHash: number;
  readonly physicalOffset: number;
  readonly storeTimestamp: number;
}

/** Keys kept while the disk refuses them. What comes then is not indexed before the next start. */
const WAITING_KEYS_MAX = 1_000_000;
const HANDLES_MAX = 8;

/**
 * Finds records by key: hash files in the order of the log. Built from the log, and built again from it where it is damaged or behind: it never
 * keeps a message from being stored or consumed. As Java: IndexService.
 */
export class MessageIndex implements Builder {
  readonly name = 'message index';
  /** Records up to this physical offset are indexed; -1 without any. */
  private indexedUpTo = -1;
  private readonly list: IndexFile[] = [];
  /** Paths of files that are of no use and still there. */
  private dropped: string[] = [];
  private readonly handles: HandleCache;
  private waiting: WaitingKey[] = [];
  private readonly hasher = new KeyHasher();
  private isRefused = false;
  /** Something was not indexed, or may not be on the disk: the next start looks the files through. */
  private incomplete = false;
  private needsFolderSync = false;

  constructor(private readonly options: MessageIndexOptions) {
    this.handles = new HandleCache(options.files, HANDLES_MAX);
  }

  get lastUpdate(): { readonly timestamp: number; readonly physicalOffset: number } {
    const header = this.list.at(-1)?.header;
    return { timestamp: header?.endTimestamp ?? 0, physicalOffset: header?.endPhysicalOffset ?? 0 };
  }

  /**
   * Takes in what is there, without what cannot be right: that is to be removed with `removeDropped`.
   * @param physicalEnd where the log may end at most
   * @param durable store time up to which files are known to be durable, Infinity when all of them are; physical offset up to which all entries
   *   are, -1 when that is not known
   * @returns physical offset from which on records are to be added again, and whether files were dropped
   */
  load(physicalEnd: number, durable: DurableIndex): { readonly resumeAt: number; readonly hasDropped: boolean } {
    const { files, folder } = this.options;
    for (const name of files.listSync(folder).filter(isIndexFileName)) this.list.push(this.fileAt(`${folder}/${name}`));
    const fileCount = this.list.length;
    const resumeAt = this.settle(physicalEnd, durable);
    this.indexedUpTo = resumeAt - 1;
    return { resumeAt, hasDropped: this.list.length < fileCount || fileCount === 0 };
  }

  /** @returns physical offset from which on records are in none of the files that stay */
  private settle(physicalEnd: number, durable: DurableIndex): number {
    let resumeAt = 0;
    for (const [position, file] of [...this.list].entries()) {
      const isUsable = file.load();
      const isTrusted = file.header.endPhysicalOffset < physicalEnd && this.isDurable(file, durable);
      const next = !isUsable
        ? undefined
        : isTrusted
          ? file.header.endPhysicalOffset + 1
          : file.repair(physicalEnd, durable.physicalOffset, durable.isKeyOf);
      resumeAt = next ?? resumeAt;
      // The files behind a file with a gap begin too late.
      if (next === undefined || (!isTrusted && !file.isFull)) {
        this.dropFrom(next === undefined ? position : position + 1);
        break;
      }
    }
    return resumeAt;
  }

  private isDurable(file: IndexFile, { timestamp, physicalOffset }: DurableIndex): boolean {
    // The next file is begun when one is full: a header that says otherwise was written before the last entries.
    if (file === this.list.at(-1) ? timestamp !== Infinity : !file.isFull) return false;
    const { endTimestamp, endPhysicalOffset } = file.header;
    // Messages share a millisecond: where an offset is known, a time says nothing.
    return timestamp === Infinity || physicalOffset < 0 ? endTimestamp <= timestamp : endPhysicalOffset <= physicalOffset;
  }

  /** The log turned out to end there. */
  cutAt(physicalEnd: number): void {
    const position = this.list.findIndex((file) => file.header.endPhysicalOffset >= physicalEnd);
    const file = this.list[position];
    if (file === undefined) return;
    this.dropFrom(file.cutAt(physicalEnd) ? position + 1 : position);
    this.removeDropped();
    this.indexedUpTo = Math.min(this.indexedUpTo, physicalEnd - 1);
  }

  /**
   * Takes the first file out of the index when all of its messages are gone; the caller removes it.
   * @param physicalMin where the log begins
   */
  takeExpired(physicalMin: number): string | undefined {
    const [first] = this.list;
    if (first === undefined || this.list.length < 2 || first.isDirty || first.header.endPhysicalOffset >= physicalMin) return undefined;
    this.list.shift();
    first.isGone = true;
    this.handles.close(first.path);
    return first.path;
  }

  private dropFrom(position: number): void {
    for (const { path } of this.list.splice(position)) {
      this.options.logger.log('warn', 'an index file is of no use and is built again', { file: path });
      this.handles.close(path);
      this.dropped.push(path);
    }
  }

  /** The last one first: when the removal is cut short, what made the first one useless is still to be seen. */
  removeDropped(): void {
    for (const path of this.dropped.toReversed()) this.options.files.removeSync(path);
    this.dropped = [];
  }

  private fileAt(path: string): IndexFile {
    return new IndexFile(path, this.options, () => this.handles.get(path));
  }

  add(request: DispatchRequest): void {
    const { physicalOffset, storeTimestamp } = request;
    if (physicalOffset <= this.indexedUpTo || !isIndexed(request) || this.incomplete) return;
    const hashes = this.hasher.hashes(request.topic, request.properties);
    for (const keyHash of hashes) this.take(keyHash, physicalOffset, storeTimestamp);
    if (hashes.length === 0) this.take(NO_KEY, physicalOffset, storeTimestamp);
    this.indexedUpTo = physicalOffset;
  }

  private take(keyHash: number, physicalOffset: number, storeTimestamp: number): void {
    if (this.waiting.length === 0) {
      try {
        this.writable().add(keyHash, physicalOffset, storeTimestamp);
        return;
      } catch (error) {
        this.refused(error);
      }
    }
    this.waiting.push({ keyHash, physicalOffset, storeTimestamp });
    if (this.waiting.length > WAITING_KEYS_MAX) this.giveUp();
  }

  /** Writes everything that is gathered, not at each commit of the log: no message waits for its keys. What the disk refuses goes on waiting. */
  drain(): void {
    try {
      this.takeWaiting();
      this.list.at(-1)?.commit();
      this.isRefused = false;
    } catch (error) {
      this.refused(error);
    }
  }

  private refused(error: unknown): void {
    if (!this.isRefused) this.options.logger.log('error', 'keys of messages cannot be written', { error: messageOf(error) });
    this.isRefused = true;
  }

  private giveUp(): void {
    this.incomplete = true;
    this.waiting = [];
    this.options.logger.log('error', 'messages from now on are found by key only after a restart', {});
  }

  private takeWaiting(): void {
    let done = 0;
    try {
      for (const { keyHash, physicalOffset, storeTimestamp } of this.waiting) {
        this.writable().add(keyHash, physicalOffset, storeTimestamp);
        done += 1;
      }
    } finally {
      if (done > 0) this.waiting = this.waiting.slice(done);
    }
  }

  private writable(): IndexFile {
    const last = this.list.at(-1);
    if (last !== undefined && !last.isFull) return last;
    last?.commit();
    return this.create(last);
  }

  /** A file that could not be made whole is removed, so that a full disk is not filled with the starts of files. */
  private create(before: IndexFile | undefined): IndexFile {
    const { files, folder } = this.options;
    const path = `${folder}/${this.nameAfter(before)}`;
    try {
      this.handles.create(path).truncateSync(indexFileSize(this.options));
    } catch (error) {
      this.handles.close(path);
      files.removeSync(path);
      throw error;
    }
    this.needsFolderSync = true;
    const file = this.fileAt(path);
    this.list.push(file);
    return file;
  }

  /** Names are the order of the files, also when the clock was put back or two are made in a millisecond. */
  private nameAfter(before: IndexFile | undefined): string {
    const name = indexFileName(this.options.clock.now());
    const last = before?.path.slice(this.options.folder.length + 1) ?? '';
    return name > last ? name : String(BigInt(last) + 1n).padStart(last.length, '0');
  }

  /** @returns whether everything added so far is durable. A disk that refuses is logged: messages do not depend on their index */
  async flush(): Promise<boolean> {
    this.drain();
    try {
      await this.flushFiles();
    } catch (error) {
      // What a failed sync has left is unknown.
      this.incomplete = true;
      this.options.logger.log('error', 'the message index cannot be flushed', { error: messageOf(error) });
    }
    return !this.incomplete && !this.isRefused;
  }

  private async flushFiles(): Promise<void> {
    if (this.needsFolderSync) {
      // Before the call: a file that is made while it runs needs another one.
      this.needsFolderSync = false;
      await this.options.files.syncFolder(this.options.folder);
    }
    for (const file of [...this.list]) {
      const isLast = file === this.list.at(-1);
      await file.flush();
      if (!isLast) file.seal();
    }
  }

  /** Physical offsets of records that have a key with this hash, newest first, each once. */
  async *select(window: IndexWindow): AsyncGenerator<number> {
    this.drain();
    const seen = new Set<number>();
    for (const file of this.list.toReversed()) {
      if (!file.overlaps(window)) continue;
      for await (const physicalOffset of this.selectIn(file, window)) {
        if (!seen.has(physicalOffset)) yield physicalOffset;
        seen.add(physicalOffset);
      }
    }
  }

  // A file may expire while it is walked through: nothing that it leads to is there any more.
  private async *selectIn(file: IndexFile, window: IndexWindow): AsyncGenerator<number> {
    try {
      if (!file.isGone) yield* file.select(window);
    } catch (error) {
      if (!file.isGone) throw error;
    }
  }

  close(): void {
    for (const file of this.list) file.isGone = true;
    this.handles.closeAll();
    this.list.length = 0;
  }
}
