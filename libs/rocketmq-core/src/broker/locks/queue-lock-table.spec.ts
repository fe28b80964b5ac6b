import { QueueLockTable } from './queue-lock-table.js';

const queue = (queueId: number) => ({ topic: 'T', brokerName: 'b', queueId });
const a = { group: 'G', clientId: 'a' };
const b = { group: 'G', clientId: 'b' };

describe('QueueLockTable', () => {
  it('grants a free queue, renews it for its owner and refuses others while it lives', () => {
    const locks = new QueueLockTable();
    expect(locks.lock(a, [queue(0), queue(1)], 0)).toEqual([queue(0), queue(1)]);
    expect(locks.lock(b, [queue(1), queue(2)], 30_000)).toEqual([queue(2)]);
    expect(locks.lock(a, [queue(1)], 59_000)).toEqual([queue(1)]);
    expect(locks.lock(b, [queue(0), queue(1)], 60_001)).toEqual([queue(0)]);
  });

  it('keeps groups apart', () => {
    const locks = new QueueLockTable();
    locks.lock(a, [queue(0)], 0);
    expect(locks.lock({ group: 'H', clientId: 'b' }, [queue(0)], 0)).toEqual([queue(0)]);
  });

  it('unlocks only what the client itself holds', () => {
    const locks = new QueueLockTable();
    locks.lock(a, [queue(0)], 0);
    locks.unlock(b, [queue(0)]);
    expect(locks.lock(b, [queue(0)], 1)).toEqual([]);
    locks.unlock(a, [queue(0)]);
    expect(locks.lock(b, [queue(0)], 2)).toEqual([queue(0)]);
  });

  it('forgets locks nobody renewed', () => {
    const locks = new QueueLockTable();
    locks.lock(a, [queue(0)], 0);
    locks.lock(b, [queue(1)], 40_000);
    locks.dropExpired(70_000);
    expect(locks.size).toBe(1);
  });
});
