import type { ConsumerConnection } from '../../../protocol/index.js';
import type { GroupProgress } from '../groups.js';
import { laggards } from './laggards.js';

const topic = 'orders';
const rowOf = (queueId: number, consumerOffset: number): GroupProgress => ({
  queue: { topic, brokerName: 'broker-a', queueId },
  offsets: { brokerOffset: 3, consumerOffset, pullOffset: consumerOffset, lastTimestamp: 0 },
});
const online = {} as ConsumerConnection;

function ask(offsets: Readonly<Record<string, number>>, connected: readonly string[] = []) {
  const topics = { brokersOf: () => Promise.resolve(['a:1']), groups: () => Promise.resolve(Object.keys(offsets)) };
  const groups = {
    progressAt: (_: string, group: string) => Promise.resolve([rowOf(0, 0), rowOf(1, offsets[group] ?? 0)]),
    connections: (group: string) => Promise.resolve(connected.includes(group) ? online : undefined),
  };
  return laggards({ topics, groups }, topic, { counts: ({ queueId }) => queueId > 0, limits: {} });
}

describe('the groups that a procedure waits for', () => {
  it('are those that are behind in a queue that counts', async () => {
    expect(await ask({ slow: 1, done: 3 })).toEqual(['slow at 1 of 3 in orders@broker-a:1']);
  });

  it('are without the name of the topic, which Apache 5.3 gives for that of a subscriber', async () => {
    expect(await ask({ [topic]: 0, done: 3 })).toEqual([]);
  });

  it.each([
    ['has consumed something', 2, []],
    ['is online', 0, [topic]],
  ])('are with a group of that name that %s', async (_, offset, connected) => {
    expect(await ask({ [topic]: offset }, connected)).toEqual([`orders at ${offset} of 3 in orders@broker-a:1`]);
  });
});
