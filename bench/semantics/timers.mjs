// Delayed messages: how late they come at a steady rate, and how fast a pile leaves that is due at once. Lateness is counted from the moment at which a
// message is due, in the broker, to the listener of its consumer: all of them share a clock.
import { setTimeout as sleep } from 'node:timers/promises';

export const settings = {};

const RATE = 1000;
const PRECISION_MS = 1000;
const OVERDUE_MAX_S = 10;
const SLICE_MS = 50;
const percentile = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;

/** Sends `count` messages at the rate; `delayOf` says how. */
async function sendSteadily(producer, { topic, count, delayOf }) {
  const started = performance.now();
  const sends = [];
  for (let sent = 0; sent < count;) {
    const due = Math.min(count, Math.floor(((performance.now() - started) * RATE) / 1000));
    for (; sent < due; sent += 1) sends.push(producer.send({ topic, body: 'x'.repeat(256), ...delayOf(sent) }).catch((error) => error));
    await sleep(SLICE_MS);
  }
  const failed = (await Promise.all(sends)).find((result) => result instanceof Error);
  if (failed !== undefined) throw failed;
}

/** A consumer that notes when each message came; resolves when all have. */
async function consumeAll(client, { topic, count }) {
  const seen = [];
  let last = 0;
  let done;
  const all = new Promise((resolve) => (done = resolve));
  const consumer = client.pushConsumer({
    group: `${topic}-group`,
    subscriptions: new Map([[topic, '*']]),
    consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET',
    onMessage: (message) => {
      const { properties, storeTimestamp } = message;
      seen.push({ key: properties.get('UNIQ_KEY'), properties, storeTimestamp, atMs: Date.now() });
      last = Math.max(last, storeTimestamp);
      if (seen.length === count) done();
    },
  });
  await consumer.start();
  return { all, seen, last: () => last };
}

/** When the messages of level 1 are due, by their keys: a second after they were stored to wait. */
async function duesOfLevel(client, { brokerName }, count) {
  const waiting = client.litePullConsumer({ group: 'bench-schedule' });
  await waiting.start();
  const queue = { topic: 'SCHEDULE_TOPIC_XXXX', brokerName, queueId: 0 };
  await waiting.assign([queue]);
  await waiting.seek(queue, 0);
  const dues = new Map();
  while (dues.size < count)
    for (const message of await waiting.poll(1000)) dues.set(message.properties.get('UNIQ_KEY'), message.storeTimestamp + 1000);
  return dues;
}

async function steady(load, title, { delayOf, duesOf, limit }) {
  const topic = `bench-${title}`;
  const count = RATE * (load.quick ? 5 : 20);
  const client = await load.client();
  const producer = client.producer({ group: 'bench-timers', inFlightMax: 10_000, sendMsgTimeoutMs: 30_000 });
  await producer.start();
  const { queue } = await producer.send({ topic, body: 'first' });
  const consuming = await consumeAll(client, { topic, count: count + 1 });
  const cpu = load.cpu();
  await sendSteadily(producer, { topic, count, delayOf });
  await consuming.all;
  const spent = load.cpu() - cpu;
  const delayed = consuming.seen.filter(({ properties }) => properties.has('REAL_TOPIC'));
  const dues = await duesOf({ client, queue, delayed });
  await client.shutdown(2000);
  const early = delayed.find(({ key, storeTimestamp }) => storeTimestamp < dues.get(key));
  if (early !== undefined) throw new Error(`${title}: ${early.key} came ${dues.get(early.key) - early.storeTimestamp} ms early`);
  const lateMs = delayed.map(({ key, atMs }) => atMs - dues.get(key)).sort((a, b) => a - b);
  if (lateMs.length !== count) throw new Error(`${title}: ${lateMs.length} of ${count} messages were delayed`);
  return [
    { title: `${title}: late, p50, ms`, value: percentile(lateMs, 0.5) },
    { title: `${title}: late, p99, ms`, value: percentile(lateMs, 0.99), limit },
    { title: `${title}: CPU for 1000 messages, s`, value: (spent / count) * 1000, digits: 2 },
  ];
}

/** A pile that is due at once; `begin` answers from when on it can be delivered, ms. */
async function pile(load, { topic, title, begin, measure }) {
  const count = load.quick ? 20_000 : 100_000;
  const sending = await load.client();
  const producer = sending.producer({ group: 'bench-timers', inFlightMax: 2000, sendMsgTimeoutMs: 30_000 });
  await producer.start();
  await producer.send({ topic, body: 'first' });
  const dueMs = Math.ceil(Date.now() / 1000) * 1000 + (load.quick ? 30_000 : 60_000);
  const sends = [];
  for (let sent = 0; sent < count; sent += 1) {
    await producer.whenWritable();
    sends.push(producer.send({ topic, body: 'x'.repeat(256), deliverAt: dueMs }));
  }
  await Promise.all(sends);
  const room = dueMs - Date.now();
  if (room < 0) throw new Error(`the pile was not sent in time, ${-room} ms are missing`);
  await sending.shutdown(2000);
  const fromMs = await begin(dueMs);
  const client = await load.client();
  const consuming = await consumeAll(client, { topic, count: count + 1 });
  await consuming.all;
  const last = consuming.last();
  await client.shutdown(2000);
  return [{ title, ...measure(count, Math.max(1, last - fromMs)) }];
}

export async function run(load) {
  const level = await steady(load, 'level', {
    limit: 200,
    delayOf: () => ({ delayTimeLevel: 1 }),
    duesOf: ({ client, queue, delayed }) => duesOfLevel(client, queue, delayed.length),
  });
  const timer = await steady(load, 'timer', {
    limit: PRECISION_MS + 200,
    delayOf: (at) => ({ deliverAt: Date.now() + 2000 + (at % 1000) }),
    duesOf: ({ delayed }) => new Map(delayed.map(({ key, properties }) => [key, Number(properties.get('TIMER_DELIVER_MS'))])),
  });
  const atOnce = await pile(load, {
    ...{ topic: 'bench-pile', title: 'timers due at once, 1/s' },
    begin: (dueMs) => dueMs,
    measure: (count, tookMs) => ({ value: (count / tookMs) * 1000, least: 1 }),
  });
  const overdue = await pile(load, {
    ...{ topic: 'bench-overdue', title: `overdue timers (${load.quick ? 20_000 : 100_000}) gone after a restart, s` },
    begin: (dueMs) => load.restart(dueMs + PRECISION_MS),
    measure: (_, tookMs) => ({ value: tookMs / 1000, digits: 1, limit: OVERDUE_MAX_S }),
  });
  return [...level, ...timer, ...atOnce, ...overdue];
}
