import { assert } from '../../base/index.js';
import type { Segment, SegmentList } from '../segments/segment-list.js';
import { blankEntries, ENTRY_SIZE, entryMessageSize, entryPhysicalOffset, entryTagsCode, isBlankEntry, isEntry } from './entry-layout.js';
import { EntryTail } from './entry-tail.js';

export interface Entry {
  readonly queueOffset: number;
  readonly physicalOffset: number;
  /** Of the record in the commit log, in bytes. */
  readonly size: number;
  readonly tagsCode: number;
}

/** An entry as it was read. */
export interface QueueEntry {
  readonly physicalOffset: number;
  readonly size: number;
  readonly tagsCode: bigint;
}

const CHUNK_ENTRIES = 4096;
/** Missing entries that are filled with blanks at most; a record that claims more is damaged. */
const GAP_MAX = 10_000_000;
/**
 * Committed entries that wait for their write at most. A turn brings many queues one message each, and a write for each of them would cost more
 * than the messages; what a killed process has not written, recovery makes again from the log.
 */
const UNWRITTEN_MAX = 128;

/**
 * The messages of one queue in order. Four offsets grow at different times:
 *
 *     minOffset <= tail.from <= maxOffset <= nextOffset
 *
 * An append takes `nextOffset`; once its record is dispatched the entry is gathered in the tail, and `commit` moves `maxOffset`, from where readers
 * see it. Entries below `tail.from` are in the files: `drain` brings the others there, when they are many or are to become durable.
 */
export class ConsumeQueue {
  minOffset = 0;
  maxOffset = 0;
  /** The offset that the next append takes. */
  nextOffset = 0;
  /** Physical offset after the last record that has an entry; -1 without one. */
  physicalEnd = -1;
  /** Entries below this offset were there when the store was opened: they may not be in the page cache. */
  openOffset = 0;

  isDropped = false;

  private trustedPhysicalOffset = Infinity;
  /** Minimum of the log that `minOffset` has followed. */
  private correctedTo = -1;
  private readonly tail = new EntryTail();
  private readonly dirty = new Set<Segment>();
  /** Bytes written since the last flush. */
  dirtyBytes = 0;

  constructor(
    readonly topic: string,
    readonly queueId: number,
    readonly segments: SegmentList,
  ) {}

  /** Takes the entry of the next message; `commit` writes it. */
  add(entry: Entry): void {
    if (entry.queueOffset !== this.tail.end && !this.prepareFor(entry)) return;
    this.tail.add(entry);
    this.physicalEnd = entry.physicalOffset + entry.size;
    if (this.nextOffset <= entry.queueOffset) this.nextOffset = entry.queueOffset + 1;
  }

  /** Lets readers see the entries that were added. @throws OperationFailed of `drain`; then they are not seen before a later commit */
  commit(): void {
    if (this.tail.count >= UNWRITTEN_MAX) this.drain();
    this.maxOffset = this.tail.end;
  }

  /** Writes the entries that are in no file yet. @throws OperationFailed; they are kept, a later call writes them again */
  drain(): void {
    if (this.tail.count === 0) return;
    this.write(this.tail.bytes, this.tail.from);
    this.tail.startAt(this.tail.end);
  }

  /** The queue is removed: what it has gathered is for nobody. */
  drop(): void {
    this.isDropped = true;
    this.tail.startAt(this.maxOffset);
    this.dirty.clear();
    this.segments.close();
  }

  /**
   * For an entry that is not the next one, which only recovery meets: it dispatches records again.
   * @returns whether the entry is to be added
   */
  private prepareFor(entry: Entry): boolean {
    this.drain();
    this.commit();
    if (entry.queueOffset < this.minOffset) return false;
    if (entry.queueOffset < this.maxOffset) {
      const [there] = this.entries(entry.queueOffset, 1);
      // The tags code too: of an entry that was torn only that may be missing.
      const isThere = there?.physicalOffset === entry.physicalOffset && there.size === entry.size;
      if (isThere && there.tagsCode === BigInt(entry.tagsCode)) return false;
      this.cutAt(entry.queueOffset);
      return true;
    }
    this.fillUpTo(entry.queueOffset);
    return true;
  }

  private fillUpTo(queueOffset: number): void {
    if (this.segments.last === undefined) this.beginAt(queueOffset);
    const isEmpty = this.minOffset === this.maxOffset;
    const from = this.maxOffset;
    assert(queueOffset - from <= GAP_MAX, `${this.segments.folder}: a record claims queue offset ${queueOffset} after ${from}`);
    this.writeBlanks(from, queueOffset);
    this.endAt(queueOffset);
    if (isEmpty) this.minOffset = queueOffset;
  }

  // The offsets are those of the file from the moment it is there: when the disk refuses what comes next, the entry is added again.
  private beginAt(queueOffset: number): void {
    this.segments.create(queueOffset * ENTRY_SIZE);
    this.endAt((this.segments.first?.baseOffset ?? 0) / ENTRY_SIZE);
    this.minOffset = this.maxOffset;
  }

  /** The files lead up to `queueOffset`, and nothing is gathered. */
  private endAt(queueOffset: number): void {
    this.maxOffset = queueOffset;
    this.tail.startAt(queueOffset);
  }

  private writeBlanks(from: number, to: number): void {
    for (let at = from; at < to; at += CHUNK_ENTRIES) this.write(blankEntries(Math.min(CHUNK_ENTRIES, to - at)), at);
  }

  private write(bytes: Buffer, queueOffset: number): void {
    const position = queueOffset * ENTRY_SIZE;
    const end = position + bytes.length;
    if (this.segments.last === undefined) this.segments.create(position);
    while (this.segments.capacityEnd < end) this.segments.create();
    this.segments.writeSync(bytes, position);
    this.markDirty(position, end);
  }

  private markDirty(position: number, end: number): void {
    for (let at = position; at < end; at += this.segments.segmentSize) this.noteDirty(at);
    this.noteDirty(end - 1);
    this.dirtyBytes += end - position;
  }

  private noteDirty(position: number): void {
    const segment = this.segments.find(position);
    if (segment !== undefined) this.dirty.add(segment);
  }

  get isDirty(): boolean {
    return this.dirty.size > 0;
  }

  /** The files that hold bytes written since the last call. */
  takeDirty(): Segment[] {
    const segments = [...this.dirty];
    this.dirty.clear();
    this.dirtyBytes = 0;
    return segments;
  }

  /** Entries as bytes, from `queueOffset` on; fewer than `count` at the end of the queue. */
  readSync(queueOffset: number, count: number): Buffer {
    const bytes = this.bufferFor(queueOffset, count);
    const inFiles = this.fillFromTail(bytes, queueOffset);
    const read = this.segments.readSync(bytes, inFiles, queueOffset * ENTRY_SIZE);
    return read < inFiles ? bytes.subarray(0, read) : bytes;
  }

  async read(queueOffset: number, count: number): Promise<Buffer> {
    const bytes = this.bufferFor(queueOffset, count);
    // Before the files are read: meanwhile the tail may be written.
    const inFiles = this.fillFromTail(bytes, queueOffset);
    const read = inFiles === 0 ? 0 : await this.segments.read(bytes, inFiles, queueOffset * ENTRY_SIZE);
    return read < inFiles ? bytes.subarray(0, read) : bytes;
  }

  /** @returns how many bytes of the beginning the files have */
  private fillFromTail(bytes: Buffer, queueOffset: number): number {
    const inFiles = Math.max(0, Math.min(bytes.length, (this.tail.from - queueOffset) * ENTRY_SIZE));
    if (inFiles < bytes.length) this.tail.copyTo(bytes.subarray(inFiles), queueOffset + inFiles / ENTRY_SIZE);
    return inFiles;
  }

  private rawEntries(queueOffset: number, count: number): Buffer {
    const bytes = Buffer.alloc(count * ENTRY_SIZE);
    this.segments.readSync(bytes, bytes.length, queueOffset * ENTRY_SIZE);
    return bytes;
  }

  private bufferFor(queueOffset: number, count: number): Buffer {
    return Buffer.allocUnsafe(Math.max(0, Math.min(count, this.maxOffset - queueOffset)) * ENTRY_SIZE);
  }

  /** @returns undefined when the queue has no message at that offset */
  at(queueOffset: number): { readonly physicalOffset: number; readonly size: number } | undefined {
    if (queueOffset < this.minOffset || queueOffset >= this.maxOffset) return undefined;
    const bytes = this.readSync(queueOffset, 1);
    if (bytes.length < ENTRY_SIZE || isBlankEntry(bytes, 0)) return undefined;
    return { physicalOffset: entryPhysicalOffset(bytes, 0), size: entryMessageSize(bytes, 0) };
  }

  /** Fewer than `count` at the end of the queue. */
  entries(queueOffset: number, count: number): QueueEntry[] {
    const bytes = this.readSync(queueOffset, count);
    const starts = [...Array(Math.floor(bytes.length / ENTRY_SIZE)).keys()].map((index) => index * ENTRY_SIZE);
    return starts.map((at) => ({
      physicalOffset: entryPhysicalOffset(bytes, at),
      size: entryMessageSize(bytes, at),
      tagsCode: entryTagsCode(bytes, at),
    }));
  }

  /** Forgets the entries from `queueOffset` on; the bytes behind become zero. */
  cutAt(queueOffset: number): void {
    this.drain();
    this.segments.cutAt(queueOffset * ENTRY_SIZE);
    for (const segment of this.dirty) if (!this.segments.segments.includes(segment)) this.dirty.delete(segment);
    if (this.segments.last !== undefined) this.dirty.add(this.segments.last);
    this.endAt(Math.max(queueOffset, this.minOffset));
    this.nextOffset = this.maxOffset;
    this.physicalEnd = this.lastPhysicalEnd();
  }

  /** Whether anything lies behind the last entry. */
  get isFollowed(): boolean {
    return this.segments.isUsedBehind(this.maxOffset * ENTRY_SIZE);
  }

  /** Zeros behind the last entry: what a crash has left there would count again once the gap before it is filled. */
  eraseBehind(): void {
    this.drain();
    if (!this.segments.eraseBehind(this.maxOffset * ENTRY_SIZE)) return;
    for (const segment of this.dirty) if (!this.segments.segments.includes(segment)) this.dirty.delete(segment);
    if (this.segments.last !== undefined) this.dirty.add(this.segments.last);
  }

  /**
   * Finds the end of the queue in its files.
   * @param trustedPhysicalOffset entries of records up to here are known to be whole; later ones may be missing in any order, so that the first
   *   hole ends the queue whatever lies behind it. Infinity after a clean stop.
   */
  recover(trustedPhysicalOffset: number): void {
    const { first } = this.segments;
    if (first === undefined) return;
    this.trustedPhysicalOffset = trustedPhysicalOffset;
    this.minOffset = first.baseOffset / ENTRY_SIZE;
    this.endAt(this.findEnd());
    this.minOffset = this.firstWhere((bytes) => !isBlankEntry(bytes, 0));
    this.nextOffset = this.maxOffset;
    this.physicalEnd = this.lastPhysicalEnd();
  }

  /** Whether recovery need not look at this message: its entry was there before the last checkpoint. */
  holds(queueOffset: number, physicalOffset: number): boolean {
    return queueOffset < this.nextOffset && physicalOffset <= this.trustedPhysicalOffset;
  }

  /** Recovery has ended: what is here now is old, what comes was written by this process. */
  opened(): void {
    this.openOffset = this.maxOffset;
    this.nextOffset = this.maxOffset;
  }

  private findEnd(): number {
    const { segments } = this.segments;
    const perFile = this.segments.segmentSize / ENTRY_SIZE;
    let start = segments.length - 1;
    while (start > 0 && !this.startsTrusted(segments[start])) start -= 1;
    let end = (segments[start]?.baseOffset ?? 0) / ENTRY_SIZE;
    for (const segment of segments.slice(start)) {
      const fileEnd = segment.baseOffset / ENTRY_SIZE + perFile;
      const trustedEnd = this.findTrustedEnd(segment.baseOffset / ENTRY_SIZE, fileEnd);
      end = this.scan(trustedEnd, fileEnd - trustedEnd);
      // A killed process may have left them in the page cache only, a failed sync even as clean pages: writing them again makes them dirty.
      if (end > trustedEnd) this.write(this.rawEntries(trustedEnd, end - trustedEnd), trustedEnd);
      if (end < fileEnd) break;
    }
    return end;
  }

  // Of an entry that lies in two sectors a power cut may have kept the second only. Its offset then looks old, and leads the search astray: whatever
  // lies before the one in front of it is no entry.
  private findTrustedEnd(from: number, to: number): number {
    let end = this.search(from, to, (bytes) => !this.isTrusted(bytes));
    while (end > from && !this.isTrustedBehind(end - 1, from)) end -= 1;
    return end;
  }

  private isTrustedBehind(queueOffset: number, from: number): boolean {
    const before = Math.max(from, queueOffset - 1);
    const entries = this.rawEntries(before, queueOffset - before + 1);
    const last = entries.subarray(-ENTRY_SIZE);
    if (!this.isTrusted(last)) return false;
    const isFirst = before === queueOffset || isBlankEntry(entries, 0);
    return isFirst || entryPhysicalOffset(last, 0) > entryPhysicalOffset(entries, 0);
  }

  private isTrusted(bytes: Buffer): boolean {
    return isEntry(bytes, 0) && entryPhysicalOffset(bytes, 0) <= this.trustedPhysicalOffset;
  }

  private startsTrusted(segment: Segment | undefined): boolean {
    const bytes = Buffer.alloc(ENTRY_SIZE);
    if (segment === undefined || this.segments.readSync(bytes, ENTRY_SIZE, segment.baseOffset) < ENTRY_SIZE) return false;
    return this.isTrusted(bytes);
  }

  /** @returns the offset of the first entry from `from` on that is none, or does not follow the one before it */
  private scan(from: number, count: number): number {
    const chunk = Buffer.allocUnsafe(Math.min(count, CHUNK_ENTRIES) * ENTRY_SIZE);
    let physicalEnd = this.physicalEndBefore(from);
    for (let done = 0; done < count;) {
      const read = this.segments.readSync(chunk, Math.min(chunk.length, (count - done) * ENTRY_SIZE), (from + done) * ENTRY_SIZE);
      for (let at = 0; at + ENTRY_SIZE <= read; at += ENTRY_SIZE, done += 1) {
        if (!isEntry(chunk, at)) return from + done;
        if (isBlankEntry(chunk, at)) continue;
        const physicalOffset = entryPhysicalOffset(chunk, at);
        // Later messages lie further back in the log: what does not is left over from before a cut.
        if (physicalOffset < physicalEnd) return from + done;
        physicalEnd = physicalOffset + entryMessageSize(chunk, at);
      }
      if (read < ENTRY_SIZE) return from + done;
    }
    return from + count;
  }

  /** Where the message of the entry in front of that one ends in the log; 0 without one. */
  private physicalEndBefore(queueOffset: number): number {
    const bytes = this.rawEntries(Math.max(0, queueOffset - 1), 1);
    return queueOffset === 0 || !isEntry(bytes, 0) || isBlankEntry(bytes, 0)
      ? 0
      : entryPhysicalOffset(bytes, 0) + entryMessageSize(bytes, 0);
  }

  /** Moves the minimum to the first entry whose record is still in the log. */
  correctMin(physicalMin: number): void {
    if (physicalMin === this.correctedTo) return;
    this.correctedTo = physicalMin;
    if (this.minOffset >= this.maxOffset) return;
    const first = this.at(this.minOffset);
    if (first !== undefined && first.physicalOffset >= physicalMin) return;
    this.minOffset = this.firstWhere((bytes) => !isBlankEntry(bytes, 0) && entryPhysicalOffset(bytes, 0) >= physicalMin);
  }

  /** Takes the first file out of the queue when no entry of it is left; the caller removes it. */
  takeExpired(): Segment | undefined {
    const { first } = this.segments;
    if (first === undefined || first.baseOffset + this.segments.segmentSize > this.minOffset * ENTRY_SIZE) return undefined;
    const taken = this.segments.takeFirst();
    if (taken !== undefined) this.dirty.delete(taken);
    return taken;
  }

  /** Binary search for the first entry between minimum and maximum that `matches`; all after it must match too. */
  firstWhere(matches: (entry: Buffer) => boolean): number {
    return this.search(this.minOffset, this.maxOffset, matches);
  }

  private search(from: number, to: number, matches: (entry: Buffer) => boolean): number {
    const entry = Buffer.alloc(ENTRY_SIZE);
    let low = from;
    let high = to;
    while (low < high) {
      const middle = low + Math.floor((high - low) / 2);
      if (!this.readEntry(entry, middle) || matches(entry)) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  private readEntry(target: Buffer, queueOffset: number): boolean {
    if (queueOffset < this.tail.from || this.tail.count === 0) {
      return this.segments.readSync(target, ENTRY_SIZE, queueOffset * ENTRY_SIZE) === ENTRY_SIZE;
    }
    this.tail.copyTo(target, queueOffset);
    return true;
  }

  /** The first offset whose record starts at or after `physicalOffset`. */
  firstFrom(physicalOffset: number): number {
    return this.firstWhere((bytes) => entryPhysicalOffset(bytes, 0) >= physicalOffset);
  }

  private lastPhysicalEnd(): number {
    const last = this.at(this.maxOffset - 1);
    return last === undefined ? -1 : last.physicalOffset + last.size;
  }
}
