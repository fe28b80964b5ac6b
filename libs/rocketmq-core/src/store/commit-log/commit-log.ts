import { messageOf, OperationFailed } from '../../base/index.js';
import { inspectRecord, RECORD_HEAD_SIZE, RECORD_SIZE_MIN, recordStoreTimestamp, type InspectedRecord } from '../../protocol/index.js';
import type { FileSystem, Logger } from '../../runtime/index.js';
import { HandleCache } from '../segments/handle-cache.js';
import { SegmentList, type Segment } from '../segments/segment-list.js';
import type { StoreHealth } from '../store-health.js';
import type { AppendBatch, Piece } from './append-batch.js';
import { LogTail } from './log-tail.js';
import { ZeroFiller } from './zero-filler.js';

export interface CommitLogOptions {
  readonly files: FileSystem;
  readonly logger: Logger;
  readonly health: StoreHealth;
  readonly folder: string;
  readonly segmentSize: number;
  /** Whether zeros run ahead of the writer: where appends wait for syncs. Default false. */
  readonly zerosAhead?: boolean;
}

/** The next segment is made when less than this is left, at most a quarter of a segment. */
const NEXT_SEGMENT_AHEAD = 64 * 1024 * 1024;
const HEAD_SIZE = 8;

/**
 * The log as bytes: what is written, what is durable, what can be read. Offsets are physical.
 *
 *     minOffset <= flushed <= written
 */
export class CommitLog {
  readonly segments: SegmentList;
  readonly filler: ZeroFiller;
  /** After the last byte that the operating system has. */
  written = 0;
  /** After the last byte that the disk has: moves only when a sync has succeeded. */
  flushed = 0;
  /** Bytes below this offset were there when the store was opened: they may not be in the page cache. */
  openOffset = 0;
  private readonly health: StoreHealth;
  private syncing: Promise<void> | undefined;
  private leftovers: readonly Piece[] = [];
  private readonly tail = new LogTail();

  constructor(private readonly options: CommitLogOptions) {
    this.health = options.health;
    this.segments = new SegmentList({
      files: options.files,
      handles: new HandleCache(options.files, Infinity),
      folder: options.folder,
      segmentSize: options.segmentSize,
    });
    this.filler = new ZeroFiller(this.segments, options.logger);
  }

  get minOffset(): number {
    return this.segments.first?.baseOffset ?? 0;
  }

  /** The log was recovered up to `end`, durably. */
  startAt(end: number): void {
    this.written = end;
    this.flushed = end;
    this.openOffset = end;
    if (this.segments.last === undefined) this.segments.create(end);
    if (this.segments.needsFolderSync) this.segments.syncFolderSync();
    this.prepareAhead();
  }

  /**
   * Writes all of the batch or, for every reader and every later recovery, nothing of it.
   * @throws OperationFailed `io`
   */
  write(batch: AppendBatch): void {
    this.eraseLeftovers();
    try {
      for (const piece of batch.pieces) {
        while (piece.physicalOffset >= this.segments.capacityEnd) this.segments.create();
        this.segments.writeSync(batch.bytesOf(piece), piece.physicalOffset);
      }
    } catch (error) {
      this.leftovers = batch.pieces;
      this.tryEraseLeftovers();
      throw error;
    }
    for (const piece of batch.pieces) this.tail.append(batch.bytesOf(piece), piece.physicalOffset);
    this.written = batch.end;
  }

  private tryEraseLeftovers(): void {
    try {
      this.eraseLeftovers();
    } catch (error) {
      this.options.logger.log('warn', 'a half-written batch lies behind the end of the log until the next append', {
        error: messageOf(error),
      });
    }
  }

  private eraseLeftovers(): void {
    for (const piece of this.leftovers) {
      if (piece.physicalOffset < this.segments.capacityEnd)
        this.segments.writeSync(Buffer.alloc(piece.to - piece.from), piece.physicalOffset);
    }
    this.leftovers = [];
  }

  /** What later appends need, done before they come. */
  prepareAhead(): void {
    const remaining = this.segments.capacityEnd - this.written;
    if (remaining < Math.min(NEXT_SEGMENT_AHEAD, this.segments.segmentSize / 4)) this.tryCreateNext();
    if (this.options.zerosAhead === true) this.filler.advance(this.written);
  }

  private tryCreateNext(): void {
    try {
      this.segments.create();
    } catch (error) {
      this.options.logger.log('warn', 'the next commit log segment cannot be made yet', { error: messageOf(error) });
    }
  }

  /**
   * Resolves when everything written before the call is durable. Callers share one sync; who comes while it runs waits for the next.
   * @throws OperationFailed `io`, and for ever after: the store has failed then, because the next sync of the file would succeed without the
   *   lost bytes
   */
  async flush(): Promise<void> {
    const target = this.written;
    while (this.flushed < target) {
      if (this.health.status.kind === 'failed') throw new OperationFailed('io', this.health.reason);
      this.syncing ??= this.syncOnce().finally(() => (this.syncing = undefined));
      await this.syncing;
    }
  }

  private async syncOnce(): Promise<void> {
    const target = this.written;
    try {
      if (this.segments.needsFolderSync) await this.segments.syncFolder();
      for (const segment of this.segmentsBetween(this.flushed, target)) await this.segments.handleOf(segment).datasync();
    } catch (error) {
      this.health.fail(messageOf(error));
      throw error;
    }
    this.flushed = Math.max(this.flushed, target);
  }

  /** Makes durable what `flush` leaves: the lengths and names of segments that hold nothing yet. */
  async flushUnused(): Promise<void> {
    try {
      if (this.segments.needsFolderSync) await this.segments.syncFolder();
      for (const segment of this.segmentsBetween(this.flushed, Infinity)) await this.segments.handleOf(segment).datasync();
    } catch (error) {
      this.health.fail(messageOf(error));
      throw error;
    }
  }

  private segmentsBetween(from: number, to: number): Segment[] {
    return this.segments.segments.filter((one) => one.baseOffset < to && one.baseOffset + this.segments.segmentSize > from);
  }

  /**
   * The bytes from `from` to `to`: from memory, or of one read per segment.
   * @param bytes where they go, as large as they are
   */
  readSync(from: number, to: number, bytes: Buffer = Buffer.allocUnsafe(to - from)): Buffer {
    return this.tail.read(from, to, bytes) ?? bytes.subarray(0, this.segments.readSync(bytes, bytes.length, from));
  }

  async read(from: number, to: number): Promise<Buffer> {
    const bytes = Buffer.allocUnsafe(to - from);
    return bytes.subarray(0, await this.segments.read(bytes, bytes.length, from));
  }

  /** Whether a record of that size can lie there. */
  hasRoomFor(physicalOffset: number, size: number, end = this.written): boolean {
    const isSize = size >= RECORD_SIZE_MIN && size <= this.segments.segmentSize;
    return isSize && physicalOffset >= this.minOffset && physicalOffset + size <= end;
  }

  /**
   * @param end where the log ends
   * @returns undefined when no whole record starts there
   */
  recordAt(physicalOffset: number, end = this.written): InspectedRecord | undefined {
    if (!this.hasRoomFor(physicalOffset, RECORD_SIZE_MIN, end)) return undefined;
    const head = this.readSync(physicalOffset, physicalOffset + HEAD_SIZE);
    const size = head.length < HEAD_SIZE ? 0 : head.readInt32BE(0);
    if (!this.hasRoomFor(physicalOffset, size, end)) return undefined;
    // What this process has written was checked on its way in. During recovery nothing counts as old.
    const checkCrc = physicalOffset < this.openOffset;
    const record = inspectRecord(this.readSync(physicalOffset, physicalOffset + size), 0, { physicalOffset, checkCrc });
    return record.kind === 'record' ? record : undefined;
  }

  // Searches by time read this for every step: the head of the record says it, the body may be large.
  /** When the record there was stored, ms since the epoch; -1 when none is. */
  storeTimeAt(physicalOffset: number): number {
    if (!this.hasRoomFor(physicalOffset, RECORD_SIZE_MIN)) return -1;
    const head = this.readSync(physicalOffset, physicalOffset + RECORD_HEAD_SIZE);
    return head.length < RECORD_HEAD_SIZE ? -1 : recordStoreTimestamp(head);
  }

  async close(): Promise<void> {
    await this.filler.stop();
    await this.syncing?.catch(() => undefined);
    this.tail.clear();
    this.segments.close();
  }
}
