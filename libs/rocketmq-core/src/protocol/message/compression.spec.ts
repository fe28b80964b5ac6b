import { randomBytes } from 'node:crypto';

import { _NapiBindings as zstd } from '@cloudpss/zstd/napi';
import fc from 'fast-check';
import { compressFrameSync } from 'lz4-napi';

import { isProtocolViolation } from '../../base/index.js';
import { compress, decompress } from './compression.js';
import { lz4ContentSize } from './lz4-frame.js';
import type { CompressionType } from './sys-flags.js';
import { readZstdFrame } from './zstd-frame.js';

const types: readonly CompressionType[] = ['zlib', 'lz4', 'zstd'];
const MIB = 1 << 20;

const outcome = (bytes: Buffer, type: CompressionType, sizeMax: number) => {
  try {
    return decompress(bytes, type, sizeMax).length;
  } catch (error) {
    if (isProtocolViolation(error)) return 'violation';
    throw error;
  }
};

/** A frame without content size, as a Java stream writes it. */
function streamedZstd(body: Buffer): Buffer {
  const parts: Buffer[] = [];
  const compressor = new zstd.Compressor(3);
  const keep = (data: Buffer) => parts.push(Buffer.from(data));
  for (let at = 0; at < body.length; at += 100_000) compressor.data(body.subarray(at, at + 100_000), keep);
  compressor.end(keep);
  return Buffer.concat(parts);
}

/** The frames of two bodies end to end. */
const twice = (frame: Buffer, other: Buffer) => Buffer.concat([frame, other]);

describe.each(types)('%s', (type) => {
  it('gives back what was compressed', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), fc.nat(200), (part, times) => {
        const body = Buffer.concat(Array<Uint8Array>(times).fill(part));
        expect(decompress(compress(body, type), type, body.length)).toEqual(body);
      }),
    );
  });

  it('holds the limit to the byte', () => {
    for (const body of [Buffer.alloc(3 * MIB), randomBytes(3 * MIB), Buffer.from('abc'.repeat(MIB))]) {
      const bytes = compress(body, type);
      expect(outcome(bytes, type, 3 * MIB)).toBe(3 * MIB);
      expect(outcome(bytes, type, 3 * MIB - 1)).toBe('violation');
    }
  });

  it('refuses a bomb without unfolding it', () => {
    const bomb = compress(Buffer.alloc(400 * MIB), type);
    const before = process.memoryUsage().rss;
    expect(outcome(bomb, type, 4 * MIB)).toBe('violation');
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * MIB);
  });

  it('refuses a cut body', () => {
    const bytes = compress(Buffer.from('hello '.repeat(1000)), type);
    for (let size = 0; size < bytes.length; size++) expect(outcome(bytes.subarray(0, size), type, MIB)).toBe('violation');
  });

  it('refuses garbage with a typed error', () => {
    const good = compress(Buffer.from('hello '.repeat(100)), type);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(), (bytes, at) => {
        expect(outcome(Buffer.from(bytes), type, MIB)).toBeDefined();
        const spoilt = Buffer.from(good);
        spoilt.set(bytes.slice(0, 4), at % (good.length - 4));
        const size = outcome(spoilt, type, 1000);
        expect(size === 'violation' || size <= 1000).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

describe('zstd', () => {
  it('reads frames that state no content size, within the limit', () => {
    const body = Buffer.from('hello '.repeat(100_000));
    const bytes = streamedZstd(body);
    expect(decompress(bytes, 'zstd', body.length)).toEqual(body);
    expect(outcome(bytes, 'zstd', body.length - 1)).toBe('violation');
    expect(outcome(streamedZstd(Buffer.alloc(400 * MIB)), 'zstd', MIB)).toBe('violation');
  });

  it('reads many small blocks, whose bound is far above their content', () => {
    const compressor = new zstd.Compressor(3);
    const parts: Buffer[] = [];
    const keep = (data: Buffer) => parts.push(Buffer.from(data));
    compressor.data(randomBytes(10), keep);
    compressor.end(keep);
    const frame = Buffer.concat(parts);
    const block = frame.subarray(6);
    const notLast = Buffer.from(block);
    notLast[0] = (block[0] ?? 0) & 0xfe;
    const many = Buffer.concat([frame.subarray(0, 6), ...Array<Buffer>(1000).fill(notLast), block]);
    expect(readZstdFrame(many)).toMatchObject({ contentSize: undefined, sizeBound: 1001 * 128 * 1024 });
    expect(outcome(many, 'zstd', 10_010)).toBe(10_010);
    expect(outcome(many, 'zstd', 10_009)).toBe('violation');
  });

  it('refuses a header that promises less than comes', () => {
    const frame = compress(Buffer.alloc(100 * MIB), 'zstd');
    expect(readZstdFrame(frame).contentSize).toBe(100 * MIB);
    frame.writeUInt32LE(10, frame[4] === 0xa0 ? 5 : 6);
    expect(outcome(frame, 'zstd', MIB)).toBe('violation');
  });

  it('holds the limit over several frames', () => {
    const small = compress(Buffer.alloc(10), 'zstd');
    const bomb = compress(Buffer.alloc(100 * MIB), 'zstd');
    expect(outcome(twice(small, bomb), 'zstd', MIB)).toBe('violation');
  });
});

describe('lz4', () => {
  it('reads frames with checksums', () => {
    const body = Buffer.from('hello '.repeat(1000));
    const frame = compressFrameSync(body, { contentChecksum: true, blockChecksums: true });
    expect(decompress(frame, 'lz4', body.length)).toEqual(body);
    expect(lz4ContentSize(frame, Infinity)).toBe(body.length);
  });

  it('refuses bytes behind the frame', () => {
    const frame = compress(Buffer.from('hello'), 'lz4');
    expect(outcome(twice(frame, compress(Buffer.alloc(100 * MIB), 'lz4')), 'lz4', MIB)).toBe('violation');
  });
});
