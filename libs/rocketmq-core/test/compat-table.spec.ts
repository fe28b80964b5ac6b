import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { allCommands } from '../src/protocol/index.js';
import { brokerRoutes, type RouteParts } from '../src/broker/routes.js';
import { namesrvRoutes, type NamesrvParts } from '../src/namesrv/routes.js';

const page = join(import.meta.dirname, '../../../docs/compat.md');
const BEGIN = '<!-- requests: made from the route tables -->';
const END = '<!-- end of requests -->';

/** Handlers are made but never called: whatever their factories look at is this. */
const anything: unknown = new Proxy(() => undefined, {
  get: (_, name) => (name === Symbol.toPrimitive ? () => '' : anything),
  apply: () => anything,
});

/** Requests that neither serves: those that are sent to others. */
const servedBy = new Map<number, string>([
  ...[39, 40, 220, 221, 326].map((code) => [code, 'sent to clients; ours answers'] as const),
  ...[47, 200072, 200073].map((code) => [code, 'no client of Apache answers either'] as const),
  ...[902, 903].map((code) => [code, 'for containers of several brokers'] as const),
  ...[1001, 1002, 1003, 1004, 1005, 1006, 1009, 1010, 1011, 1012, 1013].map(
    (code) => [code, 'for controllers, of which there are none'] as const,
  ),
]);

interface Answer {
  readonly word: string;
  readonly reason: string;
}

function rows(): string[] {
  const broker = new Map(Object.values(brokerRoutes(anything as RouteParts)).map((row) => [row.command.code, row]));
  const namesrv = new Map(namesrvRoutes(anything as NamesrvParts).map((row) => [row.command.code, row]));
  const answerOf = (row: { readonly unsupported?: string; readonly partial?: string } | undefined): Answer => {
    if (row === undefined) return { word: '', reason: '' };
    if (row.unsupported !== undefined) return { word: 'refused', reason: row.unsupported };
    return row.partial === undefined ? { word: 'yes', reason: '' } : { word: 'partly', reason: row.partial };
  };
  return [...allCommands]
    .sort((a, b) => a.code - b.code)
    .map(({ code, name }) => {
      const answers = [answerOf(broker.get(code)), answerOf(namesrv.get(code))];
      const isServed = answers.some(({ word }) => word !== '');
      const reason = isServed ? answers.map((answer) => answer.reason).join('') : (servedBy.get(code) ?? 'no release of Apache serves it');
      return `| ${code} | ${name} | ${answers.map(({ word }) => word).join(' | ')} | ${reason} |`;
    });
}

/** Set UPDATE_DOCS=1 to write the page. */
it('docs/compat.md lists every request as the route tables serve it', async () => {
  const table = ['| Code | Request | Broker | Name server | Why |', '| ---: | --- | --- | --- | --- |', ...rows()].join('\n');
  const text = readFileSync(page, 'utf8');
  const [before, rest = ''] = text.split(BEGIN);
  const after = rest.split(END)[1] ?? '';
  const made = `${before}${BEGIN}\n\n${table}\n\n${END}${after}`;
  const expected = await format(made, { ...(await resolveConfig(page)), parser: 'markdown' });
  if (process.env.UPDATE_DOCS === '1') writeFileSync(page, expected);
  expect(readFileSync(page, 'utf8')).toBe(expected);
});
