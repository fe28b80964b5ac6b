import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../../..');
const cell = /`((?:libs|apps)\/[^`]+\.spec\.ts)`: ([^|]+?)(?=<br>| *\|)/g;

const rowsOf = (page: string) =>
  readFileSync(join(root, 'docs/nest', page), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| ---') && !/^\|\s+(Feature|\|)/.test(line));

describe.each([
  ['features.md', 60],
  ['pains.md', 25],
])('docs/nest/%s', (page, rowsMin) => {
  const rows = rowsOf(page).filter((row) => !/\| *Pain *\|/.test(row));

  it('names a test for every row, or says that it is not there yet', () => {
    expect(rows.length).toBeGreaterThanOrEqual(rowsMin);
    expect(rows.filter((row) => ![...row.matchAll(cell)].length && !row.includes('not yet'))).toEqual([]);
  });

  it('names tests that there are', () => {
    const named = rows.flatMap((row) => [...row.matchAll(cell)].map(([, file = '', name = '']) => ({ file, name })));
    const missing = named.filter(({ file, name }) => {
      const path = join(root, file);
      return !existsSync(path) || !readFileSync(path, 'utf8').includes(name);
    });
    expect(missing).toEqual([]);
  });
});

describe('docs/nest/features.md', () => {
  it('names an example that runs against Apache, or says why there is none', () => {
    const rows = rowsOf('features.md').map((row) => row.split('|').slice(1, -1));
    const wrong = rows.filter((cells) => {
      const [, suite, example = ''] = /^([a-z]+): (.*)$/.exec(cells.at(-1)?.trim() ?? '') ?? [];
      if (suite === undefined) return cells.at(-1)?.trim() !== 'not yet';
      if (suite === 'no') return example === '';
      const path = ['features', 'interop'].map((folder) => join(import.meta.dirname, folder, `${suite}.suite.ts`)).find(existsSync);
      return path === undefined || !readFileSync(path, 'utf8').includes(`it('${example}'`);
    });
    expect(wrong).toEqual([]);
  });
});
