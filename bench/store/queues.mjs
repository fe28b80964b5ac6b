// What ten thousand queues cost: memory, open files, and the time of a start.
import { readdirSync } from 'node:fs';
import { draft, openStore, temporaryFolder } from './opened-store.mjs';

const handles = () => readdirSync('/proc/self/fd').length;
const memory = () => {
  globalThis.gc();
  globalThis.gc();
  const { heapUsed, arrayBuffers, rss } = process.memoryUsage();
  return { held: (heapUsed + arrayBuffers) / 2 ** 20, rss: rss / 2 ** 20 };
};

export async function run(options) {
  const { dist, queueCount } = options;
  const { folder, remove } = temporaryFolder(options);
  let store = await openStore({ dist, folder });
  const body = Buffer.alloc(256, 'x');
  const appendTo = async (from, to) => {
    for (let at = from; at < to; at += 500) {
      const some = Array.from({ length: Math.min(500, to - at) }, (_, i) => at + i);
      await Promise.all(some.map((n) => store.append(draft(body, n % 10, `Topic-${Math.floor(n / 10)}`))));
    }
  };
  await appendTo(0, 8);
  const few = { ...memory(), handles: handles() };
  for (let round = 0; round < 3; round += 1) await appendTo(0, queueCount);
  for (let n = 0; n < queueCount; n += 1)
    (await store.get({ topic: `Topic-${Math.floor(n / 10)}`, queueId: n % 10, queueOffset: 0, maxMessages: 32 })).release?.();
  const many = { ...memory(), handles: handles() };
  await store.close();
  const start = performance.now();
  store = await openStore({ dist, folder });
  const openMs = performance.now() - start;
  await store.close();
  remove();
  return [
    {
      title: `Memory held with ${queueCount} queues, MiB`,
      value: many.held,
      digits: 1,
      raw: few.held,
      of: 'with 8',
      ratio: many.held / few.held,
    },
    { title: '… bytes per queue', value: ((many.held - few.held) * 2 ** 20) / queueCount, atMost: 4096 },
    { title: '… resident, MiB', value: many.rss, digits: 1, raw: few.rss, of: 'with 8', ratio: many.rss / few.rss },
    { title: '… open files', value: many.handles, raw: few.handles, of: 'with 8', atMost: 1100 },
    { title: '… start after a clean stop, s', value: openMs / 1000, digits: 2 },
  ];
}
