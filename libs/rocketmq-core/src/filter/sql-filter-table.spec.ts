import { SqlFilterTable } from './sql-filter-table.js';

describe('SqlFilterTable', () => {
  it('parses an expression once, a refused one too', () => {
    const table = new SqlFilterTable();
    expect(table.compile('a = 1')).toBe(table.compile('a = 1'));
    expect(table.compile('a = ')).toBe(table.compile('a = '));
    expect(table.size).toBe(2);
  });

  it('forgets the one whose last use is longest ago', () => {
    const table = new SqlFilterTable(2);
    const [first, second] = [table.compile('a = 1'), table.compile('a = 2')];
    table.compile('a = 1');
    table.compile('a = 3');
    expect(table.size).toBe(2);
    expect(table.compile('a = 1')).toBe(first);
    expect(table.compile('a = 2')).not.toBe(second);
  });
});
