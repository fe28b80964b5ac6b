import { KvTable } from './kv-table.js';

describe('KvTable', () => {
  it('keeps values by namespace and key and counts them', () => {
    const table = new KvTable();
    table.load(new Map([['n', new Map([['a', '1']])]]));
    table.put('n', 'a', '2');
    table.put('n', '__proto__', '3');
    table.put('m', 'a', '4');
    expect([table.get('n', 'a'), table.get('n', '__proto__'), table.get('m', 'a'), table.get('x', 'a'), table.size]).toEqual([
      '2',
      '3',
      '4',
      undefined,
      3,
    ]);
    expect([table.delete('m', 'a'), table.delete('m', 'a'), table.delete('x', 'a'), table.size]).toEqual([true, false, false, 2]);
    expect([table.all('m'), table.all('x')]).toEqual([new Map(), undefined]);
  });
});
