import { BLANK_SIZE_MIN, inspectRecord, type InspectedRecord, type Inspection } from '../../protocol/index.js';
import type { Segment, SegmentList } from '../segments/segment-list.js';

export interface ScanOptions {
  /** Where in the first segment a record starts. */
  readonly position: number;
  readonly segments: SegmentList;
  /** Verify the bodies' checksums. */
  readonly checkCrc: boolean;
  /** Whether a record with valid lengths and checksum is only half there nevertheless. */
  readonly isTorn: (record: InspectedRecord) => boolean;
  /** @returns false to stop the scan */
  readonly onRecord: (record: InspectedRecord) => boolean;
  /** After each portion that was read. */
  readonly onPortion: () => void;
}

export interface ScanResult {
  /** Physical offset where the valid records end. */
  readonly end: number;
  /** What is there instead of a record. */
  readonly reason: string;
  readonly stopped: boolean;
}

const PORTION = 4 * 1024 * 1024;

/** Walks the records from a place in a segment to the first place where none is, reading in large portions. */
export async function scanLog(from: Segment, options: ScanOptions): Promise<ScanResult> {
  const { segments } = options;
  const row = segments.segments;
  for (const segment of row.slice(row.indexOf(from))) {
    const result = await new SegmentScan(segment, options, segment === from ? options.position : 0).run();
    if (result !== undefined) return result;
  }
  return { end: segments.capacityEnd, reason: 'the last segment is full', stopped: false };
}

class SegmentScan {
  private readonly size: number;
  private bytes = Buffer.alloc(0);
  /** Position in the segment of the first byte of `bytes`. */
  private start: number;

  constructor(
    private readonly segment: Segment,
    private readonly options: ScanOptions,
    /** Position in the segment. */
    private at: number,
  ) {
    this.start = at;
    this.size = options.segments.segmentSize;
  }

  /** @returns undefined when the segment is filled up to its blank tail */
  async run(): Promise<ScanResult | undefined> {
    for (;;) {
      const found = this.inspect();
      if (found.kind === 'record') {
        if (this.options.isTorn(found)) return this.ended('the record is torn');
        if (!this.options.onRecord(found)) return this.ended('stopped', true);
        this.at += found.size;
      } else if (found.kind === 'partial') {
        const refused = await this.refill(found.size);
        if (refused !== undefined) return this.ended(refused);
      } else {
        return this.resultOf(found);
      }
    }
  }

  private inspect(): Inspection {
    const physicalOffset = this.segment.baseOffset + this.at;
    return inspectRecord(this.bytes, this.at - this.start, { physicalOffset, checkCrc: this.options.checkCrc, sizeMax: this.size });
  }

  private resultOf(found: Exclude<Inspection, InspectedRecord | { kind: 'partial' }>): ScanResult | undefined {
    if (found.kind === 'end') return this.ended('nothing was written there');
    if (found.kind === 'damaged') return this.ended(found.reason);
    if (this.at + found.size === this.size) return undefined;
    return this.ended(`a blank tail of ${found.size} bytes does not lead to the end of the segment`);
  }

  private ended(reason: string, stopped = false): ScanResult {
    return { end: this.segment.baseOffset + this.at, reason, stopped };
  }

  /** @returns why there is nothing to read */
  private async refill(needed: number): Promise<string | undefined> {
    this.options.onPortion();
    if (this.at + needed > this.size - (needed === BLANK_SIZE_MIN ? 0 : BLANK_SIZE_MIN))
      return `a record of ${needed} bytes does not fit its segment`;
    const length = Math.min(Math.max(PORTION, needed), this.size - this.at);
    const bytes = Buffer.allocUnsafe(length);
    const read = await this.options.segments.read(bytes, length, this.segment.baseOffset + this.at);
    this.bytes = bytes.subarray(0, read);
    this.start = this.at;
    return read < needed ? 'the file ends' : undefined;
  }
}
