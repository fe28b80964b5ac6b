import { FakeClock } from '../../../testing/index.js';
import { ResponseCode } from '../../protocol/index.js';
import type { BatchListener, ConsumeContext, ReceivedMessage } from '../message-types.js';
import { ConsumeFigures } from './consume-figures.js';

const queue = { topic: 'T', brokerName: 'b', queueId: 0 };
const context = { group: 'G', queue, attempt: 1, signal: new AbortController().signal } satisfies ConsumeContext;
const messages = (count: number) => Array.from({ length: count }, () => ({ topic: 'T' }) as ReceivedMessage);

describe('ConsumeFigures', () => {
  it('measures what the listener does without changing it', async () => {
    const clock = new FakeClock();
    const figures = new ConsumeFigures(clock);
    const listeners: readonly [BatchListener, number][] = [
      [() => undefined, 3],
      [() => ({ retry: true }), 2],
      [() => Promise.resolve([undefined, { retry: true }]), 2],
    ];
    for (const [listener, count] of listeners) {
      const expected = await listener(messages(count), context);
      expect(await figures.measuredListener(listener)(messages(count), context)).toEqual(expected);
    }
    const failing = figures.measuredListener(() => {
      throw new Error('no');
    });
    expect(() => failing(messages(1), context)).toThrow('no');
    const rejecting = figures.measuredListener(() => Promise.reject(new Error('later')));
    await expect(rejecting(messages(1), context)).rejects.toThrow('later');
    const status = figures.statusOf('T');
    expect(status.consumeFailedMsgs).toBe(5);
    expect(status.consumeOKTPS).toBeCloseTo(0.4);
    expect(status.consumeFailedTPS).toBeCloseTo(0.5);
    expect(figures.timesOf(queue).lastConsume).toBe(clock.now());
  });

  it('answers in the same turn when the listener does', () => {
    const figures = new ConsumeFigures(new FakeClock());
    expect(figures.measuredListener(() => undefined)(messages(1), context)).toBeUndefined();
  });

  it('measures the pulls that bring messages', async () => {
    const clock = new FakeClock();
    const figures = new ConsumeFigures(clock);
    const answers = [ResponseCode.SUCCESS, ResponseCode.PULL_NOT_FOUND];
    const calls = figures.measuredPulls(
      {
        pull: async () => {
          await clock.advance(40);
          return { code: answers.shift() ?? 0, remark: undefined, header: {}, ext: new Map(), body: undefined, version: 0 };
        },
      },
      queue,
    );
    await calls.pull('a:1', {} as never, { timeoutMs: 1 });
    await calls.pull('a:1', {} as never, { timeoutMs: 1 });
    figures.pulled('T', 20);
    expect(figures.statusOf('T')).toMatchObject({ pullRT: 40, pullTPS: 2 });
    expect(figures.timesOf(queue).lastPull).toBe(clock.now() - 40);
  });
});
