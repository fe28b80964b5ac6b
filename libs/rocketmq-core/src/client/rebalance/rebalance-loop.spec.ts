import { FakeClock } from '../../../testing/index.js';
import type { MessageQueue } from '../../protocol/index.js';
import { silentLogger } from '../../runtime/index.js';
import { RebalanceLoop, type RebalanceParts } from './rebalance-loop.js';

const queuesOf = (topic: string, count: number): MessageQueue[] =>
  Array.from({ length: count }, (_, queueId) => ({ topic, brokerName: 'b', queueId }));

function create(overrides: Partial<RebalanceParts> = {}) {
  const clock = new FakeClock();
  const topics = new Map<string, number>([['T', 4]]);
  const applied: string[] = [];
  const changed: string[] = [];
  const result = { changed: true, complete: true };
  const members = ['c1', 'me'];
  const loop = new RebalanceLoop({
    group: 'G',
    clientId: 'me',
    strategy: 'AVG',
    topics: () => [...topics.keys()],
    queues: (topic) => queuesOf(topic, topics.get(topic) ?? 0),
    find: () => Promise.resolve(true),
    members: () => Promise.resolve(members),
    apply: (topic, queues) => {
      applied.push(`${topic}:${queues.map((queue) => queue.queueId).join(',')}`);
      return Promise.resolve({ ...result });
    },
    changed: (topic) => Promise.resolve(void changed.push(topic)),
    periodMs: 20_000,
    clock,
    logger: silentLogger,
    ...overrides,
  });
  return { clock, topics, applied, changed, result, members, loop };
}

describe('RebalanceLoop', () => {
  it('shares the queues at once and then every twenty seconds', async () => {
    const { clock, loop, applied, changed, result } = create();
    loop.start();
    await clock.settle();
    expect([applied, changed]).toEqual([['T:2,3'], ['T']]);
    result.changed = false;
    await clock.advance(40_000);
    expect([applied.length, changed.length]).toEqual([3, 1]);
    await loop.stop();
    expect(clock.timerCount).toBe(0);
  });

  it('tells from when to when its queues move: not for the first share, and until it has what it should have', async () => {
    const moves: boolean[] = [];
    const { clock, loop, members, result } = create({ moving: (moving) => moves.push(moving) });
    loop.start();
    await clock.settle();
    await clock.advance(20_000);
    expect(moves).toEqual([]);
    members.splice(0, 2, 'me');
    result.complete = false;
    loop.kick();
    await clock.settle();
    expect(moves).toEqual([true]);
    result.complete = true;
    await clock.advance(1000);
    expect(moves).toEqual([true, false]);
    await loop.stop();
  });

  it('shares them anew when it is told that something changed', async () => {
    const { clock, loop, applied, members } = create();
    loop.start();
    await clock.settle();
    members.splice(0, 2, 'me');
    loop.kick();
    await clock.settle();
    expect(applied).toEqual(['T:2,3', 'T:0,1,2,3']);
    await loop.stop();
  });

  it('tries again after a second when a queue could not be taken', async () => {
    const { clock, loop, applied, result } = create();
    result.complete = false;
    loop.start();
    await clock.advance(1000);
    expect(applied).toHaveLength(2);
    result.complete = true;
    await clock.advance(1000);
    await clock.advance(10_000);
    expect(applied).toHaveLength(3);
    await loop.stop();
  });

  it('keeps the queues when no broker tells the members, and tries again', async () => {
    let failing = true;
    const { clock, loop, applied } = create({
      members: () => (failing ? Promise.reject(new Error('no members')) : Promise.resolve(['me'])),
    });
    loop.start();
    await clock.settle();
    expect(applied).toEqual([]);
    failing = false;
    await clock.advance(1000);
    expect(applied).toEqual(['T:0,1,2,3']);
    await loop.stop();
  });

  it('gives every queue to a consumer that shares with nobody', async () => {
    const { clock, loop, applied } = create({ members: undefined });
    loop.start();
    await clock.settle();
    expect(applied).toEqual(['T:0,1,2,3']);
    await loop.stop();
  });

  it('gives everything up when the broker does not list this client', async () => {
    const { clock, loop, applied } = create({ members: () => Promise.resolve(['other']) });
    loop.start();
    await clock.settle();
    expect(applied).toEqual(['T:']);
    await loop.stop();
  });

  it('looks for a missing topic: soon after the start every second, then with every round', async () => {
    const asked: number[] = [];
    const { clock, topics, loop, applied } = create({ find: () => Promise.resolve(asked.push(1)) });
    topics.set('T', 0);
    loop.start();
    await clock.advance(5000);
    expect(asked).toHaveLength(6);
    await clock.advance(19_000);
    expect(asked).toHaveLength(6);
    topics.set('T', 1);
    await clock.advance(1000);
    expect([asked.length, applied]).toEqual([6, ['T:']]);
    await loop.stop();
  });

  it('does not let one topic hold up the others', async () => {
    const { clock, topics, loop, applied } = create({
      members: (topic) => (topic === 'T' ? Promise.reject(new Error('down')) : Promise.resolve(['me'])),
    });
    topics.set('U', 1);
    loop.start();
    await clock.settle();
    expect(applied).toEqual(['U:0']);
    await loop.stop();
    expect(clock.timerCount).toBe(0);
  });
});
