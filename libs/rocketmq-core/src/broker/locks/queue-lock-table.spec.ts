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

  it('keeps a lock for exactly its life after the last renewal', () => {
    const locks = new QueueLockTable(1000);
    locks.lock(a, [queue(0)], 0);
    locks.lock(a, [queue(0)], 900);
    expect(locks.lock(b, [queue(0)], 1900)).toEqual([]);
    expect(locks.lock(b, [queue(0)], 1901)).toEqual([queue(0)]);
    expect(locks.lock(a, [queue(0)], 1902)).toEqual([]);
  });

  it('tells whether a group consumes in order', () => {
    const locks = new QueueLockTable(1000);
    expect(locks.isHeldBy('G', 0)).toBe(false);
    locks.lock(a, [queue(0), queue(1)], 0);
    locks.lock(a, [queue(1)], 600);
    expect([locks.isHeldBy('G', 1600), locks.isHeldBy('G', 1601), locks.isHeldBy('H', 0)]).toEqual([true, false, false]);
    locks.unlock(a, [queue(0), queue(1)]);
    expect(locks.isHeldBy('G', 700)).toBe(false);
  });

  it('does not take names apart that only look alike when joined', () => {
    const locks = new QueueLockTable();
    locks.lock(a, [{ topic: 'T1', brokerName: 'b', queueId: 0 }], 0);
    expect(locks.lock(b, [{ topic: 'T', brokerName: '1b', queueId: 0 }], 0)).toHaveLength(1);
  });
});
