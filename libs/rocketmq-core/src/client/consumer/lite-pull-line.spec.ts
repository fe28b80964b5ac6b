import { FakeClock } from '../../../testing/index.js';
import { storedMessage } from '../../../testing/stored-message.js';
import { LitePullLine } from './lite-pull-line.js';
import { LitePullQueue } from './lite-pull-queue.js';

function create() {
  const clock = new FakeClock();
  const line = new LitePullLine(clock);
  const queue = (queueId: number, count = 1) => {
    const held = new LitePullQueue({ topic: 'T', brokerName: 'b', queueId });
    held.seek(0);
    const messages = Array.from({ length: count }, (_, queueOffset) => storedMessage({ queueOffset }));
    held.put(messages, { minOffset: 0, maxOffset: count }, count);
    return held;
  };
  const id = async (limits = {}) => (await line.next(limits))?.queue.queueId;
  return { clock, line, queue, id };
}

describe('LitePullLine', () => {
  it('lets queues take turns', async () => {
    const { line, queue, id } = create();
    for (const held of [queue(0), queue(1), queue(2)]) line.add(held);
    expect([await id(), await id(), await id(), await id()]).toEqual([0, 1, 2, 0]);
  });

  it('leaves out paused, empty and dropped queues', async () => {
    const { line, queue, id } = create();
    const [paused, empty, dropped] = [queue(0), queue(1), queue(2)];
    for (const held of [paused, empty, dropped, queue(3)]) line.add(held);
    paused.pause(true);
    empty.take(1);
    dropped.drop();
    expect([await id(), await id()]).toEqual([3, 3]);
    paused.pause(false);
    expect(await id()).toBe(0);
  });

  it('waits for messages', async () => {
    const { clock, line, queue, id } = create();
    const waiting = id({ timeoutMs: 100 });
    const held = queue(4);
    held.pause(true);
    line.add(held);
    await clock.advance(50);
    held.pause(false);
    line.add(held);
    expect(await waiting).toBe(4);
    expect(clock.timerCount).toBe(0);
  });

  it('gives nothing when time is up, or at once without time', async () => {
    const { clock, id } = create();
    expect(await id({ timeoutMs: 0 })).toBeUndefined();
    const waiting = id({ timeoutMs: 100 });
    await clock.advance(100);
    expect(await waiting).toBeUndefined();
  });

  it('ends the waiting when the signal fires, and begins none after it', async () => {
    const { clock, id } = create();
    const controller = new AbortController();
    const waiting = expect(id({ timeoutMs: 100, signal: controller.signal })).rejects.toMatchObject({ reason: 'aborted' });
    controller.abort();
    await waiting;
    await expect(id({ signal: controller.signal })).rejects.toMatchObject({ reason: 'aborted' });
    expect(clock.timerCount).toBe(0);
  });

  it('gives nothing any more once it is closed', async () => {
    const { clock, line, queue, id } = create();
    const waiting = id();
    line.close();
    expect(await waiting).toBeUndefined();
    line.add(queue(1));
    expect([await id(), clock.timerCount]).toEqual([undefined, 0]);
  });
});
