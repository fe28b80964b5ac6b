// Appends and reads through the store alone, without a network: where the time of a broker goes that its sockets do not take.
// Usage: node bench/store.mjs [--flush ASYNC_FLUSH|SYNC_FLUSH] [--senders 64] [--size 1024] [--queues 8] [--seconds 5] [--dist <folder>]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    flush: { type: 'string', default: 'ASYNC_FLUSH' },
    senders: { type: 'string', default: '64' },
    size: { type: 'string', default: '1024' },
    queues: { type: 'string', default: '8' },
    seconds: { type: 'string', default: '5' },
    dist: { type: 'string', default: 'libs/rocketmq-core/dist' },
    folder: { type: 'string', default: tmpdir() },
  },
});
const entry = (layer) => import(resolve(values.dist, 'src', layer, 'index.js'));
const { MessageStore, storeSettings } = await entry('store');
const { NodeFileSystem, SystemClock } = await entry('runtime');
const { defaultsOf } = await entry('base');

const folder = mkdtempSync(join(values.folder, 'bench-store-'));
const config = { ...defaultsOf(storeSettings), storePathRootDir: folder, flushDiskType: values.flush };
const logger = { log: (level, message, fields) => level !== 'info' && console.error(level, message, fields) };
const arrivals = { arrived: () => undefined };
const store = new MessageStore({ config, files: new NodeFileSystem(), clock: new SystemClock(), logger, arrivals });
const host = { ip: Buffer.from([127, 0, 0, 1]), port: 10911 };
const queues = Number(values.queues);
const body = Buffer.alloc(Number(values.size), 'x');
const draft = (queueId) => ({
  topic: 'BenchmarkTest',
  queueId,
  flag: 0,
  sysFlag: 0,
  bornTimestamp: Date.now(),
  bornHost: host,
  storeHost: host,
  reconsumeTimes: 0,
  preparedTransactionOffset: 0,
  body,
  properties: 'UNIQ_KEY\u00017F000001000078308DB12BBC64B40000\u0002WAIT\u0001true\u0002TAGS\u0001TagA\u0002',
  waitForStore: true,
});

const cpu = (since) => {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1e6;
};

async function appendFor(seconds) {
  const until = performance.now() + seconds * 1000;
  const latencies = [];
  const sender = async (id) => {
    for (let i = id; performance.now() < until; i += 1) {
      const start = performance.now();
      const outcome = await store.append(draft(i % queues));
      if (outcome.kind !== 'ok') throw new Error(JSON.stringify(outcome));
      latencies.push(performance.now() - start);
    }
  };
  await Promise.all(Array.from({ length: Number(values.senders) }, (_, id) => sender(id)));
  return latencies;
}

async function readAll() {
  let count = 0;
  for (let queueId = 0; queueId < queues; queueId += 1) {
    let queueOffset = 0;
    for (;;) {
      const found = await store.get({ topic: 'BenchmarkTest', queueId, queueOffset, maxMessages: 32 });
      if (found.status !== 'found') break;
      count += found.messageCount;
      queueOffset = found.nextBeginOffset;
    }
  }
  return count;
}

async function measured(name, work) {
  const cpuStart = process.cpuUsage();
  const start = performance.now();
  const { count, more = '' } = await work();
  const seconds = (performance.now() - start) / 1000;
  const perMillion = (cpu(cpuStart) / count) * 1e6;
  console.log(`${name}: ${Math.round(count / seconds)}/s, ${perMillion.toFixed(1)} CPU seconds per million${more}`);
}

try {
  await store.open();
  await appendFor(1);
  await measured(`append ${values.flush} ${values.size} B x ${values.senders}`, async () => {
    const latencies = (await appendFor(Number(values.seconds))).sort((a, b) => a - b);
    const at = (share) => latencies[Math.floor(latencies.length * share)].toFixed(2);
    return { count: latencies.length, more: `, p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, max ${latencies.at(-1).toFixed(1)} ms` };
  });
  await measured('read', async () => ({ count: await readAll() }));
  await store.close();
  const start = performance.now();
  const again = new MessageStore({ config, files: new NodeFileSystem(), clock: new SystemClock(), logger });
  await again.open();
  console.log(`open after a clean stop: ${(performance.now() - start).toFixed(1)} ms`);
  await again.close();
  console.log(`resident memory ${(process.memoryUsage().rss / 1024 ** 2).toFixed(0)} MiB`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
