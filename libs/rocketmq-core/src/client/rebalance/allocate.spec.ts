import type { MessageQueue } from '../../protocol/index.js';
import { compareQueues } from '../message-queues.js';
import { allocate, type AllocateStrategy } from './allocate.js';
import { allocateByConfig } from './fixed-queues.js';
import { allocateByMachineRoom, allocateNearby } from './machine-rooms.js';

const queuesOf = (count: number, brokerName = 'b'): MessageQueue[] =>
  Array.from({ length: count }, (_, queueId) => ({ topic: 'T', brokerName, queueId }));
const idsOf = (count: number) => Array.from({ length: count }, (_, i) => `c${i}`);
const share = (strategy: AllocateStrategy, queues: MessageQueue[], clientIds: string[], clientId: string) =>
  allocate(strategy, { group: 'G', clientId, queues, clientIds }).map((queue) => queue.queueId);

describe('allocate', () => {
  it('AVG gives contiguous parts, the first members one more', () => {
    expect(share('AVG', queuesOf(8), idsOf(3), 'c0')).toEqual([0, 1, 2]);
    expect(share('AVG', queuesOf(8), idsOf(3), 'c1')).toEqual([3, 4, 5]);
    expect(share('AVG', queuesOf(8), idsOf(3), 'c2')).toEqual([6, 7]);
  });

  it('AVG gives nothing to members beyond the number of queues', () => {
    expect(share('AVG', queuesOf(2), idsOf(3), 'c1')).toEqual([1]);
    expect(share('AVG', queuesOf(2), idsOf(3), 'c2')).toEqual([]);
  });

  it('AVG_BY_CIRCLE deals the queues out one by one', () => {
    expect(share('AVG_BY_CIRCLE', queuesOf(8), idsOf(3), 'c0')).toEqual([0, 3, 6]);
    expect(share('AVG_BY_CIRCLE', queuesOf(8), idsOf(3), 'c2')).toEqual([2, 5]);
  });

  it.each(['AVG', 'AVG_BY_CIRCLE'] as const)('%s partitions any number of queues among any number of members', (strategy) => {
    for (let queueCount = 0; queueCount <= 17; queueCount += 1) {
      for (let clientCount = 1; clientCount <= 9; clientCount += 1) {
        const ids = idsOf(clientCount);
        const all = ids.flatMap((id) => share(strategy, queuesOf(queueCount), ids, id));
        expect(all.sort((a, b) => a - b)).toEqual(queuesOf(queueCount).map((queue) => queue.queueId));
      }
    }
  });

  it('does not depend on the order in which queues and members arrive', () => {
    const queues = [...queuesOf(3, 'b2'), ...queuesOf(3, 'b1')];
    const result = allocate('AVG', { group: 'G', clientId: 'c1', queues: queues.toReversed(), clientIds: ['c1', 'c0'] });
    expect(result).toEqual(queuesOf(3, 'b2'));
  });

  it('sorts queue ids as numbers and names by UTF-16 units', () => {
    expect(queuesOf(12).toReversed().sort(compareQueues)).toEqual(queuesOf(12));
    expect(share('AVG', queuesOf(2), ['a', 'B'], 'B')).toEqual([0]);
  });

  it('gives nothing to a client that the broker does not list', () => {
    expect(share('AVG', queuesOf(4), idsOf(2), 'stranger')).toEqual([]);
  });

  it('counts a member that is listed twice once', () => {
    expect(share('AVG', queuesOf(4), ['c0', 'c0', 'c1'], 'c1')).toEqual([2, 3]);
  });

  it('hands sorted input to a strategy of the application and refuses foreign queues', () => {
    const last: AllocateStrategy = ({ queues, clientIds, clientId }) => (clientIds.at(-1) === clientId ? queues : []);
    expect(share(last, queuesOf(2), ['c1', 'c0'], 'c1')).toEqual([0, 1]);
    expect(() => share(() => queuesOf(9), queuesOf(2), ['c0'], 'c0')).toThrow('not in its input');
  });
});

describe('the strategies that need more', () => {
  const input = (queues: MessageQueue[], clientIds: string[], clientId: string) => ({ group: 'G', queues, clientIds, clientId });

  it('CONSISTENT_HASH gives every queue to one member, and moves only those of a member that leaves', () => {
    const [queues, ids] = [queuesOf(100), idsOf(5)];
    const owners = (members: string[]) =>
      new Map(members.flatMap((id) => share('CONSISTENT_HASH', queues, members, id).map((queueId) => [queueId, id])));
    const [before, after] = [owners(ids), owners(ids.slice(0, 4))];
    expect([before.size, after.size]).toEqual([100, 100]);
    for (const [queueId, owner] of before) if (owner !== 'c4') expect(after.get(queueId)).toBe(owner);
  });

  it('CONFIG gives the listed queues of the topic that exist', () => {
    const listed = [...queuesOf(2), { topic: 'U', brokerName: 'b', queueId: 0 }, { topic: 'T', brokerName: 'b', queueId: 9 }];
    expect(allocate(allocateByConfig(listed), input(queuesOf(4), ['c0'], 'c0'))).toEqual(queuesOf(2));
  });

  it('MACHINE_ROOM shares the queues of brokers in the given rooms, the rest one by one', () => {
    const queues = [...queuesOf(5, 'near@b'), ...queuesOf(5, 'far@b'), ...queuesOf(2, 'none')];
    const of = (id: string) => allocate(allocateByMachineRoom(['near']), input(queues, ['c0', 'c1'], id)).map((queue) => queue.queueId);
    expect([of('c0'), of('c1')]).toEqual([
      [0, 1, 4],
      [2, 3],
    ]);
  });

  describe('MACHINE_ROOM_NEARBY', () => {
    const rooms = { brokerRoom: (queue: MessageQueue) => queue.brokerName.split('@')[0]!, consumerRoom: (id: string) => id.split('@')[0]! };
    const queues = [...queuesOf(2, 'a@1'), ...queuesOf(2, 'b@1'), ...queuesOf(2, 'c@1')];
    const of = (id: string, ids: string[]) =>
      allocate(allocateNearby('AVG', rooms), input(queues, ids, id)).map((queue) => `${queue.brokerName}${queue.queueId}`);

    it('prefers the own room and shares rooms without consumers among all', () => {
      const ids = ['a@x', 'a@y', 'b@x'];
      expect(ids.map((id) => of(id, ids))).toEqual([
        ['a@10', 'c@10'],
        ['a@11', 'c@11'],
        ['b@10', 'b@11'],
      ]);
    });

    it('refuses what is in no room', () => {
      expect(() => of('@x', ['@x'])).toThrow(expect.objectContaining({ name: 'InvalidInput' }));
    });
  });
});
