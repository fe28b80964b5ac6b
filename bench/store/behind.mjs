// Whether a consumer that is far behind slows producers: producers at a fixed rate, without and with consumers that read a backlog from the disk.
import { setTimeout as sleep } from 'node:timers/promises';
import { canForgetCaches, consume, draft, fill, forgetCaches, Latencies, openStore, temporaryFolder } from './opened-store.mjs';

/** Messages at a fixed rate, timed from when each was due: what waits is counted, not left out. */
async function paced(store, { rate, size, seconds }) {
  const body = Buffer.alloc(size, 'x');
  const latencies = new Latencies();
  const total = Math.round(rate * seconds);
  let sent = 0;
  let answered = 0;
  const start = performance.now();
  while (sent < total) {
    const due = Math.min(total, Math.floor(((performance.now() - start) / 1000) * rate));
    for (; sent < due; sent += 1) {
      const dueMs = start + (sent / rate) * 1000;
      store.appendThen(draft(body, sent % 8, 'Fresh'), () => {
        answered += 1;
        latencies.add(Math.max(0.001, performance.now() - dueMs));
      });
    }
    await sleep(1);
  }
  while (answered < sent) await sleep(1);
  return { rate: (answered / (performance.now() - start)) * 1000, p50: latencies.at(0.5), p99: latencies.at(0.99) };
}

export async function run(options) {
  const rows = [];
  for (const flushDiskType of options.modes) rows.push(...(await measured({ ...options, flushDiskType })));
  return rows;
}

async function measured({ dist, flushDiskType, behindMib, behindRate, seconds, ...options }) {
  const { folder, remove } = temporaryFolder(options);
  const open = () => openStore({ dist, folder, flushDiskType });
  let store = await open();
  await fill(store, { bytes: behindMib * 2 ** 20 });
  await store.close();
  store = await open();
  const load = { rate: behindRate, size: 1024, seconds };
  await paced(store, { ...load, seconds: 2 });
  const before = await paced(store, load);
  let isOver = false;
  forgetCaches();
  const reading = consume(store, { isOver: () => isOver });
  const beside = await paced(store, load);
  isOver = true;
  const { bytesPerSecond } = await reading;
  const after = await paced(store, load);
  const mean = (pick) => (pick(before) + pick(after)) / 2;
  const alone = { rate: mean(({ rate }) => rate), p50: mean(({ p50 }) => p50), p99: mean(({ p99 }) => p99) };
  await store.close();
  remove();
  const title = `${flushDiskType}, ${behindRate} messages/s of 1 KiB`;
  const backlog = `8 consumers in a backlog of ${behindMib} MiB${canForgetCaches ? ' that is not in the page cache' : ', which may be in the page cache'}`;
  return [
    {
      title: `${title}, ${backlog}: messages/s`,
      value: beside.rate,
      raw: alone.rate,
      of: 'without them',
      ratio: beside.rate / alone.rate,
      least: 0.98,
    },
    { title: '… p50 ms', value: beside.p50, digits: 3, raw: alone.p50, of: 'without them', ratio: beside.p50 / alone.p50 },
    { title: '… p99 ms', value: beside.p99, digits: 3, raw: alone.p99, of: 'without them', ratio: beside.p99 / alone.p99, most: 2 },
    { title: '… MiB/s that they read', value: bytesPerSecond / 2 ** 20 },
  ];
}
