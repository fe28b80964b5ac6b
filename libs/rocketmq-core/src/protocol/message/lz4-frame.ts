// The LZ4 frame as Java writes it (LZ4FrameOutputStream), read only as far as its size needs:
//
//     0        4     5     6              +8?            +1
//     | magic  | FLG | BD  | content size | header check | block … | end mark 0 | content check 4? |
//     block: int32 size, bit 31 = stored as it is | bytes | block check 4?           (little-endian)
//
// The native decoder has no limit of its own, so the size is known before it runs: the sum of what all sequences of all blocks produce.
import { ByteReader, OutOfBytes, ProtocolViolation } from '../../base/index.js';

const MAGIC = 0x184d2204;
const FLG_BLOCK_CHECKSUM = 0x10;
const FLG_CONTENT_SIZE = 0x08;
const FLG_CONTENT_CHECKSUM = 0x04;
const FLG_DICTIONARY = 0x01;
const STORED = 0x8000_0000;

/**
 * Bytes that the frame decompresses to; counting ends as soon as they exceed `sizeMax`.
 * @throws ProtocolViolation when the bytes are not exactly one whole frame
 */
export function lz4ContentSize(frame: Buffer, sizeMax: number): number {
  try {
    return contentSize(new ByteReader(frame), frame, sizeMax);
  } catch (error) {
    if (error instanceof OutOfBytes) throw new ProtocolViolation(`lz4 frame cut short: ${error.message}`);
    throw error;
  }
}

function contentSize(reader: ByteReader, frame: Buffer, sizeMax: number): number {
  const flags = readHeader(reader);
  let size = 0;
  for (let head = littleEndian(reader); head !== 0; head = littleEndian(reader)) {
    const at = reader.offset;
    const blockSize = head % STORED;
    reader.skip(blockSize);
    size += head >= STORED ? blockSize : producedBy(frame, at, at + blockSize, sizeMax - size);
    if (size > sizeMax) return size;
    if ((flags & FLG_BLOCK_CHECKSUM) !== 0) reader.skip(4);
  }
  if ((flags & FLG_CONTENT_CHECKSUM) !== 0) reader.skip(4);
  if (reader.remaining !== 0) throw new ProtocolViolation(`${reader.remaining} bytes behind an lz4 frame`);
  return size;
}

function readHeader(reader: ByteReader): number {
  if (littleEndian(reader) !== MAGIC) throw new ProtocolViolation('no lz4 frame');
  const flags = reader.uint8();
  if (flags >> 6 !== 1 || (flags & FLG_DICTIONARY) !== 0) throw new ProtocolViolation(`lz4 frame flags 0x${flags.toString(16)}`);
  reader.skip(1 + ((flags & FLG_CONTENT_SIZE) !== 0 ? 8 : 0) + 1);
  return flags;
}

function littleEndian(reader: ByteReader): number {
  return reader.slice(4).readUInt32LE(0);
}

/** Sums literal and match lengths of one block's sequences without decoding them. Stops beyond `sizeMax`. */
function producedBy(frame: Buffer, start: number, end: number, sizeMax: number): number {
  let size = 0;
  let at = start;
  while (at < end && size <= sizeMax) {
    const token = frame[at++] ?? 0;
    let literals = token >> 4;
    if (literals === 15) {
      const tail = lengthTail(frame, at, end);
      literals += tail;
      at += tailSize(tail);
    }
    at += literals;
    size += literals;
    // The last sequence of a block has literals only.
    if (at >= end) break;
    at += 2;
    size += (token & 15) + 4;
    if ((token & 15) === 15) {
      const tail = lengthTail(frame, at, end);
      size += tail;
      at += tailSize(tail);
    }
  }
  return size;
}

const tailSize = (tail: number) => Math.floor(tail / 255) + 1;

/** A length of 15 goes on in bytes of 255 up to one that is smaller. */
function lengthTail(frame: Buffer, start: number, end: number): number {
  let tail = 0;
  for (let at = start; at < end; at++) {
    const byte = frame[at] ?? 0;
    tail += byte;
    if (byte !== 255) return tail;
  }
  throw new ProtocolViolation('lz4 block cut short');
}
