import { BrokerFaultTable } from './broker-fault-table.js';

describe('BrokerFaultTable', () => {
  it.each([
    [49, 0],
    [99, 0],
    [549, 0],
    [550, 2000],
    [1800, 5000],
    [3000, 6000],
    [5000, 10_000],
    [14_999, 10_000],
    [15_000, 30_000],
  ])('leaves a broker that took %d ms out for %d ms', (latencyMs, isolationMs) => {
    const table = new BrokerFaultTable();
    table.answered('b', latencyMs, 1000);
    if (isolationMs > 0) expect(table.isAvailable('b', 1000 + isolationMs - 1)).toBe(false);
    expect(table.isAvailable('b', 1000 + isolationMs)).toBe(true);
  });

  it('counts a failure as ten seconds', () => {
    const table = new BrokerFaultTable();
    table.unreachable('b', 0);
    expect([table.isAvailable('b', 9999), table.isReachable('b')]).toEqual([false, false]);
    expect(table.isAvailable('b', 10_000)).toBe(true);
    table.answered('b', 10, 10_000);
    expect(table.isReachable('b')).toBe(true);
  });

  it('keeps a broker that refuses reachable', () => {
    const table = new BrokerFaultTable();
    table.refused('b', 0);
    expect([table.isAvailable('b', 0), table.isReachable('b')]).toEqual([false, true]);
  });

  it('does not shorten an isolation by a quick answer', () => {
    const table = new BrokerFaultTable();
    table.answered('b', 15_000, 0);
    table.answered('b', 10, 1);
    expect(table.isAvailable('b', 29_999)).toBe(false);
  });

  it('knows nothing bad of a broker it never met', () => {
    const table = new BrokerFaultTable();
    expect([table.isAvailable('b', 0), table.isReachable('b')]).toEqual([true, true]);
  });
});
