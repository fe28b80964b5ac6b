// A file of the message index: which records have a key. docs/formats/index-file.md
//
//     header   0                 8               16                     24                   32              36           40
//              | beginTimestamp  | endTimestamp  | beginPhysicalOffset  | endPhysicalOffset  | hashSlotCount | indexCount |
//     slots    40 + 4 * slot: number of the newest entry of the slot, 0 without any
//     entries  0         4                12              16          20
//              | keyHash | physicalOffset | seconds       | previous  |
//
// Big-endian. Entries count from 1; the place of entry 0 is unused. As Java: IndexHeader, IndexFile.
import { readInt64, writeInt32, writeInt64 } from '../../base/index.js';

export const INDEX_HEADER_SIZE = 40;
export const INDEX_SLOT_SIZE = 4;
export const INDEX_ENTRY_SIZE = 20;
const INT32_MAX = 0x7fffffff;

export interface IndexSizes {
  /** Slots of a file. */
  readonly slotCount: number;
  /** Entries of a file, the unused first one included. */
  readonly entryCount: number;
}

export interface IndexHeader {
  /** Store time of the first and the last record with an entry here, ms. */
  beginTimestamp: number;
  endTimestamp: number;
  beginPhysicalOffset: number;
  endPhysicalOffset: number;
  /** Slots in use. */
  hashSlotCount: number;
  /** Number of the next entry; 1 in an empty file. */
  indexCount: number;
}

export interface IndexEntry {
  readonly keyHash: number;
  readonly physicalOffset: number;
  /** After the `beginTimestamp` of the file. */
  readonly seconds: number;
  /** Number of the entry before it in its slot, 0 for the first. */
  readonly previous: number;
}

export const emptyHeader = (): IndexHeader => ({
  ...{ beginTimestamp: 0, endTimestamp: 0, beginPhysicalOffset: 0, endPhysicalOffset: 0 },
  ...{ hashSlotCount: 0, indexCount: 1 },
});

const entriesStart = ({ slotCount }: IndexSizes): number => INDEX_HEADER_SIZE + slotCount * INDEX_SLOT_SIZE;
export const entryPosition = (sizes: IndexSizes, number: number): number => entriesStart(sizes) + number * INDEX_ENTRY_SIZE;
export const slotPosition = (slot: number): number => INDEX_HEADER_SIZE + slot * INDEX_SLOT_SIZE;
export const indexFileSize = (sizes: IndexSizes): number => entryPosition(sizes, sizes.entryCount);

export function encodeIndexHeader(header: IndexHeader): Buffer {
  const bytes = Buffer.alloc(INDEX_HEADER_SIZE);
  writeInt64(bytes, header.beginTimestamp, 0);
  writeInt64(bytes, header.endTimestamp, 8);
  writeInt64(bytes, header.beginPhysicalOffset, 16);
  writeInt64(bytes, header.endPhysicalOffset, 24);
  bytes.writeInt32BE(header.hashSlotCount, 32);
  bytes.writeInt32BE(header.indexCount, 36);
  return bytes;
}

export function decodeIndexHeader(bytes: Buffer): IndexHeader {
  return {
    beginTimestamp: readInt64(bytes, 0),
    endTimestamp: readInt64(bytes, 8),
    beginPhysicalOffset: readInt64(bytes, 16),
    endPhysicalOffset: readInt64(bytes, 24),
    hashSlotCount: bytes.readInt32BE(32),
    // As Java: a file that is new says 0.
    indexCount: Math.max(1, bytes.readInt32BE(36)),
  };
}

export function writeIndexEntry(target: Buffer, at: number, entry: IndexEntry): void {
  writeInt32(target, entry.keyHash, at);
  writeInt64(target, entry.physicalOffset, at + 4);
  writeInt32(target, entry.seconds, at + 12);
  writeInt32(target, entry.previous, at + 16);
}

export function readIndexEntry(bytes: Buffer, at: number): IndexEntry {
  return {
    keyHash: bytes.readInt32BE(at),
    physicalOffset: readInt64(bytes, at + 4),
    seconds: bytes.readInt32BE(at + 12),
    previous: bytes.readInt32BE(at + 16),
  };
}

/** @returns 0 before the begin, int32 */
export function secondsAfter(beginTimestamp: number, timestamp: number): number {
  if (beginTimestamp <= 0) return 0;
  return Math.min(INT32_MAX, Math.max(0, Math.floor((timestamp - beginTimestamp) / 1000)));
}

/** A file is named after the local time of its creation: `yyyyMMddHHmmssSSS`. As Java: UtilAll.timeMillisToHumanString. */
export function indexFileName(timeMs: number): string {
  const time = new Date(timeMs);
  const parts = [time.getMonth() + 1, time.getDate(), time.getHours(), time.getMinutes(), time.getSeconds()];
  const text = parts.map((part) => String(part).padStart(2, '0')).join('');
  return `${String(time.getFullYear()).padStart(4, '0')}${text}${String(time.getMilliseconds()).padStart(3, '0')}`;
}

export const isIndexFileName = (name: string): boolean => /^\d{17}$/.test(name);
