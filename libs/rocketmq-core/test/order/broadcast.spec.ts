import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClientInstance, DroppedMessage, Producer, PushConsumerOptions, ReceivedMessage } from '../../src/client/index.js';
import { Cluster, eventually, Inbox } from '../client/cluster.js';

const bodies = (messages: readonly ReceivedMessage[]) => messages.map((message) => message.body.toString()).sort();

describe('broadcasting', () => {
  let cluster: Cluster;
  let client: ClientInstance;
  let producer: Producer;
  let folder: string;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'rocketmq-offsets-'));
    cluster = await Cluster.start();
    client = await cluster.client({ instanceName: 'one', clientIP: '10.0.0.1' });
    producer = client.producer({ group: 'P' });
    await producer.start();
    await client.admin().topics.createOrUpdate({ topic: 'T', readQueueNums: 4, writeQueueNums: 4 });
  });
  afterEach(async () => {
    await cluster.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function consume(from: ClientInstance, options: Partial<PushConsumerOptions> = {}) {
    const inbox = new Inbox<ReceivedMessage>();
    const consumer = from.pushConsumer({
      group: 'G',
      subscriptions: new Map([['T', '*']]),
      messageModel: 'BROADCASTING',
      localOffsetStoreDir: folder,
      persistConsumerOffsetIntervalMs: 20,
      consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET',
      onMessage: (message) => inbox.add(message),
      ...options,
    });
    await consumer.start();
    return { inbox, consumer };
  }

  const send = (from: number, to: number) =>
    Promise.all(Array.from({ length: to - from }, (_, i) => producer.send({ topic: 'T', body: `${from + i}`.padStart(3, '0') })));
  const texts = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => `${from + i}`.padStart(3, '0'));

  it('brings every message to every member', async () => {
    const [first, second] = [await consume(client), await consume(await cluster.client({ instanceName: 'two' }))];
    await send(0, 40);
    for (const { inbox, consumer } of [first, second]) {
      expect(bodies(await inbox.until(40))).toEqual(texts(0, 40));
      expect(consumer.figures()).toHaveLength(4);
    }
  });

  it('goes on after a restart where its file says, and not where the group stands at the broker', async () => {
    const first = await consume(client);
    await send(0, 20);
    await first.inbox.until(20);
    await first.consumer.shutdown();
    const path = join(folder, '10.0.0.1@one/G/offsets.json');
    expect(readFileSync(path, 'utf8')).toMatch(/^\{\n\t"offsetTable":\{\n\t\t\{\n/);
    await send(20, 30);
    const second = await consume(await cluster.client({ instanceName: 'one', clientIP: '10.0.0.1' }));
    expect(bodies(await second.inbox.until(10))).toEqual(texts(20, 30));
    const queues = (await client.admin().topics.stats('T')).map(([queue]) => queue);
    const committed = await Promise.all(queues.map((queue) => client.admin().offsets.consumerOffset('G', queue)));
    // What the broker says of an empty queue is not a commit.
    expect(committed.filter((offset) => offset !== undefined && offset > 0)).toEqual([]);
  });

  it('starts at the end of the queues, and from then on misses nothing while it is away', async () => {
    await send(0, 10);
    const first = await consume(client, { consumeFromWhere: 'CONSUME_FROM_LAST_OFFSET' });
    await eventually(
      () =>
        existsSync(join(folder, '10.0.0.1@one/G/offsets.json')) &&
        first.consumer.figures().every(({ commitOffset }) => commitOffset !== undefined),
    );
    await first.consumer.shutdown();
    await send(10, 14);
    const second = await consume(client, { consumeFromWhere: 'CONSUME_FROM_LAST_OFFSET' });
    expect(bodies(await second.inbox.until(4))).toEqual(texts(10, 14));
  });

  it.each([false, true])('drops a message that fails and says so (orderly: %s)', async (orderly) => {
    const dropped = new Inbox<DroppedMessage>();
    const { inbox } = await consume(client, {
      orderly,
      maxReconsumeTimes: 0,
      onDropped: (message) => {
        dropped.add(message);
        throw new Error('must not matter');
      },
      onMessage: (message) => {
        if (message.body.toString() === '003') throw new Error('fails');
        inbox.add(message);
      },
    });
    await send(0, 8);
    await inbox.until(7);
    const [lost] = await dropped.until(1);
    expect([lost!.body?.toString(), lost!.queue.topic]).toEqual(['003', 'T']);
    await send(8, 12);
    expect(bodies(await inbox.until(11))).toEqual([...texts(0, 3), ...texts(4, 12)]);
    expect(dropped.items).toHaveLength(1);
    const retries = await client.admin().topics.stats('%RETRY%G');
    expect(retries.map(([, { maxOffset }]) => maxOffset)).toEqual([0]);
  });

  it('gets nothing when the group may not consume by broadcast', async () => {
    await client.admin().groups.createOrUpdate({ groupName: 'G', consumeBroadcastEnable: false });
    await send(0, 4);
    const refused = new Inbox<string>();
    const logger = {
      log: (level: string, message: string, fields?: object) => message === 'pull failed' && refused.add(JSON.stringify(fields)),
    };
    const other = await cluster.client({ instanceName: 'two', logger });
    const { inbox } = await consume(other);
    expect((await refused.until(1))[0]).toContain('code 16');
    expect(inbox.items).toHaveLength(0);
  });
});
