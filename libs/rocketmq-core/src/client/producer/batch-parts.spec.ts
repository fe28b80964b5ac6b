import { batchParts } from './batch-parts.js';

describe('batchParts', () => {
  it('fills each part up to the limit and keeps the order', () => {
    expect(batchParts([4, 4, 2, 5, 5, 1], 10)).toEqual([
      [0, 3],
      [3, 5],
      [5, 6],
    ]);
  });

  it('gives an element beyond the limit a part of its own', () => {
    expect(batchParts([1, 20, 1], 10)).toEqual([
      [0, 1],
      [1, 2],
      [2, 3],
    ]);
  });

  it('limits the count', () => {
    expect(batchParts([1, 1, 1, 1, 1], 10, 2)).toEqual([
      [0, 2],
      [2, 4],
      [4, 5],
    ]);
  });

  it('makes no part of nothing', () => {
    expect(batchParts([], 10)).toEqual([]);
  });
});
