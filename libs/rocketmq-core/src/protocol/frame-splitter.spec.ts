import fc from 'fast-check';
import { ProtocolViolation } from '../base/index.js';
import { defaultFrameLimits } from './frame-limits.js';
import { FrameSplitter } from './frame-splitter.js';

/** A frame of `size` bytes behind its prefix, with a body that tells its bytes apart. */
function frameOf(size: number, headerSize = 0): Buffer {
  const bytes = Buffer.alloc(8 + size);
  bytes.writeInt32BE(4 + size, 0);
  bytes.writeInt32BE(headerSize, 4);
  for (let at = 8; at < bytes.length; at += 1) bytes[at] = at * 31;
  return bytes;
}

function split(chunks: readonly Buffer[], splitter = new FrameSplitter()): Buffer[] {
  const frames: Buffer[] = [];
  for (const chunk of chunks) splitter.push(chunk, (frame) => frames.push(frame));
  return frames;
}

function cut(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const chunks: Buffer[] = [];
  let at = 0;
  for (const size of sizes) {
    chunks.push(bytes.subarray(at, at + size));
    at += size;
  }
  return [...chunks, bytes.subarray(at)];
}

describe('FrameSplitter', () => {
  it('delivers frames of one chunk as views of it', () => {
    const frames = [frameOf(0), frameOf(5), frameOf(300)];
    const chunk = Buffer.concat(frames);
    const delivered = split([chunk]);
    expect(delivered).toEqual(frames);
    expect(delivered.every((frame) => frame.buffer === chunk.buffer)).toBe(true);
  });

  it('is right when fed one byte at a time', () => {
    const frames = [frameOf(0), frameOf(1), frameOf(100), frameOf(0)];
    const splitter = new FrameSplitter();
    expect(split(cut(Buffer.concat(frames), Array<number>(140).fill(1)), splitter)).toEqual(frames);
    expect(splitter.bufferedSize).toBe(0);
  });

  it('is right for any cut of any frames', () => {
    const sizes = fc.array(fc.oneof(fc.nat(40), fc.nat(3000), fc.integer({ min: 60_000, max: 200_000 })), { minLength: 1, maxLength: 6 });
    const cuts = fc.array(fc.oneof(fc.integer({ min: 0, max: 9 }), fc.nat(70_000)), { maxLength: 30 });
    fc.assert(
      fc.property(sizes, cuts, (frameSizes, chunkSizes) => {
        const frames = frameSizes.map((size) => frameOf(size));
        const delivered = split(cut(Buffer.concat(frames), chunkSizes));
        expect(delivered.length).toBe(frames.length);
        expect(delivered.every((frame, at) => frame.equals(frames[at] ?? Buffer.alloc(0)))).toBe(true);
      }),
    );
  });

  it('delivers a frame as soon as its last byte is there', () => {
    const bytes = frameOf(10);
    const splitter = new FrameSplitter();
    expect(split([bytes.subarray(0, -1)], splitter)).toEqual([]);
    expect(splitter.bufferedSize).toBe(bytes.length - 1);
    expect(split([bytes.subarray(-1)], splitter)).toEqual([bytes]);
  });

  it('does not write into a delivered frame again', () => {
    const first = frameOf(50);
    const splitter = new FrameSplitter();
    const delivered = split(cut(first, [20]), splitter);
    split(cut(Buffer.concat([frameOf(90), frameOf(90)]), [30]), splitter);
    expect(delivered).toEqual([first]);
  });

  it('does not take memory on the word of a length alone', () => {
    const start = Buffer.alloc(100);
    start.writeInt32BE(defaultFrameLimits.frameSizeMax, 0);
    const before = process.memoryUsage().arrayBuffers;
    const splitters = Array.from({ length: 40 }, () => new FrameSplitter());
    for (const splitter of splitters) splitter.push(start, () => undefined);
    // 40 times 16 MiB would be 640 MiB.
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * 1024 * 1024);
    expect(splitters.map((splitter) => splitter.bufferedSize)).toEqual(Array<number>(40).fill(100));
  });

  it.each([
    ['too short', 3, 0],
    ['negative', -5, 0],
    ['too long', 16_777_217, 0],
    ['shorter than its header', 10, 7],
    ['of unknown type', 10, 0x500_0000],
    ['with a header over the limit', 1_000_000, 262_145],
  ])('refuses a frame that is %s, after those before it', (_, length, headerWord) => {
    const bad = Buffer.alloc(8);
    bad.writeInt32BE(length, 0);
    bad.writeInt32BE(headerWord, 4);
    const good = frameOf(3);
    const frames: Buffer[] = [];
    expect(() => new FrameSplitter().push(Buffer.concat([good, bad]), (frame) => frames.push(frame))).toThrow(ProtocolViolation);
    expect(frames).toEqual([good]);
    const slow = new FrameSplitter();
    expect(() => split(cut(bad, [1, 2, 3]), slow)).toThrow(ProtocolViolation);
  });

  it('accepts the largest frame and no larger one', () => {
    const limits = { ...defaultFrameLimits, frameSizeMax: 100 };
    expect(split([frameOf(96)], new FrameSplitter(limits))).toHaveLength(1);
    expect(() => split([frameOf(97)], new FrameSplitter(limits))).toThrow('frame length 101');
  });
});
