// How soon a store is ready after kill -9, and how fast what is derived is built again.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { draft, fill, openStore, temporaryFolder } from './opened-store.mjs';

/** Where a store of so many GiB has to be ready, seconds. */
const goals = new Map([
  [1, 3],
  [10, 5],
]);

/** Fills a store and goes on appending until it is killed. */
export async function live({ dist, folder, bytes }) {
  const store = await openStore({ dist, folder });
  await fill(store, { bytes });
  process.send('full');
  for (;;) await fill(store, { bytes: Infinity });
}

async function killedStore({ dist, folder, bytes }) {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'child.mjs')], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  child.send({ part: 'recovery', call: 'live', options: { dist, folder, bytes } });
  await once(child, 'message');
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

/** Milliseconds until a message is stored. */
async function ready(options) {
  const start = performance.now();
  const store = await openStore(options);
  await store.append(draft(Buffer.alloc(1024), 0));
  const ms = performance.now() - start;
  return { store, ms };
}

export async function run(options) {
  const rows = [];
  for (const gib of options.recoveryGib) rows.push(...(await measured(gib, options)));
  return rows;
}

async function measured(gib, options) {
  const { dist } = options;
  const { folder, remove } = temporaryFolder(options);
  await killedStore({ dist, folder, bytes: gib * 2 ** 30 });
  const killed = await ready({ dist, folder });
  await killed.store.close();
  const stopped = await ready({ dist, folder });
  await stopped.store.close();
  const rows = [
    { title: `Ready after kill -9 with ${gib} GiB, s`, value: killed.ms / 1000, digits: 2, atMost: goals.get(gib) },
    { title: `Ready after a clean stop with ${gib} GiB, s`, value: stopped.ms / 1000, digits: 2 },
  ];
  if (gib === options.recoveryGib[0]) rows.push(...(await rebuilt(folder, dist)));
  remove();
  return rows;
}

async function rebuilt(folder, dist) {
  for (const part of ['consumequeue', 'index'])
    for (const name of readdirSync(join(folder, part))) rmSync(join(folder, part, name), { recursive: true });
  const start = performance.now();
  const store = await openStore({ dist, folder });
  const seconds = (performance.now() - start) / 1000;
  const { maxPhysicalOffset } = store.figures();
  let count = 0;
  for (const topic of store.topics()) for (let queueId = 0; queueId < 8; queueId += 1) count += store.maxQueueOffset(topic, queueId);
  await store.close();
  return [
    { title: 'Queues and index built again from the log, messages/s', value: count / seconds, atLeast: 100_000 },
    { title: '… MiB/s', value: maxPhysicalOffset / 2 ** 20 / seconds },
  ];
}
