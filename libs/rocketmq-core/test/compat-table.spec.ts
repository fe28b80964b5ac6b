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

function rows(): string[] {
  const broker = Object.values(brokerRoutes(anything as RouteParts));
  const refused = new Map(broker.map(({ command, unsupported }) => [command.code, unsupported]));
  const namesrv = new Set(namesrvRoutes(anything as NamesrvParts).map(({ command }) => command.code));
  const answerOf = (code: number) => {
    if (!refused.has(code)) return '';
    return refused.get(code) === undefined ? 'yes' : 'refused';
  };
  return [...allCommands]
    .sort((a, b) => a.code - b.code)
    .map(({ code, name }) => `| ${code} | ${name} | ${answerOf(code)} | ${namesrv.has(code) ? 'yes' : ''} |`);
}

/** Set UPDATE_DOCS=1 to write the page. */
it('docs/compat.md lists every request as the route tables serve it', async () => {
  const table = ['| Code | Request | Broker | Name server |', '| ---: | --- | --- | --- |', ...rows()].join('\n');
  const text = readFileSync(page, 'utf8');
  const [before, rest = ''] = text.split(BEGIN);
  const after = rest.split(END)[1] ?? '';
  const made = `${before}${BEGIN}\n\n${table}\n\n${END}${after}`;
  const expected = await format(made, { ...(await resolveConfig(page)), parser: 'markdown' });
  if (process.env.UPDATE_DOCS === '1') writeFileSync(page, expected);
  expect(readFileSync(page, 'utf8')).toBe(expected);
});
