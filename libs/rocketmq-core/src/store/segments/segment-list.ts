import { assert, Corruption } from '../../base/index.js';
import type { FileHandle, FileSystem } from '../../runtime/index.js';
import { parseSegmentName, segmentName } from '../paths.js';
import type { HandleCache } from './handle-cache.js';

export interface Segment {
  readonly path: string;
  /** Offset of its first byte in the row. */
  readonly baseOffset: number;
}

export interface SegmentListOptions {
  readonly files: FileSystem;
  readonly handles: HandleCache;
  readonly folder: string;
  /** Bytes of every file. */
  readonly segmentSize: number;
}

const PAGE = 4096;
const ERASE_PORTION = 256 * 1024;

/**
 * A row of files of one size without gaps, named after the offset of their first byte: one long file that is cut into pieces. Every file has
 * its full length from the start (sparse), because Java refuses other lengths.
 */
export class SegmentList {
  readonly folder: string;
  readonly segmentSize: number;
  private readonly files: FileSystem;
  private readonly handles: HandleCache;
  private row: Segment[] = [];
  private folderChanged = false;

  constructor(options: SegmentListOptions) {
    this.folder = options.folder;
    this.segmentSize = options.segmentSize;
    this.files = options.files;
    this.handles = options.handles;
  }

  get segments(): readonly Segment[] {
    return this.row;
  }
  get first(): Segment | undefined {
    return this.row[0];
  }
  get last(): Segment | undefined {
    return this.row[this.row.length - 1];
  }
  /** Offset after the last file; 0 without files. */
  get capacityEnd(): number {
    const last = this.last;
    return last === undefined ? 0 : last.baseOffset + this.segmentSize;
  }

  /**
   * Takes in the files of the folder. Names that are none of segments are left alone.
   * @param afterCrash files that are too short are extended, because their length may not have become durable; nor may their names
   * @throws Corruption for gaps and for lengths that are none of this list
   */
  load(afterCrash: boolean): void {
    this.row = this.files.listSync(this.folder).flatMap((name) => {
      const baseOffset = parseSegmentName(name);
      return baseOffset === undefined ? [] : [{ path: `${this.folder}/${name}`, baseOffset }];
    });
    // All names before the first length: files of another configured size must not be touched.
    this.row.forEach((segment, i) => this.checkPlace(segment, this.row[i - 1]));
    for (const segment of this.row) this.checkLength(segment, afterCrash);
    if (afterCrash && this.row.length > 0) this.folderChanged = true;
  }

  private checkPlace(segment: Segment, before: Segment | undefined): void {
    if (segment.baseOffset % this.segmentSize !== 0) {
      throw new Corruption(segment.path, 0, `its name is no multiple of the configured ${this.segmentSize} bytes`);
    }
    if (before !== undefined && segment.baseOffset !== before.baseOffset + this.segmentSize) {
      throw new Corruption(segment.path, 0, `the file before it starts at ${before.baseOffset}: a segment is missing`);
    }
  }

  private checkLength(segment: Segment, afterCrash: boolean): void {
    const size = this.files.statSync(segment.path)?.size ?? 0;
    if (size === this.segmentSize) return;
    // As Java: a last file without a byte was only about to be made.
    const mayExtend = afterCrash || (size === 0 && segment === this.last);
    if (!mayExtend || size > this.segmentSize) {
      throw new Corruption(segment.path, size, `the file has ${size} bytes, ${this.segmentSize} are configured`);
    }
    this.handles.get(segment.path).truncateSync(this.segmentSize);
  }

  find(offset: number): Segment | undefined {
    const base = this.row[0]?.baseOffset;
    return base === undefined || offset < base ? undefined : this.row[Math.floor((offset - base) / this.segmentSize)];
  }

  handleOf(segment: Segment): FileHandle {
    return this.handles.get(segment.path);
  }

  /** Makes the next file of the row; in an empty row the one that holds `offset`. Durable only after `syncFolder`. */
  create(offset = 0): Segment {
    const baseOffset = this.row.length === 0 ? offset - (offset % this.segmentSize) : this.capacityEnd;
    if (this.row.length === 0) this.files.makeFolderSync(this.folder);
    const segment = { path: `${this.folder}/${segmentName(baseOffset)}`, baseOffset };
    this.handles.create(segment.path).truncateSync(this.segmentSize);
    this.row.push(segment);
    this.folderChanged = true;
    return segment;
  }

  /** Writes across as many files as it takes; they must exist. */
  writeSync(bytes: Buffer, offset: number): void {
    for (let done = 0; done < bytes.length;) {
      const segment = this.mustFind(offset + done);
      const position = offset + done - segment.baseOffset;
      const size = Math.min(bytes.length - done, this.segmentSize - position);
      this.handleOf(segment).writeSync(size === bytes.length ? bytes : bytes.subarray(done, done + size), position);
      done += size;
    }
  }

  /** @returns the number of bytes read; less than wanted at the end of the row */
  readSync(target: Buffer, length: number, offset: number): number {
    let done = 0;
    while (done < length) {
      const segment = this.find(offset + done);
      if (segment === undefined) break;
      const position = offset + done - segment.baseOffset;
      const size = Math.min(length - done, this.segmentSize - position);
      const read = this.handleOf(segment).readSync(target, done, size, position);
      done += read;
      if (read < size) break;
    }
    return done;
  }

  async read(target: Buffer, length: number, offset: number): Promise<number> {
    let done = 0;
    while (done < length) {
      const segment = this.find(offset + done);
      if (segment === undefined) break;
      const position = offset + done - segment.baseOffset;
      const size = Math.min(length - done, this.segmentSize - position);
      const read = await this.handleOf(segment).read(target, done, size, position);
      done += read;
      if (read < size) break;
    }
    return done;
  }

  /**
   * Everything from `end` on becomes zero and files after it go away. Bytes that merely lie behind the end would come back: a later record that
   * ends where an old one starts makes that one valid again at the next recovery. Durable only after `syncSync`.
   */
  cutAt(end: number): void {
    this.keepFirst(this.row.filter((segment) => segment.baseOffset < end).length);
    if (end < this.capacityEnd) this.zeroLastFrom(end);
  }

  /**
   * Makes sure that everything from `end` on is zero, files after the one of `end` gone. Unlike `cutAt` it leaves a file that holds nothing.
   * @returns whether something was there; durable only after a sync
   */
  eraseBehind(end: number): boolean {
    if (!this.isUsedBehind(end)) return false;
    this.keepFirst(this.row.filter((segment) => segment.baseOffset <= end).length);
    this.zeroLastFrom(end);
    return true;
  }

  /** Whether anything is behind `end`. */
  isUsedBehind(end: number): boolean {
    const holder = this.row.findLast((segment) => segment.baseOffset <= end);
    return this.row.length > 0 && (holder !== this.last || (holder !== undefined && this.isUsedFrom(holder, end - holder.baseOffset)));
  }

  private keepFirst(count: number): void {
    for (const segment of this.row.slice(count).reverse()) this.drop(segment);
    this.row = this.row.slice(0, count);
  }

  // Shortening and extending again leaves zeros without writing any. A crash in between leaves a short last file, which `load` extends.
  private zeroLastFrom(end: number): void {
    const last = this.last;
    if (last === undefined) return;
    const handle = this.handleOf(last);
    handle.truncateSync(end - last.baseOffset);
    handle.truncateSync(this.segmentSize);
  }

  // All pages in front are in use. When the file takes no more room than they do, nothing was ever written behind their last one: most files are
  // not read to their end.
  private isUsedFrom(segment: Segment, position: number): boolean {
    const allocated = this.files.statSync(segment.path)?.allocated ?? 0;
    const pageEnd = Math.min(Math.ceil(position / PAGE) * PAGE, this.segmentSize);
    const limit = allocated <= pageEnd ? pageEnd : this.segmentSize;
    const chunk = Buffer.allocUnsafe(Math.min(ERASE_PORTION, this.segmentSize));
    for (let at = position; at < limit;) {
      const read = this.handleOf(segment).readSync(chunk, 0, Math.min(chunk.length, limit - at), at);
      if (read === 0) return false;
      if (!chunk.subarray(0, read).equals(Buffer.alloc(read))) return true;
      at += read;
    }
    return false;
  }

  /** Makes the last file and the names of all files durable. */
  syncSync(): void {
    const last = this.last;
    if (last !== undefined) this.handleOf(last).datasyncSync();
    if (this.folderChanged) this.syncFolderSync();
  }

  /** Removes the folder, whatever is in it. */
  removeAll(): void {
    this.close();
    this.row = [];
    this.files.removeFolderSync(this.folder);
  }

  /** Takes the first file out of the row, so that nobody finds it any more; the caller removes it. The last one stays: it says where the row ends. */
  takeFirst(): Segment | undefined {
    const [first] = this.row;
    if (first === undefined || this.row.length < 2) return undefined;
    this.row.shift();
    this.handles.close(first.path);
    return first;
  }

  private drop(segment: Segment): void {
    this.handles.close(segment.path);
    this.files.removeSync(segment.path);
    this.folderChanged = true;
  }

  /** Makes creations and removals durable. */
  syncFolderSync(): void {
    this.files.syncFolderSync(this.folder);
    this.folderChanged = false;
  }

  async syncFolder(): Promise<void> {
    this.folderChanged = false;
    try {
      await this.files.syncFolder(this.folder);
    } catch (error) {
      this.folderChanged = true;
      throw error;
    }
  }

  get needsFolderSync(): boolean {
    return this.folderChanged;
  }

  /** Forgets the files. */
  close(): void {
    for (const segment of this.row) this.handles.close(segment.path);
    this.row = [];
  }

  private mustFind(offset: number): Segment {
    const segment = this.find(offset);
    assert(segment !== undefined, `${this.folder} has no file for offset ${offset}`);
    return segment;
  }
}
