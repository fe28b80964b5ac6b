import {
  decodeIndexHeader,
  entryPosition,
  INDEX_ENTRY_SIZE,
  INDEX_HEADER_SIZE,
  INDEX_SLOT_SIZE,
  indexFileSize,
  isIndexFileName,
  readIndexEntry,
  slotPosition,
  type IndexEntry,
  type IndexHeader,
  type IndexSizes,
} from '../index-file/index-layout.js';
import type { FileReader } from './file-reader.js';
import type { Report } from './finding.js';

export interface PlacedEntry extends IndexEntry {
  readonly file: string;
  readonly position: number;
  readonly number: number;
}

/** A file of the message index as it lies there. */
export class IndexView {
  readonly header: IndexHeader;
  /** The length is that of the given sizes: otherwise nothing in it has a known place. */
  readonly isReadable: boolean;

  constructor(
    private readonly reader: FileReader,
    readonly path: string,
    private readonly sizes: IndexSizes,
  ) {
    const head = reader.read(path, 0, INDEX_HEADER_SIZE);
    this.isReadable = reader.sizeOf(path) === indexFileSize(sizes);
    this.header = decodeIndexHeader(Buffer.concat([head], INDEX_HEADER_SIZE));
  }

  /** Entries in their order; none of a file of other sizes. */
  *entries(): Generator<PlacedEntry> {
    if (!this.isReadable) return;
    const until = Math.min(this.header.indexCount, this.sizes.entryCount);
    for (let number = 1; number < until; number += 1) {
      const position = entryPosition(this.sizes, number);
      yield { ...readIndexEntry(this.reader.peek(this.path, position, INDEX_ENTRY_SIZE), 0), file: this.path, position, number };
    }
  }

  /** Header, slots and links of a file among themselves. */
  check(report: Report): void {
    const { header, sizes, path } = this;
    const size = this.reader.sizeOf(path);
    if (!this.isReadable) return report(path, size, `the file has ${size} bytes, the configured sizes need ${indexFileSize(sizes)}`);
    if (header.indexCount > sizes.entryCount) report(path, 36, `it claims ${header.indexCount} entries, ${sizes.entryCount} fit`);
    if (header.endTimestamp < header.beginTimestamp) report(path, 8, 'it ends before it begins');
    this.checkLinks(report);
  }

  private checkLinks(report: Report): void {
    const newest = new Int32Array(this.sizes.slotCount);
    let used = 0;
    for (const { keyHash, previous, number, position } of this.entries()) {
      const slot = Math.abs(keyHash) % this.sizes.slotCount;
      const expected = newest[slot] ?? 0;
      if (previous !== expected)
        report(this.path, position + 16, `entry ${number} links to ${previous}, the one before it in its slot is ${expected}`);
      if (expected === 0) used += 1;
      newest[slot] = number;
    }
    newest.forEach((expected, slot) => {
      const at = slotPosition(slot);
      const found = this.reader.peek(this.path, at, INDEX_SLOT_SIZE).readInt32BE(0);
      if (found !== expected) report(this.path, at, `slot ${slot} leads to entry ${found}, its newest is ${expected}`);
    });
    if (this.header.hashSlotCount !== used) report(this.path, 32, `it claims ${this.header.hashSlotCount} used slots, there are ${used}`);
  }
}

/** Every file of the index, oldest first. */
export function indexViews(reader: FileReader, folder: string, sizes: IndexSizes): IndexView[] {
  const names = reader.files.listSync(folder).filter(isIndexFileName);
  return names.map((name) => new IndexView(reader, `${folder}/${name}`, sizes));
}
