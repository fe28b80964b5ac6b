import { verdictsOf } from './verdicts.js';

describe('what a listener said', () => {
  it.each([
    ['nothing', undefined, undefined],
    ['no retry', { retry: false, delayLevel: 3 }, undefined],
    [
      'retry',
      { retry: true, delayMs: 5 },
      [
        { retry: true, delayMs: 5 },
        { retry: true, delayMs: 5 },
      ],
    ],
    [
      'a dead letter',
      { deadLetter: true },
      [
        { retry: true, delayLevel: -1 },
        { retry: true, delayLevel: -1 },
      ],
    ],
    ['each its own', [undefined, { deadLetter: true }], [undefined, { retry: true, delayLevel: -1 }]],
    ['each consumed', [undefined, { retry: false }], undefined],
    ['consumed up to the first', { ackIndex: 0, delayLevel: 2 }, [undefined, { retry: true, delayLevel: 2 }]],
    ['consumed none', { ackIndex: -1 }, [{ retry: true }, { retry: true }]],
    ['consumed all and more', { ackIndex: 9 }, undefined],
    ['something that is no result', 7 as never, undefined],
    ['null', null, undefined],
  ] as const)('%s', (_what, result, expected) => {
    expect(verdictsOf(result, 2)).toEqual(expected);
  });

  it('is nothing when it is of another length', () => {
    expect(() => verdictsOf([undefined], 2)).toThrow('1 results for 2 messages');
  });
});
