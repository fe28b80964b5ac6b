import { fullness, queueLimits } from './pull-limits.js';

const MIB = 1024 * 1024;
const settings = {
  orderly: false,
  pullThresholdForQueue: 1000,
  pullThresholdSizeForQueue: 100,
  pullThresholdForTopic: undefined,
  pullThresholdSizeForTopic: undefined,
  consumeConcurrentlyMaxSpan: 2000,
};

describe('the limits of what a queue holds', () => {
  it.each([
    [{ count: 10, bytes: 3 * MIB - 1, span: 20 }, undefined],
    [{ count: 11, bytes: 3 * MIB, span: 21 }, 'count'],
    [{ count: 10, bytes: 3 * MIB, span: 21 }, 'size'],
    [{ count: 10, bytes: 0, span: 21 }, 'span'],
  ])('are passed by %j: %s', (window, expected) => {
    expect(fullness(window, { count: 10, sizeMib: 2, span: 20 })).toBe(expected);
  });

  it('are asked for a share of them', () => {
    expect(fullness({ count: 6, bytes: 0, span: 0 }, { count: 10, sizeMib: 2, span: 20 }, 0.5)).toBe('count');
    expect(fullness({ count: 5, bytes: MIB, span: 10 }, { count: 10, sizeMib: 2, span: 20 }, 0.5)).toBeUndefined();
  });

  it('are those of the settings, without a span for orderly consumers', () => {
    expect(queueLimits(settings, 4)).toEqual({ count: 1000, sizeMib: 100, span: 2000 });
    expect(queueLimits({ ...settings, orderly: true }, 4).span).toBe(Infinity);
  });

  it('share those of all queues, and leave each at least one', () => {
    const shared = { ...settings, pullThresholdForTopic: 10, pullThresholdSizeForTopic: 2 };
    expect(queueLimits(shared, 3)).toEqual({ count: 3, sizeMib: 1, span: 2000 });
    expect(queueLimits(shared, 0)).toMatchObject({ count: 10, sizeMib: 2 });
  });
});
