import { FakeClock } from '../../../testing/index.js';
import { ResponseCode } from '../../protocol/index.js';
import { ConsumeFigures } from './consume-figures.js';

const queue = { topic: 'T', brokerName: 'b', queueId: 0 };

describe('ConsumeFigures', () => {
  it('measures the calls of the listener', async () => {
    const clock = new FakeClock();
    const figures = new ConsumeFigures(clock);
    const startedMs = clock.monotonic();
    await clock.advance(10);
    figures.called(queue, startedMs, 3, 1);
    figures.called({ ...queue }, startedMs + 10, 1, 4);
    expect(figures.statusOf('T')).toMatchObject({ consumeRT: 5, consumeOKTPS: 0.4, consumeFailedTPS: 0.5, consumeFailedMsgs: 5 });
    expect(figures.timesOf(queue).lastConsume).toBe(clock.now());
    expect(figures.statusOf('%RETRY%G').consumeRT).toBe(0);
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
