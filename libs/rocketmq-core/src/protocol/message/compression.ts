import { deflateSync, inflateSync } from 'node:zlib';

import { compressFrameSync, decompressFrameSync } from 'lz4-napi';

import { messageOf, ProtocolViolation } from '../../base/index.js';
import { lz4ContentSize } from './lz4-frame.js';
import type { CompressionType } from './sys-flags.js';
import { zstd } from './zstd-binding.cjs';
import { readZstdFrame } from './zstd-frame.js';

/** As Java's producer: compressLevel of the message body. */
export const COMPRESSION_LEVEL = 5;

/** @param level for zlib 0 to 9, for zstd 1 to 22; lz4 frames have one level */
export function compress(body: Buffer, type: CompressionType, level = COMPRESSION_LEVEL): Buffer {
  switch (type) {
    case 'zlib':
      return deflateSync(body, { level });
    case 'lz4':
      return compressFrameSync(body);
    case 'zstd':
      return zstd.compress(body, level);
  }
}

/**
 * @param sizeMax refused when it would become larger: little more than this is ever allocated
 * @throws ProtocolViolation for that and for bytes that are not of this type
 */
export function decompress(bytes: Buffer, type: CompressionType, sizeMax: number): Buffer {
  try {
    return decompressors[type](bytes, sizeMax);
  } catch (error) {
    throw new ProtocolViolation(`${type} body of ${bytes.length} bytes cannot be decompressed: ${messageOf(error)}`);
  }
}

const decompressors: Record<CompressionType, (bytes: Buffer, sizeMax: number) => Buffer> = {
  zlib: (bytes, sizeMax) => inflateSync(bytes, { maxOutputLength: Math.max(sizeMax, 1) }),
  lz4: (bytes, sizeMax) => {
    refuseAbove(sizeMax, lz4ContentSize(bytes, sizeMax));
    return decompressFrameSync(bytes);
  },
  zstd: decompressZstd,
};

function refuseAbove(sizeMax: number, size: number): void {
  if (size > sizeMax) throw new ProtocolViolation(`more than ${sizeMax} bytes`);
}

/** The bound of a frame without content size counts whole blocks, so it may exceed what the frame holds. */
const ZSTD_BOUND_SLACK = 1024 * 1024;
const ZSTD_WINDOW_MAX = 8 * 1024 * 1024;

function decompressZstd(bytes: Buffer, sizeMax: number): Buffer {
  const frame = readZstdFrame(bytes);
  if (frame.contentSize !== undefined) refuseAbove(sizeMax, frame.contentSize);
  if (frame.sizeBound > sizeMax + ZSTD_BOUND_SLACK) return streamZstd(bytes, frame.windowSize, sizeMax);
  // The binding refuses from its limit on.
  const body = zstd.decompress(bytes, frame.sizeBound + 1);
  refuseAbove(sizeMax, body.length);
  return body;
}

/** For a frame of many small blocks: as slow as it is rare. */
function streamZstd(bytes: Buffer, windowSize: number, sizeMax: number): Buffer {
  if (windowSize > Math.max(sizeMax, ZSTD_WINDOW_MAX)) throw new ProtocolViolation(`window of ${windowSize} bytes`);
  const parts: Buffer[] = [];
  let size = 0;
  const keep = (part: Buffer) => {
    refuseAbove(sizeMax, (size += part.length));
    parts.push(part);
  };
  const stream = new zstd.Decompressor();
  stream.data(bytes, keep);
  stream.end(keep);
  return Buffer.concat(parts, size);
}
