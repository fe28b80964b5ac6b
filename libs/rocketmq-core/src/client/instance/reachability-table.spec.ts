import { ReachabilityTable } from './reachability-table.js';

function create() {
  const table = new ReachabilityTable();
  const told: string[] = [];
  const end = table.onChange((state) => told.push(state));
  return { table, told, end };
}

describe('ReachabilityTable', () => {
  it('tells when one of several brokers is lost, when all are, and when they are back', () => {
    const { table, told } = create();
    for (const address of ['a', 'b']) table.answered(address);
    table.lost('a');
    table.lost('b');
    table.lost('b');
    table.answered('b');
    expect(table.state).toBe('reconnecting');
    table.answered('a');
    expect(told).toEqual(['reconnecting', 'disconnected', 'reconnecting', 'connected']);
  });

  it('does not care for addresses that never answered, and not for brokers that were taken away', () => {
    const { table, told } = create();
    table.lost('name-server');
    table.answered('a');
    table.answered('b');
    table.lost('a');
    table.forgotten('a');
    expect(told).toEqual(['reconnecting', 'connected']);
  });

  it('tells nobody who has left, and nobody after the end', () => {
    const { table, told, end } = create();
    table.answered('a');
    end();
    table.lost('a');
    table.onChange((state) => told.push(state));
    table.close();
    table.answered('a');
    expect([told, table.state]).toEqual([[], 'connected']);
  });
});
