import { parseDelayLevels } from './delay-levels.js';

describe('parseDelayLevels', () => {
  it('reads seconds, minutes, hours and days', () => {
    expect(parseDelayLevels('1s 2m  3h 4d')).toEqual([1000, 120_000, 10_800_000, 345_600_000]);
  });
  it('names what is no delay', () => {
    expect(() => parseDelayLevels('1s 5x')).toThrow(/messageDelayLevel: 5x is no delay/);
  });
});
