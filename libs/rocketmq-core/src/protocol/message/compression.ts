import { deflateSync, inflateSync } from 'node:zlib';

// The root entry of the package has a top-level await, which would forbid `require()` of this library. Its public `decompress` has no limit; the
// binding below it takes one.
import { _NapiBindings as zstd } from '@cloudpss/zstd/napi';
import { compressFrameSync, decompressFrameSync } from 'lz4-napi';

import { messageOf, ProtocolViolation } from '../../base/index.js';
import { lz4ContentSize } from './lz4-frame.js';
import type { CompressionType } from './sys-flags.js';

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
 * @param sizeMax refused when it would become larger: no more than this is ever allocated
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
    if (lz4ContentSize(bytes, sizeMax) > sizeMax) throw new ProtocolViolation(`more than ${sizeMax} bytes`);
    return decompressFrameSync(bytes);
  },
  zstd: (bytes, sizeMax) => zstd.decompress(bytes, sizeMax),
};
