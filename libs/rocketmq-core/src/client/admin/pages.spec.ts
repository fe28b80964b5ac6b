import { everyPage, type PageRequest } from './pages.js';

const rowsOf = (from: number, to: number) => new Map(Array.from({ length: to - from }, (_, i) => [`n${from + i}`, from + i]));

describe('everyPage', () => {
  it('takes one answer of a broker that does not page', async () => {
    const asked: PageRequest[] = [];
    const rows = await everyPage((page) => {
      asked.push(page);
      return Promise.resolve({ rows: rowsOf(0, 3), version: 'v1', total: undefined });
    });
    expect([rows.size, asked.length]).toEqual([3, 1]);
  });

  it('goes on until everything is there, the last single row too', async () => {
    const asked: number[] = [];
    const rows = await everyPage(({ sequence }) => {
      asked.push(sequence);
      return Promise.resolve({ rows: rowsOf(sequence, Math.min(sequence + 2, 5)), version: 'v1', total: 5 });
    });
    expect([rows.size, asked]).toEqual([5, [0, 2, 4]]);
  });

  it('begins again when the table changes meanwhile', async () => {
    const versions = ['v1', 'v2', 'v2', 'v2'];
    const asked: number[] = [];
    const rows = await everyPage(({ sequence }) => {
      asked.push(sequence);
      return Promise.resolve({ rows: rowsOf(sequence, sequence + 2), version: versions.shift() ?? 'v2', total: 4 });
    });
    expect([rows.size, asked]).toEqual([4, [0, 2, 0, 2]]);
  });

  it('ends with a broker that sends nothing more', async () => {
    const rows = await everyPage(() => Promise.resolve({ rows: new Map(), version: 'v', total: 10 }));
    expect(rows.size).toBe(0);
  });
});
