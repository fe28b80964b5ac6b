// Reads of what is in memory, and of what has to come from the disk.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { consume, fill, forgetCaches, openStore, temporaryFolder } from './opened-store.mjs';
import { sequentialRead } from './raw-limits.mjs';

const rowsOf = (name, { rate, bytesPerSecond }, rest = {}) => [
  { title: `${name}: messages/s`, value: rate },
  { title: '… MiB/s', value: bytesPerSecond / 2 ** 20, ...rest },
];

export async function run(options) {
  const { folder, remove } = temporaryFolder(options);
  const bytes = options.readMib * 2 ** 20;
  const open = () => openStore({ dist: options.dist, folder });
  const logs = () => readdirSync(join(folder, 'commitlog')).map((name) => join(folder, 'commitlog', name));
  const rows = [];
  let store = await open();
  await fill(store, { bytes });
  await consume(store, {});
  rows.push(...rowsOf('Hot reads, 8 interleaved queues, 32 messages', await consume(store, {})));
  await store.close();

  store = await open();
  rows.push(...rowsOf('Old reads, still in the page cache, 8 messages', await consume(store, {})));
  await store.close();
  if (forgetCaches()) {
    const raw = sequentialRead(logs()) / 2 ** 20;
    forgetCaches();
    store = await open();
    const cold = await consume(store, {});
    rows.push(...rowsOf('Cold reads, 8 messages', cold, { raw, of: 'MiB/s read in a row', ratio: cold.bytesPerSecond / 2 ** 20 / raw }));
    await store.close();
  } else rows.push({ title: 'Cold reads: not measured, only root may drop the page cache' });
  remove();
  return rows;
}
