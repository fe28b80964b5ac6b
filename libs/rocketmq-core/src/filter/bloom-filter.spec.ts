import { BloomFilter } from './bloom-filter.js';

describe('BloomFilter', () => {
  const filter = new BloomFilter(20, 32);

  it('has the size that Apache computes from its default settings', () => {
    expect(filter).toMatchObject({ hashes: 3, bitNum: 112 });
  });

  // Printed by Apache's BloomFilter of 5.5.0; names shorter, as long as and longer than a block of the hash.
  it.each([
    ['group-中#orders', [90, 22, 103]],
    ['g#t', [22, 87, 58]],
    ['', [0, 0, 0]],
    ['0123456789abcde', [87, 93, 12]],
    ['0123456789abcdef', [11, 47, 60]],
    ['0123456789abcdef0123456789abcdefX', [80, 25, 12]],
  ])('gives %s the bits that Apache gives it', (name, bitPos) => {
    expect(filter.bitsOf(name)).toEqual({ bitNum: 112, bitPos });
  });

  it('follows other settings', () => {
    expect(new BloomFilter(1, 64).bitsOf('group#topic')).toEqual({ bitNum: 616, bitPos: [583, 413, 133, 368, 12, 534, 462] });
  });
});
