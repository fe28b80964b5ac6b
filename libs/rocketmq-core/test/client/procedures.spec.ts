import { jest } from '@jest/globals';
import { ResponseCode } from '../../src/protocol/index.js';
import { movePileUp, type ClientInstance, type ReceivedMessage } from '../../src/client/index.js';
import { Cluster, eventually, Inbox } from './cluster.js';

// They wait for several clients in turn, on a machine that may be busy.
jest.setTimeout(30_000);

/** Clients that ask for routes often: producers have the new one soon. */
const quick = { pollNameServerIntervalMs: 50 };
const settled = { settleMs: 300, pollMs: 20 };

let cluster: Cluster;
let client: ClientInstance;

async function start(brokerNames?: readonly string[]): Promise<void> {
  cluster = await Cluster.start(brokerNames);
  client = await cluster.client(quick);
}
afterEach(() => cluster.stop());

const topicOf = (topic: string, queues: number) =>
  client.admin().topics.createOrUpdate({ topic, readQueueNums: queues, writeQueueNums: queues });

async function consumer(group: string, topic: string, onMessage: (message: ReceivedMessage) => void | Promise<void>, more: object = {}) {
  const made = client.pushConsumer({
    ...{ group, subscriptions: new Map([[topic, '*']]), consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET' },
    ...{ persistConsumerOffsetIntervalMs: 20, onMessage: async (message: ReceivedMessage) => onMessage(message), ...more },
  });
  await made.start();
  return made;
}

/** Until the group has committed that far in the only queue of the topic. */
const committed = (group: string, topic: string, offset: number) =>
  eventually(async () => (await client.admin().offsets.consumerOffset(group, { topic, brokerName: 'broker-a', queueId: 0 })) === offset);

/** Sends numbered messages of several keys until it is stopped. */
async function startSending(topic: string, keys: number): Promise<() => Promise<number>> {
  const producer = client.producer({ group: 'P' });
  await producer.start();
  const ending = new AbortController();
  let sent = 0;
  const sending = (async () => {
    while (!ending.signal.aborted) {
      const key = String(sent % keys);
      await producer.send({ topic, body: Buffer.from(`${key}:${Math.floor(sent / keys)}`) }, { shardingKey: key });
      sent += 1;
    }
  })();
  return async () => {
    ending.abort();
    await sending;
    return sent;
  };
}

describe('shrinking a topic', () => {
  it('loses nothing, though the queues that go are full when it begins', async () => {
    await start();
    await topicOf('Wide', 4);
    const producer = client.producer({ group: 'P' });
    await producer.start();
    for (let i = 0; i < 40; i += 1) await producer.send({ topic: 'Wide', body: Buffer.from(`before ${i}`) }, { shardingKey: String(i) });
    const inbox = new Inbox<string>();
    let hold: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (hold = resolve));
    await consumer('Shrinkers', 'Wide', async ({ body }) => {
      await held;
      inbox.add(body.toString());
    });
    const waits: string[] = [];
    const done = client.admin().procedures.shrink('Wide', { ...settled, queues: 1, onWait: (what) => void waits.push(what) });
    await eventually(async () => (await client.admin().topics.config('Wide', cluster.broker().address))?.writeQueueNums === 1);
    await eventually(() => Promise.resolve(waits.some((what) => what.startsWith('Shrinkers at 0 of'))));
    expect((await client.admin().topics.config('Wide', cluster.broker().address))?.readQueueNums).toBe(4);
    hold();
    await done;
    expect(await client.admin().topics.config('Wide', cluster.broker().address)).toMatchObject({ readQueueNums: 1, writeQueueNums: 1 });
    for (let i = 0; i < 5; i += 1) await producer.send({ topic: 'Wide', body: Buffer.from(`after ${i}`) });
    expect(new Set(await inbox.until(45)).size).toBe(45);
  });

  it('ends with its signal and may be begun again', async () => {
    await start();
    await topicOf('Wide', 2);
    const ending = new AbortController();
    const first = client.admin().procedures.shrink('Wide', { queues: 1, settleMs: 60_000, signal: ending.signal });
    ending.abort();
    await expect(first).rejects.toMatchObject({ reason: 'aborted' });
    await client.admin().procedures.shrink('Wide', { ...settled, queues: 1 });
    expect((await client.admin().topics.config('Wide', cluster.broker().address))?.readQueueNums).toBe(1);
    await expect(client.admin().procedures.shrink('Nothing', { queues: 1 })).rejects.toThrow('no broker has topic Nothing');
  });
});

describe('doubling ordered queues', () => {
  it('keeps the order of every key under load', async () => {
    await start();
    await topicOf('Ordered', 2);
    const received = new Map<string, number[]>();
    const inbox = new Inbox<string>();
    const queuesSeen = new Set<number>();
    const running = await consumer(
      'Doublers',
      'Ordered',
      ({ body, queue }) => {
        const [key = '', number] = body.toString().split(':');
        queuesSeen.add(queue.queueId);
        received.set(key, [...(received.get(key) ?? []), Number(number)]);
        inbox.add(key);
      },
      { orderly: true, followQueueDoubling: true },
    );
    const stopSending = await startSending('Ordered', 8);
    await inbox.until(50);
    // The old queues stand still for a while, so that new ones would overtake them.
    running.pause();
    const done = client.admin().procedures.doubleQueues('Ordered', settled);
    await eventually(async () => (await client.admin().cluster.kv('NEST_QUEUE_DOUBLING', 'Ordered'))?.includes(';') === true);
    running.resume();
    await done;
    expect(await client.admin().cluster.kv('NEST_QUEUE_DOUBLING', 'Ordered')).toBeUndefined();
    const sent = await stopSending();
    await inbox.until(sent);
    await running.shutdown();
    expect(queuesSeen).toEqual(new Set([0, 1, 2, 3]));
    for (const numbers of received.values()) expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
  });

  it('needs the same numbers everywhere', async () => {
    await start();
    await client.admin().topics.createOrUpdate({ topic: 'Uneven', readQueueNums: 4, writeQueueNums: 2 });
    await expect(client.admin().procedures.doubleQueues('Uneven', settled)).rejects.toThrow('the same number of queues');
  });
});

describe('draining a broker', () => {
  it('sends producers elsewhere and waits until its groups are level', async () => {
    await start(['broker-a', 'broker-b']);
    await topicOf('Spread', 2);
    const inbox = new Inbox<string>();
    const running = await consumer('Drainers', 'Spread', ({ body }) => inbox.add(body.toString()));
    const stopSending = await startSending('Spread', 8);
    await inbox.until(20);
    running.pause();
    const waits: string[] = [];
    const done = client.admin().procedures.drain('broker-a', { ...settled, onWait: (what) => void waits.push(what) });
    await eventually(() => Promise.resolve(waits.some((what) => what.includes('Drainers'))));
    running.resume();
    await done;
    await cluster.stopBroker('broker-a');
    const sent = await stopSending();
    expect(new Set(await inbox.until(sent)).size).toBe(sent);
  });

  it('waits for what waits there itself: timers, open transactions, messages that failed', async () => {
    cluster = await Cluster.start(['broker-a'], {
      ...{ transactionTimeOut: 100, transactionCheckInterval: 50, transactionOpBatchInterval: 50, transactionCheckMax: 10_000 },
      timerPrecisionMs: 100,
      messageDelayLevel: '1s 1s 1s 1s',
    });
    client = await cluster.client(quick);
    await topicOf('Held', 1);
    let verdict: 'unknown' | 'commit' = 'unknown';
    const listener = { executeLocalTransaction: () => 'unknown' as const, checkLocalTransaction: () => verdict };
    const producer = client.transactionProducer({ group: 'P', topics: ['Held'], listeners: { listener } });
    await producer.start();
    await producer.sendInTransaction({ topic: 'Held', body: Buffer.from('half') }, undefined);
    // It is to wait longer than the first draining takes on a busy machine.
    await producer.send({ topic: 'Held', body: Buffer.from('timer'), delayMs: 5000 });
    const seen: string[] = [];
    await consumer('Late', 'Held', ({ body, reconsumeTimes }) => {
      seen.push(`${body.toString()} ${reconsumeTimes}`);
      if (reconsumeTimes === 0) throw new Error('not yet');
    });
    const waits: string[] = [];
    const options = { ...settled, settleMs: 0, onWait: (what: string) => void waits.push(what) };
    await client.admin().procedures.drain('broker-a', { ...options, leaveTransactions: true, leaveTimers: true });
    expect(seen).toEqual([]);
    const done = client.admin().procedures.drain('broker-a', options);
    await eventually(() => waits.some((what) => /halves of transactions.*1 messages in the timer/.test(what)));
    await eventually(() => seen.includes('timer 1'));
    verdict = 'commit';
    await done;
    expect(seen.sort()).toEqual(['half 0', 'half 1', 'timer 0', 'timer 1']);
    expect(waits.some((what) => what.includes('1 delayed messages'))).toBe(true);
  });
});

describe('moving a pile-up', () => {
  it('keeps keys and order, in place of the handler that cannot keep up', async () => {
    await start();
    await topicOf('Narrow', 1);
    await topicOf('Broad', 4);
    const slow = await consumer('Movers', 'Narrow', () => undefined, { consumeMessageBatchMaxSize: 1 });
    await slow.shutdown();
    const producer = client.producer({ group: 'P' });
    await producer.start();
    for (let i = 0; i < 60; i += 1) {
      const key = String(i % 6);
      const message = { topic: 'Narrow', body: Buffer.from(`${key}:${i}`), tags: 'A', keys: key, properties: { colour: 'red' } };
      await producer.send(message, { shardingKey: key });
    }
    const move = await movePileUp(client, {
      group: 'Movers',
      from: 'Narrow',
      to: 'Broad',
      consumer: { persistConsumerOffsetIntervalMs: 20 },
    });
    const received = new Map<string, number[]>();
    const queues = new Map<string, Set<number>>();
    const inbox = new Inbox<ReceivedMessage>();
    await consumer(
      'Wide-movers',
      'Broad',
      (message) => {
        const [key = '', number] = message.body.toString().split(':');
        received.set(key, [...(received.get(key) ?? []), Number(number)]);
        queues.set(key, (queues.get(key) ?? new Set()).add(message.queue.queueId));
        inbox.add(message);
      },
      { orderly: true },
    );
    const [first] = await inbox.until(60);
    expect(first).toMatchObject({ tags: 'A', keys: [expect.any(String)] });
    expect(first?.properties.get('colour')).toBe('red');
    expect(first?.properties.get('movedFrom')).toMatch(/^Narrow:/);
    for (const numbers of received.values()) expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
    for (const ids of queues.values()) expect(ids.size).toBe(1);
    expect(new Set([...queues.values()].flatMap((ids) => [...ids])).size).toBeGreaterThan(1);
    await move.stop();
    expect(move.moved).toBe(60);
    await committed('Movers', 'Narrow', 60);
    await expect(movePileUp(client, { group: 'Movers', from: 'Narrow', to: 'Narrow' })).rejects.toThrow('another topic');
  });
});

describe('a group that is reset by an administrator', () => {
  it.each([
    [true, false],
    [true, true],
    [false, false],
    [false, true],
  ])('goes on from there, online (the broker keeps resets: %s, in order: %s)', async (useServerSideResetOffset, orderly) => {
    cluster = await Cluster.start(['broker-a'], { useServerSideResetOffset });
    client = await cluster.client(quick);
    await topicOf('Again', 1);
    const inbox = new Inbox<string>();
    await consumer('Rewinders', 'Again', ({ body }) => inbox.add(body.toString()), { orderly });
    const producer = client.producer({ group: 'P' });
    await producer.start();
    for (const text of ['a', 'b', 'c']) await producer.send({ topic: 'Again', body: Buffer.from(text) });
    await inbox.until(3);
    await committed('Rewinders', 'Again', 3);
    const queue = { topic: 'Again', brokerName: 'broker-a', queueId: 0 };
    expect(await client.admin().offsets.reset('Rewinders', 'Again', { to: 0 })).toEqual([[queue, 0]]);
    expect(await inbox.until(6)).toEqual(['a', 'b', 'c', 'a', 'b', 'c']);
    await committed('Rewinders', 'Again', 3);
  });

  it('is committed for when nobody of it is online and the broker keeps no resets', async () => {
    cluster = await Cluster.start(['broker-a'], { useServerSideResetOffset: false });
    client = await cluster.client(quick);
    await topicOf('Again', 1);
    const first = await consumer('Absent', 'Again', () => undefined);
    const producer = client.producer({ group: 'P' });
    await producer.start();
    for (const text of ['a', 'b']) await producer.send({ topic: 'Again', body: Buffer.from(text) });
    await committed('Absent', 'Again', 2);
    await first.shutdown();
    await client.admin().offsets.reset('Absent', 'Again', { to: 0 });
    expect(await client.admin().groups.lag('Absent', 'Again')).toBe(2);
  });
});

describe('a consumer that an administrator asks', () => {
  it('tells of itself, its offsets, its queues, and delivers one message directly', async () => {
    await start();
    await topicOf('Asked', 1);
    const inbox = new Inbox<string>();
    const running = await consumer('Asked-group', 'Asked', ({ body }) => inbox.add(body.toString()));
    const producer = client.producer({ group: 'Askers' });
    await producer.start();
    const { offsetMessageId } = await producer.send({ topic: 'Asked', body: Buffer.from('once') });
    await inbox.until(1);
    const admin = client.admin();
    const choice = { group: 'Asked-group', clientId: client.clientId };
    const info = await admin.clients.runningInfo(choice);
    expect(info.properties.get('PROP_NAMESERVER_ADDR')).toBe(`${cluster.namesrvAddr};`);
    expect(info.statusTable.get('Asked')?.consumeOKTPS).toBeGreaterThan(0);
    const [[, queue] = []] = info.mqTable.filter(([{ topic }]) => topic === 'Asked');
    expect(queue?.lastPullTimestamp).toBeGreaterThan(0);
    await eventually(async () => (await admin.clients.offsets('Asked-group', 'Asked')).get(client.clientId)?.[0]?.[1] === 1);
    expect(await admin.clients.consumeDirectly(choice, offsetMessageId)).toMatchObject({ consumeResult: 'CR_SUCCESS', order: false });
    expect(await inbox.until(2)).toEqual(['once', 'once']);
    expect((await admin.clients.producerConnections('Askers', cluster.broker().address)).connectionSet).toHaveLength(1);
    expect((await admin.figures.timeSpan('Asked-group', 'Asked'))[0]?.minTimeStamp).toBeGreaterThan(0);
    expect((await admin.figures.consumeStats(cluster.broker().address)).consumeStatsList.length).toBeGreaterThan(0);
    await running.shutdown();
    await expect(admin.clients.runningInfo(choice)).rejects.toMatchObject({ responseCode: ResponseCode.SYSTEM_ERROR });
  });
});

describe('the start race', () => {
  it('skips nothing that is stored between the start of a consumer and its first pull', async () => {
    await start();
    for (let round = 0; round < 20; round += 1) {
      const topic = `Race${round}`;
      await topicOf(topic, 1);
      const producer = client.producer({ group: 'P' });
      await producer.start();
      const inbox = new Inbox<string>();
      const starting = consumer(`Racer${round}`, topic, ({ body }) => inbox.add(body.toString()), {
        consumeFromWhere: 'CONSUME_FROM_LAST_OFFSET',
      });
      // Both ways round: the message comes before, between and after the two questions for the start.
      for (let wait = 0; wait < round; wait += 1) await Promise.resolve();
      await producer.send({ topic, body: Buffer.from('first') });
      const running = await starting;
      expect(await inbox.until(1)).toEqual(['first']);
      await running.shutdown();
    }
  });
});
