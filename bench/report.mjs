// The comparison as a table: one row per measure, ratios to Apache, the goal beside each.
import { execFileSync } from 'node:child_process';
import { cpus, release, totalmem } from 'node:os';

export const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};
export const whole = (value) => Math.round(value).toLocaleString('en-US').replaceAll(',', ' ');
const short = (value) => value.toFixed(value < 10 ? 2 : 1);

/** goal: the ratio to reach, by contestant; at least for rates, at most for costs. */
const measures = [
  { title: 'Sends/s, ASYNC_FLUSH', of: (one) => one.asyncSend.rate, show: whole, least: 1.5 },
  { title: 'Sends/s, SYNC_FLUSH', of: (one) => one.syncSend.rate, show: whole, least: 1.5 },
  { title: 'Send p50 ms, ASYNC_FLUSH', of: (one) => one.asyncSend.p50, show: short },
  { title: 'Send p99 ms, ASYNC_FLUSH', of: (one) => one.asyncSend.p99, show: short, most: 1 / 2 },
  { title: 'Send p99.9 ms, ASYNC_FLUSH', of: (one) => one.asyncSend.p999, show: short },
  { title: 'Send p50 ms, SYNC_FLUSH', of: (one) => one.syncSend.p50, show: short },
  { title: 'Send p99 ms, SYNC_FLUSH', of: (one) => one.syncSend.p99, show: short, most: 1 / 2 },
  { title: 'Send p99.9 ms, SYNC_FLUSH', of: (one) => one.syncSend.p999, show: short },
  { title: 'Backlog to a push consumer, messages/s', of: (one) => one.drain.rate, show: whole, least: 1 },
  { title: 'End to end p50 ms', of: (one) => one.pace.p50, show: short },
  { title: 'End to end p99 ms', of: (one) => one.pace.p99, show: short, most: 1 },
  { title: 'Server CPU s per million sends, ASYNC_FLUSH', of: (one) => one.asyncSend.cpuPerMillion, show: short, most: 1 / 3 },
  { title: 'Server CPU s per million sends, SYNC_FLUSH', of: (one) => one.syncSend.cpuPerMillion, show: short, most: 1 / 3 },
  { title: 'Server CPU s per million consumed', of: (one) => one.drain.cpuPerMillion, show: short },
  { title: 'Start to first acknowledgement, ms', of: (one) => median(one.startMs), show: whole, most: 1 / 4 },
  { title: 'Resident MiB idle', of: (one) => median(one.idle.map(({ all }) => all)), show: whole, most: { ours: 0.4, embedded: 0.25 } },
  { title: 'Resident MiB under load', of: (one) => Math.max(one.asyncSend.memory.all, one.syncSend.memory.all), show: whole, most: 1 / 5 },
  { title: '… idle, without pages of files', of: (one) => median(one.idle.map(({ anonymous }) => anonymous)), show: whole },
  {
    title: '… under load, without pages of files',
    of: (one) => Math.max(one.asyncSend.memory.anonymous, one.syncSend.memory.anonymous),
    show: whole,
  },
];

function goalOf(measure, name) {
  if (measure.least !== undefined) return { text: `≥ ${measure.least.toFixed(1)}`, met: (ratio) => ratio >= measure.least };
  const most = typeof measure.most === 'object' ? measure.most[name] : measure.most;
  return most === undefined ? undefined : { text: `≤ ${most.toFixed(2)}`, met: (ratio) => ratio <= most };
}

function cells(measure, name, values) {
  const value = values[name];
  if (name === 'apache' || values.apache === undefined) return [measure.show(value)];
  const ratio = value / values.apache;
  const goal = goalOf(measure, name);
  return [measure.show(value), ratio.toFixed(2), goal === undefined ? '' : `${goal.text} ${goal.met(ratio) ? '✓' : '✗'}`];
}

export function hardware() {
  return `${cpus().length} × ${cpus()[0]?.model ?? '?'}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform} ${release()}, Node ${process.version}`;
}

export function machine() {
  const java = execFileSync('java', ['--version'], { encoding: 'utf8' }).split('\n')[0];
  return `${hardware()}, ${java}`;
}

/** As Markdown: titles on the left, figures on the right. */
export function table(head, rows) {
  const line = (row) => `| ${row.join(' | ')} |`;
  return [line(head), line(head.map((_, at) => (at === 0 ? '---' : '---:'))), ...rows.map(line)];
}

const heads = {
  apache: ['Apache 5.5.0'],
  ours: ['ours, two processes', 'ratio', 'goal'],
  embedded: ['ours, one process', 'ratio', 'goal'],
};

export function report(results, options, where) {
  const names = Object.keys(results);
  const compared = names.includes('apache');
  const head = ['', ...names.flatMap((name) => (compared ? heads[name] : heads[name].slice(0, 1)))];
  const rows = measures.map((measure) => {
    const values = Object.fromEntries(names.map((name) => [name, median(results[name].map(measure.of))]));
    return [measure.title, ...names.flatMap((name) => cells(measure, name, values))];
  });
  const faults = names.flatMap((name) =>
    results[name].flatMap(({ asyncSend, syncSend, pace }) => {
      const errors = asyncSend.errors + syncSend.errors + pace.errors;
      return errors + pace.missing === 0 ? [] : [`${name}: ${errors} failed sends, ${pace.missing} messages not received`];
    }),
  );
  return [
    `# ${new Date().toISOString().slice(0, 10)}`,
    '',
    where,
    '',
    `${options.senders} sync senders, ${options.size} bytes; warm-up ${options.warmup} s, measured ${options.seconds} s; backlog ${whole(options.backlog)}; end to end at ${options.rate}/s; ` +
      `rounds ${options.rounds} (median). Java broker \`${options.javaBroker}\`, name server \`${options.javaNamesrv}\`.`,
    '',
    ...table(head, rows),
    '',
    ...faults.map((fault) => `- ${fault}`),
  ].join('\n');
}
