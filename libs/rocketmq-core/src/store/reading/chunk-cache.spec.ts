import { ChunkCache } from './chunk-cache.js';

const KIB = 1024;
const CHUNK = 256 * KIB;

function cacheOf(segmentSize = 1024 * KIB) {
  const reads: [from: number, to: number][] = [];
  const read = (into: Buffer, from: number) => {
    reads.push([from, from + into.length]);
    return into.length;
  };
  const cache = new ChunkCache({ segmentSize, read });
  /** One read that wants the bytes of each pair. */
  const want = (...ranges: [from: number, to: number][]) => {
    cache.begin();
    return ranges.map(([from, to]) => cache.chunkOf(from, to, 10 * 1024 * KIB)?.from);
  };
  return { cache, reads, want };
}

describe('ChunkCache', () => {
  it('brings a chunk in when a second read wants it', () => {
    const { reads, want } = cacheOf();
    expect(want([100, 200], [300, 400])).toEqual([undefined, undefined]);
    expect(want([500, 600], [CHUNK, CHUNK + 1])).toEqual([0, undefined]);
    expect(want([100, 200])).toEqual([0]);
    expect(reads).toEqual([[0, CHUNK]]);
  });

  it('knows no chunk for what lies across the border of two', () => {
    const { want } = cacheOf();
    want([CHUNK - 10, CHUNK + 10]);
    expect(want([CHUNK - 10, CHUNK + 10])).toEqual([undefined]);
  });

  it('ends a chunk where its segment ends', () => {
    const { reads, want } = cacheOf(300 * KIB);
    want([CHUNK, CHUNK + 10]);
    expect(want([CHUNK + 10, CHUNK + 20])).toEqual([CHUNK]);
    want([300 * KIB, 300 * KIB + 1]);
    expect(want([300 * KIB, 300 * KIB + 1])).toEqual([300 * KIB]);
    expect(reads).toEqual([
      [CHUNK, 300 * KIB],
      [300 * KIB, 300 * KIB + CHUNK],
    ]);
  });

  it('takes no chunk that is still being written', () => {
    const { cache } = cacheOf();
    for (let i = 0; i < 3; i++) {
      cache.begin();
      expect(cache.chunkOf(0, 100, CHUNK - 1)).toBeUndefined();
    }
    cache.begin();
    expect(cache.chunkOf(0, 100, CHUNK)).toBeUndefined();
    cache.begin();
    expect(cache.chunkOf(0, 100, CHUNK)).toBeDefined();
  });

  it('takes no chunk of which less can be read than it has', () => {
    const cache = new ChunkCache({ segmentSize: 1024 * KIB, read: () => 10 });
    for (let i = 0; i < 3; i++) {
      cache.begin();
      expect(cache.chunkOf(0, 100, CHUNK)).toBeUndefined();
    }
  });

  it('forgets the chunk that was used longest ago', () => {
    const { reads, want } = cacheOf();
    const chunk = (i: number): [number, number] => [i * CHUNK, i * CHUNK + 1];
    for (let i = 0; i < 17; i++) {
      want(chunk(i));
      want(chunk(i));
      want(chunk(0));
    }
    expect(reads).toHaveLength(17);
    want(chunk(0));
    expect(reads).toHaveLength(17);
    want(chunk(1));
    want(chunk(1));
    expect(reads).toHaveLength(18);
  });
});
