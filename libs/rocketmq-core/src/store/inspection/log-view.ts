import { BLANK_SIZE_MIN, inspectRecord, RECORD_SIZE_MIN, type InspectedRecord } from '../../protocol/index.js';
import type { Report } from './finding.js';
import type { RowView } from './row-view.js';

const PORTION = 4 * 1024 * 1024;
const HEAD_SIZE = 8;

/** The records of a commit log, as they lie in its files. */
export class LogView {
  /** Where the records end; known after a walk. */
  end: number;
  /** The latest time at which one was stored, ms; known after a walk. */
  storeTimeMax = 0;

  constructor(
    readonly row: RowView,
    private readonly report: Report = () => undefined,
  ) {
    this.end = row.begin;
  }

  /** The record at a physical offset; undefined when none starts there. Its checksum is not looked at. */
  recordAt(physicalOffset: number): InspectedRecord | undefined {
    const head = this.row.peek(physicalOffset, HEAD_SIZE);
    const size = head.length < HEAD_SIZE ? 0 : head.readInt32BE(0);
    if (size < RECORD_SIZE_MIN || size > this.row.fileSize) return undefined;
    const found = inspectRecord(this.row.peek(physicalOffset, size), 0, { physicalOffset });
    return found.kind === 'record' ? found : undefined;
  }

  /** Every record up to the first place where none is. Damage, and bytes behind the end, are reported. */
  *records(from = this.row.begin): Generator<InspectedRecord> {
    this.end = from;
    for (const part of this.row.parts) {
      if (part.baseOffset + this.row.fileSize <= from) continue;
      const stop = yield* this.recordsOf(part.baseOffset, Math.max(0, from - part.baseOffset));
      if (stop === 'damaged') return;
      if (stop === 'end') break;
    }
    const used = this.row.firstUsed(this.end);
    if (used !== undefined) this.reportAt(used, `bytes behind the end of the log, which is ${this.end}`);
  }

  private *recordsOf(baseOffset: number, from: number): Generator<InspectedRecord, 'full' | 'end' | 'damaged'> {
    const { fileSize } = this.row;
    let chunk: Buffer = Buffer.alloc(0);
    let start = from;
    for (let at = from; at < fileSize;) {
      this.end = baseOffset + at;
      const found = inspectRecord(chunk, at - start, { physicalOffset: this.end, checkCrc: true, sizeMax: fileSize });
      if (found.kind === 'record') {
        this.storeTimeMax = Math.max(this.storeTimeMax, found.storeTimestamp);
        yield found;
        at += found.size;
      } else if (found.kind === 'partial') {
        chunk = this.row.read(this.end, Math.min(Math.max(PORTION, found.size), fileSize - at));
        start = at;
        if (chunk.length < found.size) return this.damaged('the file ends within a record');
      } else if (found.kind === 'blank' && at + found.size === fileSize && found.size >= BLANK_SIZE_MIN) {
        this.end = baseOffset + fileSize;
        return 'full';
      } else if (found.kind === 'end') return 'end';
      else return this.damaged(found.kind === 'blank' ? `a blank tail of ${found.size} bytes leads elsewhere` : found.reason);
    }
    return 'full';
  }

  private damaged(reason: string): 'damaged' {
    this.reportAt(this.end, `no valid record: ${reason}`);
    return 'damaged';
  }

  reportAt(physicalOffset: number, problem: string): void {
    const { path, position } = this.row.locate(physicalOffset);
    this.report(path, position, problem);
  }
}
