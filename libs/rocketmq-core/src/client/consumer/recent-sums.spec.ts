import { RecentSums } from './recent-sums.js';

const window = { bucketMs: 10, bucketCount: 3 };

describe('RecentSums', () => {
  it('adds up what lies in the window and forgets what does not', () => {
    const sums = new RecentSums(window, 0);
    sums.add(5, 4);
    sums.add(12, 2);
    expect(sums.read(15)).toEqual({ sum: 6, mean: 3, perSecond: 400 });
    expect(sums.read(29)).toMatchObject({ sum: 6 });
    expect(sums.read(30)).toMatchObject({ sum: 2, mean: 2 });
    sums.add(35, 9);
    expect(sums.read(39)).toMatchObject({ sum: 11 });
    expect(sums.read(1000)).toEqual({ sum: 0, mean: 0, perSecond: 0 });
  });

  it('counts a young window as at least one bucket', () => {
    const sums = new RecentSums(window, 100);
    sums.add(101, 1);
    expect(sums.read(101).perSecond).toBe(100);
    expect(sums.read(120).perSecond).toBe(50);
  });
});
