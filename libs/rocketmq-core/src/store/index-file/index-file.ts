import type { FileHandle } from '../../runtime/index.js';
import {
  decodeIndexHeader,
  emptyHeader,
  encodeIndexHeader,
  entryPosition,
  INDEX_ENTRY_SIZE,
  INDEX_HEADER_SIZE,
  INDEX_SLOT_SIZE,
  indexFileSize,
  readIndexEntry,
  secondsAfter,
  slotPosition,
  writeIndexEntry,
  type IndexEntry,
  type IndexHeader,
  type IndexSizes,
} from './index-layout.js';
import { SlotTable } from './slot-table.js';

/** Instead of a hash, for a record without any key: the file then knows that it has seen the record. */
export const NO_KEY = -1;

export interface IndexWindow {
  readonly keyHash: number;
  /** Store times, ms, both included. */
  readonly beginMs: number;
  readonly endMs: number;
}

export type IsKeyOf = (physicalOffset: number, keyHash: number) => boolean;

interface WholeEntries {
  /** Number after the last of them. */
  readonly end: number;
  /** Physical offset of the last record that has one; -1 without any. */
  readonly last: number;
  readonly lastStart: number;
  readonly isLastWhole: boolean;
}

const GATHERED_MAX = 4096;
const SCAN_ENTRIES = 16_384;
const SECTOR = 512;
/** Neighbours of an entry are read with it: entries of the same tags lie close to each other. */
const READ_AHEAD = 16 * 1024;

/**
 * One file of the index. The file that is being written keeps its slots in memory and gathers entries; a full one is read only.
 * As Java: IndexFile, which has the whole of it mapped.
 */
export class IndexFile {
  header: IndexHeader = emptyHeader();
  /** It is being removed, or the index is closed: nothing is to be read from it. */
  isGone = false;
  private slots: SlotTable | undefined;
  private gathered = Buffer.alloc(0);
  private gatheredCount = 0;
  private dirty = false;
  private hasHeader = false;

  constructor(
    readonly path: string,
    private readonly sizes: IndexSizes,
    /** Opens the file when it is not. */
    private readonly handle: () => FileHandle,
  ) {}

  get isFull(): boolean {
    return this.header.indexCount >= this.sizes.entryCount;
  }

  get isDirty(): boolean {
    return this.dirty;
  }

  /** @returns whether the file has the length of these settings and a header that fits it */
  load(): boolean {
    const bytes = Buffer.alloc(INDEX_HEADER_SIZE);
    if (this.handle().sizeSync() !== indexFileSize(this.sizes)) return false;
    this.handle().readSync(bytes, 0, bytes.length, 0);
    this.header = decodeIndexHeader(bytes);
    this.hasHeader = true;
    const { beginTimestamp, endTimestamp, endPhysicalOffset, indexCount } = this.header;
    return indexCount <= this.sizes.entryCount && beginTimestamp > 0 && endTimestamp >= beginTimestamp && endPhysicalOffset >= 0;
  }

  /**
   * Takes an entry; `commit` writes it. The file must not be full.
   * @throws OperationFailed when the disk refuses those gathered before, or the slots; then the entry is not taken
   */
  add(keyHash: number, physicalOffset: number, storeTimestamp: number): void {
    const { header } = this;
    if (this.gatheredCount === GATHERED_MAX) this.commit();
    if (keyHash !== NO_KEY) this.openSlots();
    if (header.beginTimestamp === 0) {
      header.beginPhysicalOffset = physicalOffset;
      header.beginTimestamp = storeTimestamp;
    }
    if (keyHash !== NO_KEY) this.chain(keyHash, physicalOffset, secondsAfter(header.beginTimestamp, storeTimestamp));
    header.endPhysicalOffset = physicalOffset;
    // The clock of the store may have been put back.
    header.endTimestamp = Math.max(header.endTimestamp, storeTimestamp);
    this.dirty = true;
  }

  private chain(keyHash: number, physicalOffset: number, seconds: number): void {
    const { header } = this;
    const slots = this.openSlots();
    const slot = keyHash % this.sizes.slotCount;
    const newest = slots.get(slot);
    const previous = newest > 0 && newest < header.indexCount ? newest : 0;
    if (this.gathered.length === 0) this.gathered = Buffer.alloc(GATHERED_MAX * INDEX_ENTRY_SIZE);
    writeIndexEntry(this.gathered, this.gatheredCount * INDEX_ENTRY_SIZE, { keyHash, physicalOffset, seconds, previous });
    this.gatheredCount += 1;
    slots.set(slot, header.indexCount);
    if (previous === 0) header.hashSlotCount += 1;
    header.indexCount += 1;
  }

  /** Writes the gathered entries with one call. @throws OperationFailed; a later commit writes them again */
  commit(): void {
    if (this.gatheredCount === 0) return;
    // Entries tell their time by it: without it those that a killed process leaves would be worth nothing.
    if (!this.hasHeader) this.handle().writeSync(encodeIndexHeader(this.header), 0);
    this.hasHeader = true;
    const first = this.header.indexCount - this.gatheredCount;
    this.handle().writeSync(this.gathered.subarray(0, this.gatheredCount * INDEX_ENTRY_SIZE), entryPosition(this.sizes, first));
    this.gatheredCount = 0;
  }

  /**
   * Makes the file durable. The header goes before the slots: a file whose writer dies between them claims to be newer than the checkpoint, and
   * is looked through by ours and thrown away by Java.
   * @throws OperationFailed `io`; a later flush does it again
   */
  async flush(): Promise<void> {
    if (!this.dirty) return;
    this.commit();
    this.dirty = false;
    try {
      await this.handle().write(encodeIndexHeader(this.header), 0);
      for (const run of this.slots?.takeDirty() ?? []) await this.writeRun(run.position, run.bytes);
      await this.handle().datasync();
    } catch (error) {
      this.dirty = true;
      throw error;
    }
  }

  private async writeRun(position: number, bytes: Buffer): Promise<void> {
    try {
      await this.handle().write(bytes, position);
    } catch (error) {
      this.slots?.markDirty(position, bytes.length);
      throw error;
    }
  }

  /** Nothing will be added any more, and everything is durable: the slots are read from the file from now on. */
  seal(): void {
    this.slots = undefined;
    this.gathered = Buffer.alloc(0);
  }

  private openSlots(): SlotTable {
    if (this.slots !== undefined) return this.slots;
    const bytes = Buffer.alloc(this.sizes.slotCount * INDEX_SLOT_SIZE);
    // The pages of an empty table are not touched: they cost no memory before they are used.
    if (this.header.indexCount > 1) this.handle().readSync(bytes, 0, bytes.length, slotPosition(0));
    return (this.slots = new SlotTable(bytes));
  }

  /**
   * After a crash: keeps the entries that are whole, in the order of the log and before an offset, and builds the slots from them. Of the last
   * record some entries may be missing; then all of its entries go.
   * @param completeUpTo all entries of records up to this physical offset are durable: those behind it come from the log again. -1 when that is
   *   not known
   * @param isKeyOf whether the record there has such a key: of an entry a part may be missing
   * @returns physical offset from which on records are not here; undefined when no entry is whole
   */
  repair(physicalEnd: number, completeUpTo: number, isKeyOf: IsKeyOf): number | undefined {
    const isWhole = completeUpTo >= 0 ? () => true : isKeyOf;
    const keptEnd = completeUpTo >= 0 ? Math.min(physicalEnd, completeUpTo + 1) : physicalEnd;
    let whole = this.wholeEntries(keptEnd, this.sizes.entryCount, isWhole);
    // Of the last one the offset may be missing, so that it looks like one of those that are durable.
    if (whole.last >= 0 && !isKeyOf(whole.last, this.keyHashOf(whole.end - 1))) {
      whole = { ...this.wholeEntries(keptEnd, whole.end - 1, isWhole), isLastWhole: false };
    }
    const { end, last, lastStart, isLastWhole } = whole;
    if (last < 0) return undefined;
    const isComplete = isLastWhole || last <= completeUpTo;
    this.keep(isComplete ? end : lastStart);
    this.eraseBehind();
    this.writeAgain(completeUpTo);
    return isComplete ? last + 1 : last;
  }

  // What lies there would count as entries after the next crash. Shortening and extending again leaves zeros without writing any.
  private eraseBehind(): void {
    this.handle().truncateSync(entryPosition(this.sizes, this.header.indexCount));
    this.handle().truncateSync(indexFileSize(this.sizes));
  }

  // A killed process may have left them in the page cache only, a failed sync even as clean pages: writing them again makes them dirty.
  private writeAgain(durableUpTo: number): void {
    const end = this.header.indexCount;
    for (const { entry, number: first } of this.entries(end)) {
      if (entry.physicalOffset <= durableUpTo) continue;
      for (let number = first; number < end; number += SCAN_ENTRIES) {
        const bytes = Buffer.alloc(Math.min(SCAN_ENTRIES, end - number) * INDEX_ENTRY_SIZE);
        this.handle().readSync(bytes, 0, bytes.length, entryPosition(this.sizes, number));
        this.handle().writeSync(bytes, entryPosition(this.sizes, number));
      }
      return;
    }
  }

  /** Forgets the records from an offset on. @returns whether any is left */
  cutAt(physicalEnd: number): boolean {
    this.commit();
    const { end, last } = this.wholeEntries(physicalEnd, this.header.indexCount, () => true);
    if (last < 0) return false;
    this.keep(end);
    this.eraseBehind();
    return true;
  }

  /** @param isWhole asked of those that a power cut can tear: where it falls into an entry, one sector may be there and the next not */
  private wholeEntries(physicalEnd: number, until: number, isWhole: IsKeyOf): WholeEntries {
    const whole = { end: 1, last: -1, lastStart: 1, isLastWhole: false };
    for (const { entry, number } of this.entries(until)) {
      const { physicalOffset, keyHash, seconds } = entry;
      const isUnused = physicalOffset === 0 && keyHash === 0;
      if (isUnused || physicalOffset < whole.last || keyHash < 0 || seconds < 0) return whole;
      // Whatever of the record before is missing would stand in front of this entry.
      if (physicalOffset >= physicalEnd) return { ...whole, isLastWhole: true };
      if (this.isInTwoSectors(number) && !isWhole(physicalOffset, keyHash)) return whole;
      if (physicalOffset !== whole.last) whole.lastStart = number;
      whole.last = physicalOffset;
      whole.end = number + 1;
    }
    // What does not fit is in the next file.
    return { ...whole, isLastWhole: whole.end === until };
  }

  private isInTwoSectors(number: number): boolean {
    return (entryPosition(this.sizes, number) % SECTOR) + INDEX_ENTRY_SIZE > SECTOR;
  }

  private keep(count: number): void {
    const slots = this.openSlots();
    slots.clear();
    const { beginTimestamp, beginPhysicalOffset } = this.header;
    this.header = { ...emptyHeader(), beginTimestamp, beginPhysicalOffset };
    let last: IndexEntry | undefined;
    for (const { entry, number } of this.entries(count)) {
      const slot = entry.keyHash % this.sizes.slotCount;
      const previous = slots.get(slot);
      if (previous === 0) this.header.hashSlotCount += 1;
      if (entry.previous !== previous) this.rewrite(number, { ...entry, previous });
      slots.set(slot, number);
      last = entry;
    }
    this.header.indexCount = count;
    this.header.endPhysicalOffset = last?.physicalOffset ?? beginPhysicalOffset;
    this.header.endTimestamp = beginTimestamp + (last?.seconds ?? 0) * 1000;
    this.dirty = true;
  }

  private keyHashOf(number: number): number {
    const bytes = Buffer.alloc(INDEX_ENTRY_SIZE);
    this.handle().readSync(bytes, 0, bytes.length, entryPosition(this.sizes, number));
    return readIndexEntry(bytes, 0).keyHash;
  }

  private rewrite(number: number, entry: IndexEntry): void {
    const bytes = Buffer.alloc(INDEX_ENTRY_SIZE);
    writeIndexEntry(bytes, 0, entry);
    this.handle().writeSync(bytes, entryPosition(this.sizes, number));
  }

  /** Entries from the first one on, up to the one before `until`. */
  private *entries(until: number): Generator<{ readonly entry: IndexEntry; readonly number: number }> {
    const bytes = Buffer.alloc(Math.max(0, Math.min(SCAN_ENTRIES, until - 1)) * INDEX_ENTRY_SIZE);
    for (let first = 1; first < until; first += SCAN_ENTRIES) {
      const count = Math.min(SCAN_ENTRIES, until - first);
      this.handle().readSync(bytes, 0, count * INDEX_ENTRY_SIZE, entryPosition(this.sizes, first));
      for (let i = 0; i < count; i++) yield { entry: readIndexEntry(bytes, i * INDEX_ENTRY_SIZE), number: first + i };
    }
  }

  /** Whether records of that time may be here. As Java: IndexFile.isTimeMatched. */
  overlaps({ beginMs, endMs }: Pick<IndexWindow, 'beginMs' | 'endMs'>): boolean {
    return beginMs <= this.header.endTimestamp && endMs >= this.header.beginTimestamp;
  }

  /**
   * Physical offsets of the entries of a hash, newest first. A chain leads to ever smaller numbers; whatever does not is damage and ends it, so
   * that no walk is longer than the file.
   */
  async *select({ keyHash, beginMs, endMs }: IndexWindow): AsyncGenerator<number> {
    const { beginTimestamp } = this.header;
    const ahead = { start: 0, bytes: Buffer.alloc(0) };
    for (let number = await this.newestOf(keyHash), before = this.header.indexCount; number > 0 && number < before && !this.isGone;) {
      const entry = await this.entryAt(number, ahead);
      // Entries hold whole seconds: one may be up to a second older than its time says, none is younger.
      const timeMs = beginTimestamp + entry.seconds * 1000;
      if (entry.seconds < 0 || timeMs + 999 < beginMs) return;
      if (entry.keyHash === keyHash && timeMs <= endMs) yield entry.physicalOffset;
      before = number;
      number = entry.previous;
    }
  }

  private async newestOf(keyHash: number): Promise<number> {
    const slot = keyHash % this.sizes.slotCount;
    if (this.slots !== undefined) return this.slots.get(slot);
    const bytes = Buffer.alloc(INDEX_SLOT_SIZE);
    await this.handle().read(bytes, 0, bytes.length, slotPosition(slot));
    return bytes.readInt32BE(0);
  }

  private async entryAt(number: number, ahead: { start: number; bytes: Buffer }): Promise<IndexEntry> {
    const position = entryPosition(this.sizes, number);
    if (position < ahead.start || position + INDEX_ENTRY_SIZE > ahead.start + ahead.bytes.length) {
      const end = position + INDEX_ENTRY_SIZE;
      ahead.start = Math.max(entryPosition(this.sizes, 0), end - READ_AHEAD);
      ahead.bytes = Buffer.alloc(end - ahead.start);
      await this.handle().read(ahead.bytes, 0, ahead.bytes.length, ahead.start);
    }
    return readIndexEntry(ahead.bytes, position - ahead.start);
  }
}
