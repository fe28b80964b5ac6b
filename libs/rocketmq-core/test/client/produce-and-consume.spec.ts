import { randomBytes } from 'node:crypto';
import type { ClientInstance, Producer, PushConsumerOptions, ReceivedMessage } from '../../src/client/index.js';
import { Cluster, eventually, Inbox } from './cluster.js';

const texts = (messages: readonly ReceivedMessage[]) => messages.map((message) => message.body.toString()).sort();

describe('producer and push consumer', () => {
  let cluster: Cluster;
  let client: ClientInstance;
  let producer: Producer;

  beforeEach(async () => {
    cluster = await Cluster.start();
    client = await cluster.client();
    producer = client.producer({ group: 'P' });
    await producer.start();
  });
  afterEach(() => cluster.stop());

  async function consume(options: Partial<PushConsumerOptions> = {}, from: ClientInstance = client) {
    const inbox = new Inbox<ReceivedMessage>();
    const consumer = from.pushConsumer({
      group: 'G',
      subscriptions: new Map([['T', '*']]),
      consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET',
      onMessage: (message) => inbox.add(message),
      ...options,
    });
    await consumer.start();
    return { inbox, consumer };
  }

  it('carries a message with all that belongs to it', async () => {
    const sent = await producer.send({ topic: 'T', body: 'hello', tags: 'A', keys: ['k1', 'k2'], properties: { region: 'eu' }, flag: 7 });
    expect(sent).toMatchObject({ status: 'SEND_OK', queueOffset: 0, queue: { topic: 'T', brokerName: 'broker-a' } });
    const { inbox } = await consume();
    const [message] = await inbox.until(1);
    expect(message).toMatchObject({
      messageId: sent.messageId,
      offsetMessageId: sent.offsetMessageId,
      topic: 'T',
      tags: 'A',
      keys: ['k1', 'k2'],
      flag: 7,
      queue: sent.queue,
      queueOffset: 0,
      reconsumeTimes: 0,
    });
    expect([message!.body.toString(), message!.properties.get('region')]).toEqual(['hello', 'eu']);
  });

  it('delivers what was sent before and after the consumer came, each message once', async () => {
    const bodies = Array.from({ length: 200 }, (_, i) => `m${i}`);
    await Promise.all(bodies.slice(0, 100).map((body) => producer.send({ topic: 'T', body })));
    const { inbox, consumer } = await consume();
    await inbox.until(100);
    await Promise.all(bodies.slice(100).map((body) => producer.send({ topic: 'T', body })));
    expect(texts(await inbox.until(200))).toEqual([...bodies].sort());
    await consumer.shutdown();
    expect(inbox.items).toHaveLength(200);
  });

  it('delivers the chosen tags only', async () => {
    for (const tags of ['A', 'B', 'C', undefined]) await producer.send({ topic: 'T', body: `tag ${tags}`, tags });
    const { inbox } = await consume({ subscriptions: new Map([['T', 'A || C']]) });
    await inbox.until(2);
    await producer.send({ topic: 'T', body: 'last', tags: 'A' });
    expect(texts(await inbox.until(3))).toEqual(['last', 'tag A', 'tag C']);
  });

  it('does not deliver a tag that only shares the hash code with the chosen one', async () => {
    await producer.send({ topic: 'T', body: 'wrong', tags: 'Aa' }, { shardingKey: 'one queue' });
    await producer.send({ topic: 'T', body: 'right', tags: 'BB' }, { shardingKey: 'one queue' });
    const { inbox } = await consume({ subscriptions: new Map([['T', 'BB']]) });
    expect(texts(await inbox.until(1))).toEqual(['right']);
  });

  it('consumes several topics', async () => {
    await producer.send({ topic: 'T', body: 't' });
    await producer.send({ topic: 'U', body: 'u', tags: 'x' });
    const { inbox } = await consume({
      subscriptions: new Map([
        ['T', '*'],
        ['U', 'x'],
      ]),
    });
    expect(texts(await inbox.until(2))).toEqual(['t', 'u']);
  });

  it.each(['zlib', 'lz4', 'zstd'] as const)(
    'compresses large bodies with %s, and leaves them alone where that does not help',
    async (compressType) => {
      const compressing = client.producer({ group: `P-${compressType}`, compressType });
      await compressing.start();
      const [dull, noisy] = [Buffer.alloc(100_000, 'dull '), randomBytes(100_000)];
      await compressing.send({ topic: 'T', body: dull });
      await compressing.send({ topic: 'T', body: noisy });
      const { inbox } = await consume();
      const messages = await inbox.until(2);
      const [first, second] = [
        messages.find((message) => message.body.equals(dull)),
        messages.find((message) => message.body.equals(noisy)),
      ];
      expect(first?.storeSize).toBeLessThan(5000);
      expect(second?.storeSize).toBeGreaterThan(100_000);
    },
  );

  it('sends messages of one key to one queue in their order', async () => {
    const results = [];
    for (let i = 0; i < 10; i += 1) results.push(await producer.send({ topic: 'T', body: `${i}` }, { shardingKey: 'order-1' }));
    expect(new Set(results.map(({ queue }) => queue.queueId)).size).toBe(1);
    expect(results.map(({ queueOffset }) => queueOffset)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    const { inbox } = await consume({ concurrency: 1 });
    const messages = await inbox.until(10);
    expect(messages.map((message) => message.body.toString()).join('')).toBe('0123456789');
    expect(messages[0]?.properties.get('__SHARDINGKEY')).toBe('order-1');
  });

  it('sends to a queue that the caller or its selector chooses, and refuses others', async () => {
    const { queue } = await producer.send({ topic: 'T', body: 'first' });
    expect((await producer.send({ topic: 'T', body: 'x' }, { queue })).queue).toEqual(queue);
    const third = await producer.send({ topic: 'T', body: 'x' }, { selector: (queues, _, arg) => queues[arg as number]!, arg: 2 });
    expect(third.queue.queueId).toBe(2);
    await expect(producer.send({ topic: 'T', body: 'x' }, { queue: { ...queue, queueId: 99 } })).rejects.toMatchObject({
      name: 'InvalidInput',
    });
  });

  it('sends a batch in parts that fit, and tells what became of each message', async () => {
    const batching = client.producer({ group: 'PB', maxMessageSize: 2000 });
    await batching.start();
    await batching.send({ topic: 'T', body: 'creates the topic' });
    const messages = Array.from({ length: 30 }, (_, i) => ({ topic: 'T', body: `${i}`.padStart(200, '.'), tags: 'batch' }));
    const results = await batching.sendBatch(messages);
    expect(results).toHaveLength(30);
    const offsetIds = results.map((item) => item.sent && item.result.offsetMessageId);
    expect(new Set(offsetIds).size).toBe(30);
    const { inbox } = await consume({ subscriptions: new Map([['T', 'batch']]) });
    const received = await inbox.until(30);
    expect(received.map((message) => message.messageId).sort()).toEqual(results.map((item) => item.sent && item.result.messageId).sort());
    for (const item of results) {
      const message = received.find((one) => item.sent && one.messageId === item.result.messageId);
      expect(item.sent && [item.result.offsetMessageId, item.result.queueOffset]).toEqual([message?.offsetMessageId, message?.queueOffset]);
    }
  });

  it('refuses a batch that is none before anything is sent', async () => {
    const mixed = [
      { topic: 'T', body: 'x' },
      { topic: 'U', body: 'x' },
    ];
    await expect(producer.sendBatch(mixed)).rejects.toMatchObject({ name: 'InvalidInput', field: 'topic' });
    expect(await producer.sendBatch([])).toEqual([]);
  });

  it('sends oneway', async () => {
    const { inbox } = await consume();
    await producer.send({ topic: 'T', body: 'creates the topic' });
    await producer.sendOneway({ topic: 'T', body: 'and forget' });
    expect(texts(await inbox.until(2))).toEqual(['and forget', 'creates the topic']);
  });

  it('fails clearly where a topic must exist and does not', async () => {
    const careful = client.producer({ group: 'careful', autoCreateTopic: false });
    await careful.start();
    await expect(careful.send({ topic: 'Missing', body: 'x' })).rejects.toMatchObject({
      name: 'SendFailed',
      reason: 'unavailable',
      outcome: 'failed',
    });
  });

  it('says what the broker refuses', async () => {
    await cluster.startBroker({ brokerName: 'small', maxMessageSize: 1000 });
    await client.admin().topics.createOrUpdate({ topic: 'Small' }, { brokerName: 'small' });
    const error = await producer.send({ topic: 'Small', body: randomBytes(2000) }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      name: 'SendFailed',
      responseCode: 13,
      brokerName: 'small',
      attempts: 1,
      outcome: 'failed',
      retrySafe: true,
    });
  });

  it('skips nothing of a young topic, even when it is to begin at the end: the broker answers 0 for an unknown group', async () => {
    await producer.send({ topic: 'T', body: 'old' });
    const { inbox } = await consume({ group: 'late', consumeFromWhere: 'CONSUME_FROM_LAST_OFFSET' });
    expect(texts(await inbox.until(1))).toEqual(['old']);
  });

  it('goes on after a restart where the group stands', async () => {
    const first = await consume();
    await producer.send({ topic: 'T', body: '1' });
    await first.inbox.until(1);
    await first.consumer.shutdown();
    await producer.send({ topic: 'T', body: '2' });
    const second = await consume({}, await cluster.client());
    expect(texts(await second.inbox.until(1))).toEqual(['2']);
  });

  it('gives batches to a listener that wants them', async () => {
    for (let i = 0; i < 20; i += 1) await producer.send({ topic: 'T', body: `${i}` }, { shardingKey: 'k' });
    const sizes = new Inbox<number>();
    const inbox = new Inbox<ReceivedMessage>();
    const onBatch = (messages: readonly ReceivedMessage[]) => {
      sizes.add(messages.length);
      messages.forEach((message) => inbox.add(message));
    };
    await consume({ onMessage: undefined, onBatch, consumeMessageBatchMaxSize: 8 });
    await inbox.until(20);
    expect(Math.max(...sizes.items)).toBe(8);
  });

  it('waits for its listener when it is shut down, and delivers again what did not end', async () => {
    const signals = new Inbox<AbortSignal>();
    const { consumer } = await consume({
      onMessage: (_, { signal }) => {
        signals.add(signal);
        return new Promise<void>((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('given up'))));
      },
    });
    await producer.send({ topic: 'T', body: 'slow' });
    const [signal] = await signals.until(1);
    await consumer.shutdown(50);
    expect([signal!.aborted, consumer.state]).toEqual([true, 'stopped']);
    const again = await consume({}, await cluster.client());
    expect(texts(await again.inbox.until(1))).toEqual(['slow']);
  });

  it('consumes nothing while paused', async () => {
    const { inbox, consumer } = await consume();
    await producer.send({ topic: 'T', body: '1' });
    await inbox.until(1);
    consumer.pause();
    await producer.send({ topic: 'T', body: '2' });
    await eventually(() => consumer.figures().some(({ heldCount }) => heldCount === 1));
    expect([inbox.items.length, consumer.state]).toEqual([1, 'paused']);
    consumer.resume();
    await inbox.until(2);
  });
});
