import { FakeClock } from '../../../testing/index.js';
import { storedRecord } from '../../../testing/stored-message.js';
import { deferred, OperationFailed } from '../../base/index.js';
import { ResponseCode } from '../../protocol/index.js';
import { silentLogger } from '../../runtime/index.js';
import { resolveLitePullOptions, type LitePullConsumerOptions } from '../config/lite-pull-options.js';
import type { CallLimits, LitePullHeader, PullAnswer } from '../instance/calls.js';
import { LitePullLoop } from './lite-pull-loop.js';
import { LitePullQueue } from './lite-pull-queue.js';
import { subscribe } from './subscription-table.js';

const answer = (code: number, nextBeginOffset: number, body?: Buffer): PullAnswer => ({
  code,
  remark: 'said the broker',
  header: { nextBeginOffset, minOffset: 0, maxOffset: 100, suggestWhichBrokerId: 0 },
  ext: new Map(),
  body,
  version: 479,
});
const found = (from: number, count: number): PullAnswer =>
  answer(
    0,
    from + count,
    Buffer.concat(Array.from({ length: count }, (_, at) => storedRecord({ queueOffset: from + at, properties: { TAGS: 'A' } }))),
  );

type Step = PullAnswer | Error | Promise<PullAnswer>;

function create(options: Partial<LitePullConsumerOptions> = {}, startOffset = () => Promise.resolve(5)) {
  const clock = new FakeClock();
  const held = new LitePullQueue({ topic: 'T', brokerName: 'b', queueId: 0 });
  const steps: Step[] = [];
  const pulls: (LitePullHeader & CallLimits)[] = [];
  let arrivals = 0;
  const loop = new LitePullLoop({
    group: 'G',
    held,
    settings: resolveLitePullOptions({ group: 'G', ...options }),
    subscription: (topic) => subscribe(topic, 'A', 1),
    heldInAll: () => held.count,
    startOffset,
    arrived: () => (arrivals += 1),
    calls: {
      litePull: (_address, header, limits) => {
        pulls.push({ ...header, ...limits });
        const step = steps.shift();
        if (step instanceof Error) return Promise.reject(step);
        if (step !== undefined) return Promise.resolve(step);
        return new Promise((_, reject) =>
          limits.signal?.addEventListener('abort', () => reject(new OperationFailed('aborted', 'aborted'))),
        );
      },
    },
    table: { readAddress: (brokerName, brokerId) => ({ brokerName, brokerId, address: 'h:1' }) },
    routes: { refresh: () => Promise.resolve(true) },
    clock,
    logger: silentLogger,
  });
  return { clock, held, steps, pulls, loop, arrivals: () => arrivals };
}

describe('LitePullLoop', () => {
  it('begins where the group stands and asks as Java does', async () => {
    const { clock, held, steps, pulls, loop, arrivals } = create();
    steps.push(found(5, 3));
    loop.start();
    await clock.settle();
    expect(pulls[0]).toMatchObject({ queueOffset: 5, maxMsgNums: 10, sysFlag: 22, suspendTimeoutMillis: 20_000, timeoutMs: 30_000 });
    expect(pulls[0]).toMatchObject({ subscription: 'A', expressionType: 'TAG', subVersion: 0, commitOffset: 0, bname: 'b' });
    expect([pulls[1]?.queueOffset, held.count, arrivals()]).toEqual([8, 3, 1]);
    await loop.stop();
    expect(clock.timerCount).toBe(0);
  });

  it('tries to start again when the brokers do not tell where the group stands', async () => {
    let failing = true;
    const { clock, pulls, loop } = create({}, () =>
      failing ? Promise.reject(new OperationFailed('timeout', 'late')) : Promise.resolve(9),
    );
    loop.start();
    await clock.advance(2999);
    expect(pulls).toEqual([]);
    failing = false;
    await clock.advance(1);
    expect(pulls[0]?.queueOffset).toBe(9);
    await loop.stop();
  });

  it('stops pulling when it holds enough, and goes on when there is room', async () => {
    const { clock, held, steps, pulls, loop } = create({ pullThresholdForQueue: 5, pullBatchSize: 3 });
    steps.push(found(5, 3), found(8, 3));
    loop.start();
    await clock.settle();
    expect([pulls.length, held.count]).toEqual([2, 6]);
    held.take(1);
    loop.progress();
    await clock.settle();
    expect(pulls).toHaveLength(3);
    await loop.stop();
  });

  it.each([
    ['all queues', { pullThresholdForAll: 2 }],
    ['the span of the queue', { consumeMaxSpan: 1 }],
  ])('stops pulling at the limit of %s', async (_what, options) => {
    const { clock, steps, pulls, loop } = create(options);
    steps.push(found(5, 3));
    loop.start();
    await clock.advance(1000);
    expect(pulls).toHaveLength(1);
    await loop.stop();
  });

  it('pulls nothing of a paused queue and gives up the pull that is held', async () => {
    const { clock, held, pulls, loop } = create();
    loop.start();
    await clock.settle();
    held.pause(true);
    loop.redirect();
    await clock.advance(5000);
    expect([pulls.length, pulls[0]?.signal?.aborted]).toEqual([1, true]);
    held.pause(false);
    loop.redirect();
    await clock.settle();
    expect(pulls).toHaveLength(2);
    await loop.stop();
  });

  it('discards what was pulled for an offset that nobody wants any more', async () => {
    const { clock, held, steps, pulls, loop, arrivals } = create();
    const late = deferred<PullAnswer>();
    steps.push(late.promise);
    loop.start();
    await clock.settle();
    held.seek(50);
    late.resolve(found(5, 3));
    await clock.settle();
    expect([held.count, arrivals(), pulls[1]?.queueOffset]).toEqual([0, 0, 50]);
    await loop.stop();
  });

  it('passes what other tags filled and goes where the broker says', async () => {
    const { clock, held, steps, pulls, loop } = create();
    steps.push(answer(ResponseCode.PULL_RETRY_IMMEDIATELY, 30), answer(ResponseCode.PULL_OFFSET_MOVED, 12));
    loop.start();
    await clock.settle();
    expect(pulls.map(({ queueOffset }) => queueOffset)).toEqual([5, 30, 12]);
    expect(held.consumedOffset).toBe(12);
    await loop.stop();
  });

  it.each([
    ['a failure', new OperationFailed('connection', 'lost'), 1000],
    ['a refusal', answer(ResponseCode.SYSTEM_ERROR, 0), 1000],
    ['flow control', answer(ResponseCode.FLOW_CONTROL, 0), 20],
  ])('pauses after %s', async (_what, step, pauseMs) => {
    const { clock, steps, pulls, loop } = create();
    steps.push(step);
    loop.start();
    await clock.advance(pauseMs - 1);
    expect(pulls).toHaveLength(1);
    await clock.advance(1);
    expect(pulls).toHaveLength(2);
    await loop.stop();
    expect(clock.timerCount).toBe(0);
  });

  it('ends in a pause, too', async () => {
    const { clock, steps, loop } = create();
    steps.push(new OperationFailed('connection', 'lost'));
    loop.start();
    await clock.settle();
    await loop.stop();
    expect(clock.timerCount).toBe(0);
  });
});
