// The rows of all parts as one table.
import { loadavg } from 'node:os';
import { table, whole } from '../report.mjs';

const titles = { append: 'Appends', reads: 'Reads', behind: 'Consumers that are far behind', recovery: 'Recovery', queues: 'Many queues' };

function show(value, digits) {
  if (value === undefined) return '';
  return digits === undefined && value >= 100 ? whole(value) : value.toFixed(digits ?? 1);
}

/** A goal is a ratio (`least`, `most`) or a value (`atLeast`, `atMost`). */
function goalOf({ value, ratio, least, most, atLeast, atMost }) {
  const mark = (isMet) => (isMet ? '✓' : '✗');
  if (least !== undefined) return `≥ ${least} ${mark(ratio >= least)}`;
  if (most !== undefined) return `≤ ${most} ${mark(ratio <= most)}`;
  if (atLeast !== undefined) return `≥ ${atLeast} (value) ${mark(value >= atLeast)}`;
  return atMost === undefined ? '' : `≤ ${atMost} (value) ${mark(value <= atMost)}`;
}

function cells(row) {
  const limit = row.raw === undefined ? '' : `${show(row.raw, row.digits)} ${row.of}`;
  return [row.title, show(row.value, row.digits), limit, row.ratio === undefined ? '' : row.ratio.toFixed(2), goalOf(row)];
}

export function storeReport(sections, where) {
  const tables = sections.flatMap(({ part, rows }) => [
    ...[`## ${titles[part]}`, '', ...table(['', 'store', 'beside it', 'ratio', 'goal'], rows.map(cells)), ''],
  ]);
  const load = `load average ${loadavg()
    .map((one) => one.toFixed(1))
    .join(', ')} at the end`;
  return [`# ${new Date().toISOString().slice(0, 10)}, store`, '', `${where}, ${load}`, '', ...tables].join('\n');
}
