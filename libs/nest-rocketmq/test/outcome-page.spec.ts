import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { outcomeTable } from '../src/index.js';

const page = join(import.meta.dirname, '../../../docs/nest/outcomes.md');
const BEGIN = '<!-- table: outcomes -->';
const END = '<!-- end of table -->';

function table(): string {
  const rows = Object.entries(outcomeTable).map(([end, { fate, policyAsked, logged, means }]) => [
    ...[end, fate === 'consumed' ? 'is consumed' : fate === 'retry' ? 'is delivered again' : 'is a dead letter'],
    ...[policyAsked ? 'yes' : 'no', logged, means],
  ]);
  const all = [['The delivery', 'The message', 'Policy asked', 'Logged', ''], ...rows];
  const widths = all[0]?.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0))) ?? [];
  const lines = all.map((row) => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`);
  return [lines[0], `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...lines.slice(1)].join('\n');
}

describe('docs/nest/outcomes.md', () => {
  it('shows the outcome table as it is', async () => {
    const text = await readFile(page, 'utf8');
    const [before = '', rest = ''] = text.split(BEGIN);
    const [, after = ''] = rest.split(END);
    const expected = `${before}${BEGIN}\n\n${table()}\n\n${END}${after}`;
    if (process.env.UPDATE_DOCS === '1') await writeFile(page, expected);
    expect(await readFile(page, 'utf8')).toBe(expected);
  });
});
