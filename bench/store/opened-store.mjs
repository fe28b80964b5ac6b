// A store of the compiled library, and messages for it.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { setImmediate as turn } from 'node:timers/promises';

const root = resolve(import.meta.dirname, '../..');
const TOPIC = 'BenchmarkTest';
const host = { ip: Buffer.from([127, 0, 0, 1]), port: 10911 };
/** As clients send them: an id of its own for each message, which the index takes in. */
const properties = Array.from({ length: 4096 }, (_, i) => {
  const id = `7F000001000078308DB12BBC64B4${i.toString(16).toUpperCase().padStart(4, '0')}`;
  return `UNIQ_KEY\u0001${id}\u0002WAIT\u0001true\u0002TAGS\u0001TagA\u0002`;
});
let made = 0;

export function draft(body, queueId, topic = TOPIC) {
  made = (made + 1) & 4095;
  return {
    ...{ topic, queueId, flag: 0, sysFlag: 0, bornTimestamp: 1_700_000_000_000, bornHost: host, storeHost: host, reconsumeTimes: 0 },
    ...{ preparedTransactionOffset: 0, body, properties: properties[made], waitForStore: true },
  };
}

export function temporaryFolder(options) {
  const folder = mkdtempSync(join(options.folder, 'bench-store-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', remove);
  return {
    folder,
    remove: () => {
      process.off('exit', remove);
      remove();
    },
  };
}

/** @param dist folder of the compiled library */
export async function openStore({ dist, folder, ...settings }) {
  const layer = (name) => import(pathToFileURL(resolve(root, dist, 'src', name, 'index.js')).href);
  const [{ MessageStore, storeSettings }, { NodeFileSystem, SystemClock }, { defaultsOf }] = await Promise.all(
    ['store', 'runtime', 'base'].map(layer),
  );
  const config = { ...defaultsOf(storeSettings), storePathRootDir: folder, ...settings };
  const logger = { log: (level, message, fields) => level !== 'info' && level !== 'debug' && console.error(level, message, fields) };
  const store = new MessageStore({
    ...{ config, files: new NodeFileSystem(), clock: new SystemClock(), logger },
    arrivals: { arrived: () => undefined },
  });
  await store.open();
  return store;
}

/** Latencies of many calls in little room. */
export class Latencies {
  // Buckets of 1 % from 1 microsecond on.
  counts = new Uint32Array(2048);
  total = 0;
  add(ms) {
    this.counts[Math.max(0, Math.min(2047, Math.round(Math.log(ms * 1000) / Math.log(1.01))))] += 1;
    this.total += 1;
  }
  at(share) {
    let left = this.total * share;
    for (let i = 0; i < 2048; i += 1) {
      left -= this.counts[i];
      if (left <= 0) return 1.01 ** i / 1000;
    }
    return NaN;
  }
}

/**
 * Producers that each wait for their answer before they send on.
 * @param latencies takes milliseconds from call to answer
 * @returns messages, messages per second, bytes per record in the log
 */
export async function produce(store, { producers, size, seconds, latencies, queues = 8 }) {
  const body = Buffer.alloc(size, 'x');
  const before = store.figures();
  const start = performance.now();
  const until = start + seconds * 1000;
  let end = start;
  await new Promise((resolve, reject) => {
    let running = producers;
    const send = (id, startedMs) =>
      store.appendThen(draft(body, id % queues), ({ kind, reason }) => {
        end = performance.now();
        if (kind !== 'ok') return reject(new Error(`${kind} ${reason}`));
        latencies.add(end - startedMs);
        if (end < until) send(id + 1, end);
        else if ((running -= 1) === 0) resolve();
      });
    for (let id = 0; id < producers; id += 1) send(id, start);
  });
  const after = store.figures();
  const count = after.putTimes - before.putTimes;
  const bytes = after.maxPhysicalOffset - before.maxPhysicalOffset;
  return { count, rate: (count / (end - start)) * 1000, recordSize: bytes / count };
}

/** Appends until the log has so many bytes. */
export async function fill(store, { bytes, size = 1024, queues = 8 }) {
  const body = Buffer.alloc(size, 'x');
  let count = 0;
  while (store.figures().maxPhysicalOffset < bytes) {
    await Promise.all(Array.from({ length: 512 }, (_, i) => store.append(draft(body, i % queues))));
    count += 512;
  }
  return count;
}

/** Reads queues as consumers do: one pull in each turn, and no more after `isOver`. */
export async function consume(store, { queues = 8, isOver = () => false }) {
  let count = 0;
  let bytes = 0;
  let pulls = 0;
  const start = performance.now();
  const drain = async (queueId) => {
    for (let queueOffset = 0; !isOver();) {
      const found = await store.get({ topic: TOPIC, queueId, queueOffset, maxMessages: 32 });
      if (found.status !== 'found') return;
      count += found.messageCount;
      bytes += found.sizeTotal;
      pulls += 1;
      queueOffset = found.nextBeginOffset;
      found.release?.();
      await turn();
    }
  };
  await Promise.all(Array.from({ length: queues }, (_, queueId) => drain(queueId)));
  const seconds = (performance.now() - start) / 1000;
  return { count, bytes, rate: count / seconds, bytesPerSecond: bytes / seconds, pulls };
}

const dropCaches = '/proc/sys/vm/drop_caches';

/** Whether `forgetCaches` can do anything here. */
export const canForgetCaches = existsSync(dropCaches) && process.getuid?.() === 0;

/** Makes the system forget what it holds of files. @returns false where only root may do that, or nobody */
export function forgetCaches() {
  if (!canForgetCaches) return false;
  try {
    writeFileSync(dropCaches, '1');
    return true;
  } catch {
    return false;
  }
}
