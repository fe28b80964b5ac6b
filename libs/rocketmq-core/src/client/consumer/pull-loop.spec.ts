import { FakeClock } from '../../../testing/index.js';
import { storedRecord } from '../../../testing/stored-message.js';
import { OperationFailed } from '../../base/index.js';
import { ResponseCode } from '../../protocol/index.js';
import { silentLogger } from '../../runtime/index.js';
import type { CallLimits, PullAnswer, PullHeader } from '../instance/calls.js';
import { OffsetTable } from '../offsets/offset-table.js';
import { type HeldMessage, ProcessQueue } from './process-queue.js';
import type { WindowLimits } from './pull-limits.js';
import { PullLoop } from './pull-loop.js';
import { subscribe } from './subscription-table.js';

const queue = { topic: 'T', brokerName: 'b', queueId: 0 };
const limits = { pullBatchSize: 32, pullBatchSizeInBytes: 1024 };
const wide: WindowLimits = { count: 10, sizeMib: 100, span: 2000 };
type Step = Partial<PullAnswer> | Error;

const found = (next: number, ...offsets: number[]): Step => ({
  code: 0,
  header: { nextBeginOffset: next, minOffset: 0, maxOffset: 1000, suggestWhichBrokerId: 0 },
  body: Buffer.concat(offsets.map((queueOffset) => storedRecord({ queueOffset }))),
});
const answered = (code: number, nextBeginOffset = 0, suggestWhichBrokerId = 0): Step => ({
  code,
  header: { nextBeginOffset, minOffset: 0, maxOffset: 0, suggestWhichBrokerId },
});

function create(steps: Step[], options: { window?: Partial<WindowLimits>; pullIntervalMs?: number; slave?: boolean; topic?: string } = {}) {
  const clock = new FakeClock();
  const processQueue = new ProcessQueue(queue);
  const pulls: { header: PullHeader; address: string }[] = [];
  const delivered: HeldMessage[][] = [];
  const events: string[] = [];
  const offsets = new OffsetTable();
  let paused = false;
  const pull = (address: string, header: PullHeader, { signal }: CallLimits): Promise<PullAnswer> => {
    pulls.push({ header, address });
    const step = steps.shift();
    if (step instanceof Error) return Promise.reject(step);
    if (step !== undefined)
      return Promise.resolve({ remark: 'why', ext: new Map(), body: undefined, version: 1, header: {}, code: 0, ...step });
    // As long polling: held until the loop ends.
    return new Promise((_, reject) => signal?.addEventListener('abort', () => reject(new OperationFailed('aborted', 'aborted'))));
  };
  const loop = new PullLoop(
    {
      group: 'G',
      processQueue,
      subscription: () => subscribe('T', '*', 1),
      limits: { ...limits, pullIntervalMs: options.pullIntervalMs ?? 0 },
      window: () => ({ ...wide, ...options.window }),
      paused: () => paused,
      calls: { pull },
      table: { readAddress: (brokerName, brokerId) => ({ brokerName, brokerId, address: `${brokerName}-${brokerId}` }) },
      routes: { refresh: () => Promise.resolve(true) },
      offsets,
      deliver: (held) => delivered.push([...held]),
      moved: (nextOffset) => events.push(`moved ${nextOffset}`),
      forgotten: () => events.push('forgotten'),
      clock,
      logger: silentLogger,
    },
    5,
  );
  const offsetsPulled = () => pulls.map(({ header }) => header.queueOffset);
  return { clock, processQueue, pulls, delivered, events, offsets, loop, offsetsPulled, pause: (value: boolean) => (paused = value) };
}

describe('PullLoop', () => {
  it('pulls on from where the broker says and hands messages over', async () => {
    const { clock, loop, delivered, offsetsPulled } = create([found(7, 5, 6), found(9, 8)]);
    loop.start();
    await clock.settle();
    expect(offsetsPulled()).toEqual([5, 7, 9]);
    expect(delivered.map((held) => held.map((one) => one.message.queueOffset))).toEqual([[5, 6], [8]]);
    await loop.stop();
    expect(clock.timerCount).toBe(0);
  });

  it('pulls at once after nothing was found, and passes what other tags filled', async () => {
    const { clock, loop, offsets, offsetsPulled } = create([answered(ResponseCode.PULL_RETRY_IMMEDIATELY, 40)]);
    loop.start();
    await clock.settle();
    expect(offsetsPulled()).toEqual([5, 40]);
    expect(offsets.read(queue)).toBe(40);
    await loop.stop();
  });

  it('does not pass anything while messages are held', async () => {
    const { clock, loop, offsets } = create([found(6, 5), answered(ResponseCode.PULL_NOT_FOUND, 40)]);
    loop.start();
    await clock.settle();
    expect(offsets.read(queue)).toBeUndefined();
    await loop.stop();
  });

  it('commits with the next pull, but not to a slave and not the offset 0', async () => {
    const { clock, loop, offsets, pulls } = create([
      answered(ResponseCode.PULL_NOT_FOUND, 0, 1),
      answered(ResponseCode.PULL_NOT_FOUND, 8, 0),
    ]);
    offsets.set(queue, 0);
    loop.start();
    await clock.settle();
    expect(pulls.map(({ header, address }) => [address, header.sysFlag])).toEqual([
      ['b-0', 2],
      ['b-1', 2],
      ['b-0', 3],
    ]);
    await loop.stop();
  });

  it.each<[string, Partial<WindowLimits>]>([
    ['too many messages', { count: 1 }],
    ['too wide a span', { span: 3 }],
  ])('waits when there are %s and goes on when they are consumed', async (_, narrow) => {
    const { clock, loop, processQueue, delivered, offsetsPulled } = create([found(20, 5, 10)], { window: narrow });
    loop.start();
    await clock.advance(500);
    expect(offsetsPulled()).toEqual([5]);
    processQueue.complete(delivered[0]!);
    loop.progress();
    await clock.settle();
    expect(offsetsPulled()).toEqual([5, 20]);
    await loop.stop();
    expect(clock.timerCount).toBe(0);
  });

  it('goes on by itself when nobody tells it of the room', async () => {
    const { clock, loop, processQueue, delivered, offsetsPulled } = create([found(20, 5, 10)], { window: { count: 1 } });
    loop.start();
    await clock.settle();
    processQueue.complete(delivered[0]!);
    await clock.advance(50);
    expect(offsetsPulled()).toEqual([5, 20]);
    await loop.stop();
  });

  it('pulls nothing while paused and goes on at once when resumed', async () => {
    const { clock, loop, offsetsPulled, pause } = create([]);
    pause(true);
    loop.start();
    await clock.advance(5000);
    expect(offsetsPulled()).toEqual([]);
    pause(false);
    loop.resumed();
    await clock.settle();
    expect(offsetsPulled()).toEqual([5]);
    await loop.stop();
  });

  it('pauses between pulls when told to', async () => {
    const { clock, loop, offsetsPulled } = create([found(7, 5, 6)], { pullIntervalMs: 200 });
    loop.start();
    await clock.advance(199);
    expect(offsetsPulled()).toEqual([5]);
    await clock.advance(1);
    expect(offsetsPulled()).toEqual([5, 7]);
    await loop.stop();
  });

  it.each([
    ['a time-out', new OperationFailed('timeout', 'late'), 3000],
    ['a busy broker', answered(ResponseCode.SYSTEM_BUSY), 3000],
    ['flow control', answered(ResponseCode.FLOW_CONTROL), 20],
  ])('waits after %s', async (_, step, waitMs) => {
    const { clock, loop, offsetsPulled } = create([step]);
    loop.start();
    await clock.advance(waitMs - 1);
    expect(offsetsPulled()).toEqual([5]);
    await clock.advance(1);
    expect(offsetsPulled()).toEqual([5, 5]);
    await loop.stop();
    expect(clock.timerCount).toBe(0);
  });

  it('tells when the broker does not know the subscription', async () => {
    const { clock, loop, events } = create([answered(ResponseCode.SUBSCRIPTION_NOT_EXIST)]);
    loop.start();
    await clock.settle();
    expect(events).toEqual(['forgotten']);
    await loop.stop();
  });

  it('ends when the offset moved', async () => {
    const { clock, loop, events, offsetsPulled } = create([answered(ResponseCode.PULL_OFFSET_MOVED, 77)]);
    loop.start();
    await clock.advance(60_000);
    expect(events).toEqual(['moved 77']);
    expect(offsetsPulled()).toEqual([5]);
    await loop.stop();
  });

  it('throws an answer away that comes after the queue was dropped', async () => {
    const { clock, loop, processQueue, delivered, offsetsPulled } = create([found(7, 5, 6)]);
    processQueue.drop();
    loop.start();
    await clock.settle();
    expect([delivered, offsetsPulled()]).toEqual([[], [5]]);
    await loop.stop();
  });

  it('may be stopped before it was started', async () => {
    const { loop } = create([]);
    await loop.stop();
  });
});
