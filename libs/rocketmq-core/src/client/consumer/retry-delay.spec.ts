import { retryDelay } from './retry-delay.js';

const levels = [1000, 5000, 10_000];

describe('the delay of a retry', () => {
  it.each([
    [{}, { kind: 'level', level: 0 }],
    [{ delayLevel: 2 }, { kind: 'level', level: 2 }],
    [{ delayLevel: -7 }, { kind: 'level', level: -1 }],
    [{ delayLevel: 1e12 }, { kind: 'level', level: 0x7fffffff }],
    [{ delayLevel: NaN }, { kind: 'level', level: 0 }],
    [{ delayMs: 5000 }, { kind: 'level', level: 2 }],
    [
      { delayMs: 5000, delayLevel: 1 },
      { kind: 'level', level: 2 },
    ],
    [{ delayMs: 5001 }, { kind: 'timer', delayMs: 5001, orLevel: 3 }],
    [{ delayMs: 0 }, { kind: 'timer', delayMs: 0, orLevel: 1 }],
    [{ delayMs: -3 }, { kind: 'timer', delayMs: 0, orLevel: 1 }],
    [{ delayMs: 3_600_000 }, { kind: 'timer', delayMs: 3_600_000, orLevel: 3 }],
    [{ delayMs: Infinity }, { kind: 'timer', delayMs: Number.MAX_SAFE_INTEGER, orLevel: 3 }],
    [{ delayMs: NaN }, { kind: 'level', level: 0 }],
  ] as const)('%j is %j', (wish, expected) => {
    expect(retryDelay(wish, levels)).toEqual(expected);
  });

  it('takes the shortest of the longer levels of a table without order', () => {
    expect(retryDelay({ delayMs: 1500 }, [10_000, 1000, 2000])).toEqual({ kind: 'timer', delayMs: 1500, orLevel: 3 });
  });
});
