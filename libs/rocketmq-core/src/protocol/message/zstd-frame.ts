// The zstd frame (RFC 8878), read only as far as its sizes need. Java streams its frames, which leaves out the content size.
//
//     0        4     5         +0|1     +0|1|2|4    +0|1|2|4|8
//     | magic  | FHD | window  | dictId | content size | block … | check 4? |
//     block: 3 bytes little-endian: bit 0 last, bits 1-2 raw 0, rle 1, compressed 2, bits 3-23 size | bytes (rle: one)
import { ByteReader, OutOfBytes, ProtocolViolation } from '../../base/index.js';

const MAGIC = 0xfd2fb528;
const BLOCK_SIZE_MAX = 128 * 1024;
const FLAG_SINGLE_SEGMENT = 0x20;
const FLAG_CHECKSUM = 0x04;
const RLE = 1;

export interface ZstdFrame {
  /** What the header promises; undefined when it says nothing. */
  readonly contentSize: number | undefined;
  /** No decoder produces more than this. */
  readonly sizeBound: number;
  /** Bytes that a streaming decoder keeps. */
  readonly windowSize: number;
}

/** @throws ProtocolViolation when the bytes are not exactly one whole frame */
export function readZstdFrame(bytes: Buffer): ZstdFrame {
  try {
    return readFrame(new ByteReader(bytes));
  } catch (error) {
    if (error instanceof OutOfBytes) throw new ProtocolViolation(`zstd frame cut short: ${error.message}`);
    throw error;
  }
}

function readFrame(reader: ByteReader): ZstdFrame {
  if (littleEndian(reader, 4) !== MAGIC) throw new ProtocolViolation('no zstd frame');
  const flags = reader.uint8();
  const single = (flags & FLAG_SINGLE_SEGMENT) !== 0;
  const declaredWindow = single ? undefined : windowOf(reader.uint8());
  reader.skip([0, 1, 2, 4][flags & 3] ?? 0);
  const contentSize = contentSizeOf(reader, flags >> 6, single);
  const windowSize = declaredWindow ?? contentSize ?? 0;
  const blocks = countBlocks(reader);
  reader.skip((flags & FLAG_CHECKSUM) === 0 ? 0 : 4);
  if (reader.remaining !== 0) throw new ProtocolViolation(`${reader.remaining} bytes behind a zstd frame`);
  return { contentSize, windowSize, sizeBound: contentSize ?? blocks * Math.min(BLOCK_SIZE_MAX, windowSize) };
}

function windowOf(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3));
  return base + (base / 8) * (descriptor & 7);
}

function contentSizeOf(reader: ByteReader, flag: number, single: boolean): number | undefined {
  if (flag === 0) return single ? reader.uint8() : undefined;
  if (flag === 1) return littleEndian(reader, 2) + 256;
  return littleEndian(reader, flag === 2 ? 4 : 8);
}

function countBlocks(reader: ByteReader): number {
  for (let count = 1; ; count++) {
    const head = littleEndian(reader, 3);
    reader.skip(((head >> 1) & 3) === RLE ? 1 : head >> 3);
    if ((head & 1) === 1) return count;
  }
}

function littleEndian(reader: ByteReader, size: number): number {
  const bytes = reader.slice(size);
  return size < 8 ? bytes.readUIntLE(0, size) : bytes.readUInt32LE(0) + bytes.readUInt32LE(4) * 2 ** 32;
}
