// The transports as a table, and ours against the fastest of those that keep messages.
import { table, whole } from '../report.mjs';
import { stacks } from './servers.mjs';

const OURS = 'rocketmq';

const columns = [
  { head: 'messages/s', of: ({ perSecond }) => whole(perSecond) },
  { head: 'CPU s per 100 000', of: ({ cpuPer100k }) => cpuPer100k.toFixed(1) },
  {
    head: 'producer + consumer + server',
    of: ({ producerCpu, consumerCpu, serverCpu }) => [producerCpu, consumerCpu, serverCpu].map((used) => used.toFixed(1)).join(' + '),
  },
  { head: 'p50 ms', of: ({ p50Ms }) => p50Ms.toFixed(2) },
  { head: 'p99 ms', of: ({ p99Ms }) => p99Ms.toFixed(2) },
  { head: 'memory MiB', of: ({ memoryMib }) => whole(memoryMib) },
  { head: 'boot ms', of: ({ bootMs }) => whole(bootMs) },
];

const goals = [
  { title: 'messages/s', of: ({ perSecond }) => perSecond, least: 1.5 },
  { title: 'CPU seconds for a message', of: ({ cpuPer100k }) => cpuPer100k, most: 0.7 },
  { title: 'p99 at 1 000/s', of: ({ p99Ms }) => p99Ms, most: 1 },
];

/** Ours against the fastest of the others that keep messages. */
function comparison(results) {
  const mine = results[OURS];
  const durable = Object.keys(results).filter((name) => name !== OURS && stacks[name].durable);
  if (mine === undefined || durable.length === 0) return [];
  const fastest = durable.reduce((best, name) => (results[name].perSecond > results[best].perSecond ? name : best));
  const rows = goals.map(({ title, of, least, most }) => {
    const ratio = of(mine) / of(results[fastest]);
    const isMet = least === undefined ? ratio <= most : ratio >= least;
    const goal = least === undefined ? `≤ ${most.toFixed(1)}` : `≥ ${least.toFixed(1)}`;
    return [title, ratio.toFixed(2), `${goal} ${isMet ? '✓' : '✗'}`];
  });
  return ['', ...table([`ours against ${stacks[fastest].title}, the fastest that keeps messages`, 'ratio', 'goal'], rows)];
}

export function report(results, { where, how }) {
  const rows = Object.entries(results).map(([name, one]) => [stacks[name].title, ...columns.map(({ of }) => of(one))]);
  return [
    `# ${new Date().toISOString().slice(0, 10)}, Nest applications`,
    '',
    where,
    '',
    how,
    '',
    ...table(['', ...columns.map(({ head }) => head)], rows),
    ...comparison(results),
    '',
  ].join('\n');
}
