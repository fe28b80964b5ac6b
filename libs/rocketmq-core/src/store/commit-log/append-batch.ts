import { encodeRecord, recordSize, recordSizeBound, writeBlank, BLANK_SIZE_MIN, type RecordContent } from '../../protocol/index.js';
import type { DispatchRequest } from '../dispatch/builders.js';
import type { AppendAcceptance, AppendOutcome } from '../outcomes.js';
import { placeRecord } from './placement.js';

/** Somebody who waits for an append. */
export interface Waiter {
  /** What it is told when all goes well. */
  readonly acceptance: AppendAcceptance;
  /** Property WAIT: false answers before flush and replication. */
  readonly waitForStore: boolean;
  /** Must not throw. */
  readonly done: (outcome: AppendOutcome) => void;
}

/** Bytes of the batch that lie together in one segment. */
export interface Piece {
  readonly physicalOffset: number;
  readonly from: number;
  to: number;
}

export interface AppendBatchOptions {
  readonly segmentSize: number;
  readonly appendPropertyCrc: boolean;
}

const CAPACITY_START = 256 * 1024;
/** A buffer that one large batch has grown beyond this is given back after it. */
const CAPACITY_KEPT = 4 * 1024 * 1024;
/** Until the first record: a store that is only read needs no buffer. */
const NO_BYTES = Buffer.alloc(0);

/**
 * The records that one turn of the event loop appends, encoded back to back into one reused buffer, so that the turn costs one write however
 * many messages it brings.
 */
export class AppendBatch {
  private buffer = NO_BYTES;
  private used = 0;
  pieces: Piece[] = [];
  requests: DispatchRequest[] = [];
  waiters: Waiter[] = [];
  /** Whether all who wait do so for a sync. */
  isPatient = true;
  /** Physical offset where the batch starts. */
  start = 0;
  /** Physical offset after its last record. */
  end = 0;

  constructor(private readonly options: AppendBatchOptions) {}

  get isEmpty(): boolean {
    return this.requests.length === 0;
  }
  /** Bytes that are to be written. */
  get size(): number {
    return this.used;
  }

  /** Forgets what it holds; the next record goes to `end`. */
  reset(end: number): void {
    if (this.buffer.length > CAPACITY_KEPT) this.buffer = NO_BYTES;
    this.used = 0;
    this.pieces = [];
    this.requests = [];
    this.waiters = [];
    this.isPatient = true;
    this.start = end;
    this.end = end;
  }

  await(waiter: Waiter): void {
    this.waiters.push(waiter);
    if (!waiter.waitForStore) this.isPatient = false;
  }

  bytesOf(piece: Piece): Buffer {
    return this.buffer.subarray(piece.from, piece.to);
  }

  sizeOf(content: RecordContent): number {
    return recordSize(content, this.options.appendPropertyCrc);
  }

  /** What `place` has to know of one record: its size, or more as long as it would lie there anyway. */
  roomFor(content: RecordContent): number {
    const { segmentSize, appendPropertyCrc } = this.options;
    const bound = recordSizeBound(content, appendPropertyCrc);
    return bound + BLANK_SIZE_MIN <= segmentSize - (this.end % segmentSize) ? bound : this.sizeOf(content);
  }

  /** Makes room for records of `size` bytes that must share a segment. */
  place(size: number): void {
    const spot = placeRecord(this.end, size, this.options.segmentSize);
    this.reserve(size + BLANK_SIZE_MIN);
    if (spot.blank > 0) {
      writeBlank(this.buffer, this.used, spot.blank);
      this.extend(BLANK_SIZE_MIN);
      this.end = spot.start;
    }
  }

  /** @returns the physical offset of the record */
  encode(content: RecordContent, queueOffset: number, storeTimestamp: number): number {
    const physicalOffset = this.end;
    const place = { queueOffset, physicalOffset, storeTimestamp, appendPropertyCrc: this.options.appendPropertyCrc };
    const size = encodeRecord(this.buffer, this.used, content, place);
    this.extend(size);
    this.end += size;
    return physicalOffset;
  }

  private extend(size: number): void {
    const last = this.pieces[this.pieces.length - 1];
    const startsSegment = this.end % this.options.segmentSize === 0;
    if (last !== undefined && !startsSegment && last.physicalOffset + (last.to - last.from) === this.end) last.to += size;
    else this.pieces.push({ physicalOffset: this.end, from: this.used, to: this.used + size });
    this.used += size;
  }

  private reserve(size: number): void {
    const needed = this.used + size;
    if (needed <= this.buffer.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.buffer.length * 2, CAPACITY_START));
    this.buffer.copy(grown, 0, 0, this.used);
    this.buffer = grown;
  }
}
