import { deferred } from '../../src/base/index.js';
import {
  type ClientInstance,
  dlqTopic,
  type MessageQueue,
  type Producer,
  type PushConsumer,
  type PushConsumerOptions,
  type ReceivedMessage,
} from '../../src/client/index.js';
import { encodeLockBatchRequestBody, encodeUnlockBatchRequestBody, LockBatchMq, UnlockBatchMq } from '../../src/protocol/index.js';
import { RemotingClient } from '../../src/remoting/index.js';
import { silentLogger, SystemClock } from '../../src/runtime/index.js';
import { Cluster, eventually, Inbox } from '../client/cluster.js';

const QUEUES = 4;
const quick = {
  orderly: true,
  suspendCurrentQueueTimeMs: 10,
  lockIntervalMs: 100,
  lockMaxLiveTimeMs: 2000,
  persistConsumerOffsetIntervalMs: 50,
};
const bodyOf = (message: ReceivedMessage) => message.body.toString();

describe('ordered messages', () => {
  let cluster: Cluster;
  let client: ClientInstance;
  let producer: Producer;

  beforeEach(async () => {
    cluster = await Cluster.start();
    client = await cluster.client();
    producer = client.producer({ group: 'P' });
    await producer.start();
    await client.admin().topics.createOrUpdate({ topic: 'T', readQueueNums: QUEUES, writeQueueNums: QUEUES });
  });
  afterEach(() => cluster.stop());

  async function consume(options: Partial<PushConsumerOptions> = {}, from: ClientInstance = client) {
    const inbox = new Inbox<ReceivedMessage>();
    const consumer = from.pushConsumer({
      group: 'G',
      subscriptions: new Map([['T', '*']]),
      consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET',
      onMessage: (message) => inbox.add(message),
      ...quick,
      ...options,
    });
    await consumer.start();
    return { inbox, consumer };
  }

  async function send(from: number, to: number, shardingKey: string): Promise<MessageQueue> {
    let queue: MessageQueue | undefined;
    for (let i = from; i < to; i += 1) queue = (await producer.send({ topic: 'T', body: `${shardingKey}-${i}` }, { shardingKey })).queue;
    return queue!;
  }

  const has = (consumer: PushConsumer, queue: MessageQueue) =>
    consumer.figures().some((figures) => figures.queue.topic === 'T' && figures.queue.queueId === queue.queueId);
  const count = (consumer: PushConsumer) => consumer.figures().filter(({ queue }) => queue.topic === 'T').length;

  it('delivers the messages of each key in their order, and no two of a queue at once', async () => {
    const running = new Map<number, number>();
    let overlaps = 0;
    const inbox = new Inbox<ReceivedMessage>();
    await consume({
      onMessage: async (message) => {
        const { queueId } = message.queue;
        running.set(queueId, (running.get(queueId) ?? 0) + 1);
        if (running.get(queueId)! > 1) overlaps += 1;
        await new Promise((resolve) => setImmediate(resolve));
        running.set(queueId, running.get(queueId)! - 1);
        inbox.add(message);
      },
    });
    const keys = ['a', 'b', 'c', 'd', 'e'];
    await Promise.all(keys.map((key) => send(0, 60, key)));
    await inbox.until(300);
    for (const key of keys) {
      const mine = inbox.items.map(bodyOf).filter((body) => body.startsWith(`${key}-`));
      expect(mine).toEqual(Array.from({ length: 60 }, (_, i) => `${key}-${i}`));
    }
    expect(overlaps).toBe(0);
  });

  it('holds a queue at a message that fails, and the other queues go on', async () => {
    let failures = 3;
    const attempts: number[] = [];
    const inbox = new Inbox<ReceivedMessage>();
    await consume({
      onMessage: (message, { attempt }) => {
        if (bodyOf(message) === 'a-1' && failures-- > 0) {
          attempts.push(attempt);
          throw new Error('not yet');
        }
        inbox.add(message);
      },
    });
    await send(0, 4, 'a');
    await send(0, 4, 'b');
    await inbox.until(8);
    const of = (key: string) => inbox.items.map(bodyOf).filter((body) => body.startsWith(key));
    expect([of('a'), of('b'), attempts]).toEqual([
      ['a-0', 'a-1', 'a-2', 'a-3'],
      ['b-0', 'b-1', 'b-2', 'b-3'],
      [1, 2, 3],
    ]);
    expect(inbox.items.find((message) => bodyOf(message) === 'a-1')).toMatchObject({ reconsumeTimes: 3 });
  });

  it('makes a dead letter of a message after its last retry, and goes on', async () => {
    const { inbox } = await consume({
      maxReconsumeTimes: 2,
      onMessage: (message) => {
        if (bodyOf(message) !== 'a-1') return inbox.add(message);
        throw new Error('poison');
      },
    });
    await send(0, 3, 'a');
    expect((await inbox.until(2)).map(bodyOf)).toEqual(['a-0', 'a-2']);
    const dead = await consume({ group: 'D', subscriptions: new Map([[dlqTopic('G'), '*']]), orderly: false });
    const [letter] = await dead.inbox.until(1);
    expect([bodyOf(letter!), letter!.reconsumeTimes, letter!.properties.get('RETRY_TOPIC')]).toEqual(['a-1', 3, 'T']);
  });

  it('hands a queue over after its running call: no overlap, nothing twice', async () => {
    const end = deferred<void>();
    const seen: string[] = [];
    const note = (who: string) => (message: ReceivedMessage) => void seen.push(`${who} ${bodyOf(message)}`);
    const first = await consume({
      onMessage: async (message) => {
        note('first begins')(message);
        await end.promise;
        note('first ends')(message);
      },
    });
    for (let i = 0; i < 10; i += 1) await send(0, 2, `k${i}`);
    await eventually(() => first.consumer.runningListeners === QUEUES);
    const second = await consume({ onMessage: note('second') }, await cluster.client());
    await eventually(() => count(first.consumer) === 2);
    expect(seen.filter((line) => line.startsWith('second'))).toEqual([]);
    end.resolve();
    await eventually(() => count(second.consumer) === 2 && seen.filter((line) => !line.includes('begins')).length >= 20);
    const ended = seen.filter((line) => !line.includes('begins')).map((line) => line.split(' ').at(-1));
    expect(new Set(ended).size).toBe(20);
    expect(ended).toHaveLength(20);
    for (let i = 0; i < 10; i += 1) expect(ended.indexOf(`k${i}-0`)).toBeLessThan(ended.indexOf(`k${i}-1`));
  });

  it('unlocks its queues when it leaves, so that another member has them at once', async () => {
    const first = await consume();
    await eventually(() => count(first.consumer) === QUEUES);
    await send(0, 3, 'a');
    await first.inbox.until(3);
    await first.consumer.shutdown();
    const second = await consume({}, await cluster.client());
    await eventually(() => count(second.consumer) === QUEUES);
    await send(3, 5, 'a');
    expect((await second.inbox.until(2)).map(bodyOf)).toEqual(['a-3', 'a-4']);
  });

  it('drops a queue that the broker gave to another consumer, commits nothing of it, and takes it again', async () => {
    const end = deferred<void>();
    const begun: string[] = [];
    const { inbox, consumer } = await consume({
      persistConsumerOffsetIntervalMs: 60_000,
      onMessage: async (message, { signal }) => {
        begun.push(bodyOf(message));
        if (begun.length !== 2) return inbox.add(message);
        await end.promise;
        expect(signal.aborted).toBe(true);
      },
    });
    const queue = await send(0, 3, 'a');
    await eventually(() => begun.length === 2);
    const thief = new RemotingClient({ clock: new SystemClock(), logger: silentLogger, routes: [] });
    const body = (clientId: string) => ({ consumerGroup: 'G', clientId, mqSet: [queue], onlyThisBroker: false });
    const { address } = cluster.broker();
    const limits = { timeoutMs: 3000 };
    await thief.invoke(address, UnlockBatchMq, {}, { ...limits, body: encodeUnlockBatchRequestBody(body(client.clientId)) });
    await thief.invoke(address, LockBatchMq, {}, { ...limits, body: encodeLockBatchRequestBody(body('thief')) });
    await eventually(() => !has(consumer, queue));
    end.resolve();
    expect((await client.admin().offsets.consumerOffset('G', queue)) ?? 0).toBeLessThan(2);
    await thief.invoke(address, UnlockBatchMq, {}, { ...limits, body: encodeUnlockBatchRequestBody(body('thief')) });
    await thief.close(1000);
    // What the listener did after the loss did not count. The one before comes again when its commit had not left yet.
    await eventually(() => begun.at(-1) === 'a-2');
    expect([...new Set(inbox.items.map(bodyOf))]).toEqual(['a-0', 'a-1', 'a-2']);
    expect(begun.filter((body) => body === 'a-1')).toHaveLength(2);
  });

  it('begins nothing while it is paused', async () => {
    const { inbox, consumer } = await consume();
    await eventually(() => count(consumer) === QUEUES);
    consumer.pause();
    await send(0, 3, 'a');
    await eventually(() => consumer.figures().some(({ heldCount }) => heldCount > 0) || consumer.state === 'paused');
    expect(inbox.items).toHaveLength(0);
    consumer.resume();
    expect((await inbox.until(3)).map(bodyOf)).toEqual(['a-0', 'a-1', 'a-2']);
  });
});

describe('strict order', () => {
  let cluster: Cluster;
  afterEach(() => cluster.stop());

  it('keeps the queue of a key although its broker is away, where ordinary order moves it', async () => {
    cluster = await Cluster.start(['broker-a', 'broker-b'], {}, { orderMessageEnable: true });
    const client = await cluster.client({ pollNameServerIntervalMs: 50 });
    const producer = client.producer({ group: 'P', sendMsgTimeoutMs: 5000 });
    await producer.start();
    const admin = client.admin();
    for (const topic of ['strict', 'ordinary']) await admin.topics.createOrUpdate({ topic, readQueueNums: 2, writeQueueNums: 2 });
    const conf = new Map([
      ['broker-a', 2],
      ['broker-b', 2],
    ]);
    await admin.orderConf.set('strict', conf);
    expect(await admin.orderConf.get('strict')).toEqual(conf);
    const keys = Array.from({ length: 20 }, (_, i) => `key-${i}`);
    const send = (topic: string, key: string) => producer.send({ topic, body: key }, { shardingKey: key });
    const brokers = async (topic: string) =>
      new Map(await Promise.all(keys.map(async (key) => [key, (await send(topic, key)).queue.brokerName] as const)));
    const before = await brokers('strict');
    expect(new Set(before.values()).size).toBe(2);
    await brokers('ordinary');
    await cluster.stopBroker('broker-b');
    // A route without the broker has arrived when every key of the ordinary topic finds a place.
    await eventually(async () =>
      (await Promise.all(keys.map((key) => send('ordinary', key).catch(() => undefined)))).every(
        (result) => result?.queue.brokerName === 'broker-a',
      ),
    );
    for (const [key, brokerName] of before) {
      if (brokerName === 'broker-a') expect((await send('strict', key)).queue.brokerName).toBe('broker-a');
      else await expect(send('strict', key)).rejects.toMatchObject({ name: 'SendFailed', outcome: 'failed' });
    }
    await admin.orderConf.delete('strict');
    expect(await admin.orderConf.get('strict')).toBeUndefined();
    await eventually(async () => (await Promise.all(keys.map((key) => send('strict', key).catch(() => undefined)))).every(Boolean));
  });
});
