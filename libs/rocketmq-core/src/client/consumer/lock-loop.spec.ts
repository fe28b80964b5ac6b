import { jest } from '@jest/globals';
import { FakeClock } from '../../../testing/index.js';
import type { MessageQueue } from '../../protocol/index.js';
import { silentLogger } from '../../runtime/index.js';
import { LockLoop } from './lock-loop.js';

const queue = (queueId: number, brokerName = 'b'): MessageQueue => ({ topic: 'T', brokerName, queueId });

function create() {
  const clock = new FakeClock();
  const lost: number[] = [];
  const asked: string[] = [];
  const refused = new Set<number>();
  const down = new Set<string>();
  const answering: { until?: Promise<void> } = {};
  const ids = (queues: readonly MessageQueue[]) => queues.map(({ queueId }) => queueId).join(',');
  const loop = new LockLoop({
    group: 'G',
    clientId: 'me',
    calls: {
      lockQueues: async (address, { queues }) => {
        asked.push(`lock ${ids(queues)} at ${address} after ${clock.monotonic()}`);
        await answering.until;
        if (down.has(address)) throw new Error('down');
        return queues.filter(({ queueId }) => !refused.has(queueId));
      },
      unlockQueues: (address, { queues }) => Promise.resolve(void asked.push(`unlock ${ids(queues)} at ${address}`)),
    },
    table: { masterAddress: (name) => (name === 'unknown' ? undefined : name) },
    periodMs: 20_000,
    lifeMs: 30_000,
    lost: ({ queueId }) => void lost.push(queueId),
    clock,
    logger: silentLogger,
  });
  return { clock, lost, asked, refused, down, answering, loop };
}

describe('LockLoop', () => {
  it('locks, renews after one second and then every twenty, one request for each broker', async () => {
    const { clock, loop, asked } = create();
    loop.start();
    expect(await loop.lock(queue(0))).toBe(true);
    expect(await loop.lock(queue(1))).toBe(true);
    expect(await loop.lock(queue(2, 'c'))).toBe(true);
    asked.length = 0;
    await clock.advance(41_000);
    const round = (afterMs: number) => [`lock 0,1 at b after ${afterMs}`, `lock 2 at c after ${afterMs}`];
    expect(asked).toEqual([...round(1000), ...round(21_000), ...round(41_000)]);
    expect(loop.isHeld(queue(1))).toBe(true);
    await loop.stop();
  });

  it('does not have what another consumer has, or what has no broker', async () => {
    const { loop, refused, down } = create();
    refused.add(0);
    expect([await loop.lock(queue(0)), loop.isHeld(queue(0))]).toEqual([false, false]);
    expect(await loop.lock(queue(1, 'unknown'))).toBe(false);
    down.add('b');
    expect(await loop.lock(queue(1))).toBe(false);
  });

  it('tells at once when the broker gave a queue to another consumer', async () => {
    const { clock, loop, refused, lost } = create();
    loop.start();
    await loop.lock(queue(0));
    await loop.lock(queue(1));
    refused.add(1);
    await clock.advance(1000);
    expect([lost, loop.isHeld(queue(0)), loop.isHeld(queue(1))]).toEqual([[1], true, false]);
    await loop.stop();
  });

  it('loses a lock thirty seconds after the last request that was granted had left, not earlier', async () => {
    const { clock, loop, down, lost } = create();
    loop.start();
    await loop.lock(queue(0));
    await clock.advance(1000);
    down.add('b');
    await clock.advance(29_999);
    expect([loop.isHeld(queue(0)), lost]).toEqual([true, []]);
    await clock.advance(1);
    expect([loop.isHeld(queue(0)), lost]).toEqual([false, [0]]);
    await loop.stop();
  });

  it('asks a broker that did not answer again after three seconds', async () => {
    const { clock, loop, down, asked, lost } = create();
    loop.start();
    await loop.lock(queue(0));
    await clock.advance(1000);
    down.add('b');
    await clock.advance(20_000);
    asked.length = 0;
    await clock.advance(3000);
    down.clear();
    await clock.advance(3000);
    expect(asked).toEqual(['lock 0 at b after 24000', 'lock 0 at b after 27000']);
    await clock.advance(29_000);
    expect([loop.isHeld(queue(0)), lost]).toEqual([true, []]);
    await loop.stop();
  });

  it('does not hold what it lost when the timers of the process were late', async () => {
    const { clock, loop } = create();
    await loop.lock(queue(0));
    // A suspended process: time has passed, and no timer has run.
    jest.spyOn(clock, 'monotonic').mockReturnValue(30_000);
    expect(loop.isHeld(queue(0))).toBe(false);
  });

  it('does not take back by a late answer what was unlocked meanwhile', async () => {
    const { clock, loop, answering, asked } = create();
    loop.start();
    await loop.lock(queue(0));
    let answer = () => undefined as void;
    answering.until = new Promise((resolve) => (answer = resolve));
    await clock.advance(1000);
    const unlocked = loop.unlock([queue(0)]);
    await clock.settle();
    expect(asked.at(-1)).toBe('lock 0 at b after 1000');
    answer();
    await unlocked;
    expect([asked.at(-1), loop.isHeld(queue(0))]).toEqual(['unlock 0 at b', false]);
    await loop.stop();
    expect(clock.timerCount).toBe(0);
  });
});
