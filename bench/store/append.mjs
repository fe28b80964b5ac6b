// Appends of every size, by so many producers, in both flush modes; beside each the raw limit in the same minute.
import { median } from '../report.mjs';
import { Latencies, openStore, produce, temporaryFolder } from './opened-store.mjs';
import { copyAndWrite, sequentialWrite, syncRate } from './raw-limits.mjs';

const modes = {
  ASYNC_FLUSH: { least: 0.5, limit: copyAndWrite, of: 'copied and written in the same batches' },
  SYNC_FLUSH: { least: 0.8, limit: syncRate, of: 'fdatasync/s × producers' },
};
/** Store and limit in turns, so that both meet the same neighbours on the machine. */
const TURNS = 5;

export async function run(options) {
  const { folder, remove } = temporaryFolder(options);
  const rows = [{ title: 'Raw sequential write, MiB/s', value: (await sequentialWrite(folder)) / 2 ** 20 }];
  remove();
  for (const flushDiskType of options.modes)
    for (const size of options.sizes)
      for (const producers of options.producers) rows.push(...(await measured({ ...options, flushDiskType, size, producers })));
  return rows;
}

async function measured({ flushDiskType, size, producers, seconds, ...options }) {
  const { least, limit, of } = modes[flushDiskType];
  const { folder, remove } = temporaryFolder(options);
  const store = await openStore({ dist: options.dist, folder, flushDiskType });
  const latencies = new Latencies();
  const { recordSize } = await produce(store, { producers, size, seconds: seconds / 4, latencies: new Latencies() });
  const turns = [];
  for (let turn = 0; turn < TURNS; turn += 1) {
    const raw = await withCpu(() => limit(folder, { recordSize, batch: producers, seconds: seconds / TURNS / 2 }));
    const stored = await withCpu(() => produce(store, { producers, size, seconds: seconds / TURNS, latencies }));
    turns.push({ raw, stored });
  }
  await store.close();
  remove();
  const middle = (pick) => median(turns.map(pick));
  return [
    {
      title: `${flushDiskType}, ${size} B, ${producers} producer${producers === 1 ? '' : 's'}: messages/s`,
      value: middle(({ stored }) => stored.rate),
      raw: middle(({ raw }) => raw.rate),
      ratio: middle(({ stored, raw }) => stored.rate / raw.rate),
      ...{ of, least },
    },
    {
      title: '… CPU s per million',
      value: middle(({ stored }) => stored.cpuPerMillion),
      raw: middle(({ raw }) => raw.cpuPerMillion),
      of: 'of the limit',
    },
    { title: '… p50 ms', value: latencies.at(0.5), digits: 3 },
    { title: '… p99 ms', value: latencies.at(0.99), digits: 3 },
  ];
}

/** @param work answers with how many messages per second, and how many */
async function withCpu(work) {
  const before = process.cpuUsage();
  const { rate, count, ...rest } = await work();
  const { user, system } = process.cpuUsage(before);
  return { ...rest, rate, cpuPerMillion: (user + system) / count };
}
