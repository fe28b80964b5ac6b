import type { Segment, SegmentList } from '../segments/segment-list.js';
import { blankUnit, isBlankUnit, readUnit, UNIT_BLANK_SIZE_MIN, UNIT_SIZE, writeUnit, type TimerUnit } from './log-layout.js';

const READ_UNITS = 1024;

/** What waits, in the order in which it came; slots of the wheel point into it. As Java: TimerLog. */
export class TimerLog {
  /** Position of the next unit. */
  end = 0;
  private gathered: Buffer[] = [];
  private gatheredStart = 0;
  private syncedEnd = 0;
  /** The newest message of a file that was looked through. */
  private newest: { readonly segment: Segment; readonly physicalOffset: number } | undefined;

  constructor(readonly segments: SegmentList) {}

  /** Takes a unit; `commit` writes it. @returns its position */
  append(unit: TimerUnit): number {
    const { segmentSize } = this.segments;
    const left = segmentSize - (this.end % segmentSize);
    if (UNIT_SIZE + UNIT_BLANK_SIZE_MIN > left) this.closeFile(left);
    const bytes = Buffer.allocUnsafe(UNIT_SIZE);
    writeUnit(bytes, 0, unit);
    const position = this.end;
    this.gather(bytes);
    return position;
  }

  private closeFile(left: number): void {
    this.gather(Buffer.concat([blankUnit(left)], left));
  }

  private gather(bytes: Buffer): void {
    if (this.gathered.length === 0) this.gatheredStart = this.end;
    this.gathered.push(bytes);
    this.end += bytes.length;
  }

  /** Writes what was appended, with one call. @throws OperationFailed; a later commit writes it again */
  commit(): void {
    if (this.gathered.length === 0) return;
    const bytes = Buffer.concat(this.gathered);
    if (this.segments.last === undefined) this.segments.create(this.gatheredStart);
    while (this.segments.capacityEnd < this.gatheredStart + bytes.length) this.segments.create();
    this.segments.writeSync(bytes, this.gatheredStart);
    this.gathered = [];
  }

  /** The unit at a position that was committed; undefined when none lies there. */
  read(position: number): TimerUnit | undefined {
    const bytes = Buffer.alloc(UNIT_SIZE);
    if (position < 0 || position >= this.end || this.segments.readSync(bytes, UNIT_SIZE, position) < UNIT_SIZE) return undefined;
    return readUnit(bytes, 0);
  }

  /** Resolves when everything committed before the call is durable. */
  async sync(): Promise<void> {
    const { end } = this;
    for (const segment of this.segments.segments) {
      const segmentEnd = segment.baseOffset + this.segments.segmentSize;
      if (segmentEnd > this.syncedEnd && segment.baseOffset < end) await this.segments.handleOf(segment).datasync();
    }
    if (this.segments.needsFolderSync) await this.segments.syncFolder();
    this.syncedEnd = end;
  }

  /** Takes the first file out of the log when all of its messages are gone from the commit log, which begins at `physicalMin`; the caller removes it. */
  async takeExpired(physicalMin: number): Promise<string | undefined> {
    const { first, segmentSize } = this.segments;
    if (first === undefined || this.syncedEnd < first.baseOffset + segmentSize) return undefined;
    const unitsPerFile = Math.floor((segmentSize - UNIT_BLANK_SIZE_MIN) / UNIT_SIZE);
    const last = this.read(first.baseOffset + (unitsPerFile - 1) * UNIT_SIZE);
    if (last === undefined || last.physicalOffset >= physicalMin) return undefined;
    return (await this.newestIn(first)) < physicalMin ? this.segments.takeFirst()?.path : undefined;
  }

  // A unit that a clean stop has written anew stands behind those of newer messages, so that the last one does not speak for its file.
  private async newestIn(segment: Segment): Promise<number> {
    if (this.newest?.segment === segment) return this.newest.physicalOffset;
    const end = segment.baseOffset + this.segments.segmentSize;
    const bytes = Buffer.alloc(UNIT_SIZE * READ_UNITS);
    let physicalOffset = -1;
    for (let at = segment.baseOffset; at < end; at += bytes.length) {
      const read = await this.segments.read(bytes, Math.min(bytes.length, end - at), at);
      for (let i = 0; i < read; i += UNIT_SIZE) physicalOffset = Math.max(physicalOffset, readUnit(bytes, i)?.physicalOffset ?? -1);
    }
    this.newest = { segment, physicalOffset };
    return physicalOffset;
  }

  /** Position of the file in which units are to be looked at again, given a position up to which they are durable. */
  fileBefore(position: number): number {
    const first = this.segments.first?.baseOffset ?? 0;
    const wanted = position - this.segments.segmentSize;
    return Math.max(first, wanted - (wanted % this.segments.segmentSize));
  }

  /**
   * Hands out the units from the start of a file on.
   * @returns the end: the position after the last unit
   */
  scan(from: number, visit: (unit: TimerUnit, position: number) => void): number {
    const { segmentSize } = this.segments;
    let at = from;
    while (at < this.segments.capacityEnd) {
      const fileEnd = at - (at % segmentSize) + segmentSize;
      const stop = this.scanFile(at, fileEnd, visit);
      if (stop < fileEnd) return stop;
      at = fileEnd;
    }
    return at;
  }

  /** @returns the end of the file when it is full */
  private scanFile(from: number, fileEnd: number, visit: (unit: TimerUnit, position: number) => void): number {
    const bytes = Buffer.alloc(UNIT_SIZE * READ_UNITS);
    for (let at = from; at < fileEnd;) {
      const read = this.segments.readSync(bytes, Math.min(bytes.length, fileEnd - at), at);
      let used = 0;
      for (; read - used >= UNIT_SIZE; used += UNIT_SIZE) {
        const unit = readUnit(bytes, used);
        if (unit === undefined) return isBlankUnit(bytes, used) ? fileEnd : at + used;
        visit(unit, at + used);
      }
      // The rest of the file has no room for another unit, or its end cannot be read.
      if (used === 0) return isBlankUnit(bytes.subarray(0, read), 0) ? fileEnd : at;
      at += used;
    }
    return fileEnd;
  }

  /** Continues at `end`; what lies behind is damage and goes away. */
  startAt(end: number): void {
    const hasTail = this.segments.capacityEnd > end && this.read0(end);
    if (hasTail) this.segments.cutAt(end);
    this.end = end;
    this.syncedEnd = 0;
  }

  private read0(position: number): boolean {
    const bytes = Buffer.alloc(UNIT_SIZE);
    const read = this.segments.readSync(bytes, UNIT_SIZE, position);
    return bytes.subarray(0, read).some((byte) => byte !== 0) || this.segments.capacityEnd - position > this.segments.segmentSize;
  }

  close(): void {
    this.segments.close();
  }
}
