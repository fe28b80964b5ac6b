import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClientInstance, LitePullConsumer, LitePullConsumerOptions, MessageQueue, Producer } from '../../src/client/index.js';
import { Cluster, eventually } from './cluster.js';

const FIRST = 'CONSUME_FROM_FIRST_OFFSET' as const;
const bodyOf = (message: { readonly body: Buffer }) => message.body.toString();

describe('lite pull consumer', () => {
  let cluster: Cluster;
  let client: ClientInstance;
  let producer: Producer;

  beforeEach(async () => {
    cluster = await Cluster.start();
    client = await cluster.client();
    await client.admin().topics.createOrUpdate({ topic: 'T', readQueueNums: 2, writeQueueNums: 2 });
    producer = client.producer({ group: 'P' });
    await producer.start();
  });
  afterEach(() => cluster.stop());

  const queue = (queueId: number): MessageQueue => ({ topic: 'T', brokerName: 'broker-a', queueId });

  async function send(
    count: number,
    options: { readonly to?: number; readonly tags?: string; readonly from?: number } = {},
  ): Promise<void> {
    const { to = 0, tags, from = 0 } = options;
    for (let at = from; at < from + count; at += 1) await producer.send({ topic: 'T', body: `${to}-${at}`, tags }, { queue: queue(to) });
  }

  async function consumer(options: Partial<LitePullConsumerOptions> = {}, from?: ClientInstance): Promise<LitePullConsumer> {
    return (from ?? (await cluster.client())).litePullConsumer({
      group: 'G',
      consumeFromWhere: FIRST,
      autoCommitIntervalMs: 10,
      ...options,
    });
  }

  async function subscriber(options: Partial<LitePullConsumerOptions> = {}, selector = '*'): Promise<LitePullConsumer> {
    const one = await consumer(options);
    await one.subscribe('T', selector);
    await one.start();
    return one;
  }

  async function reader(queues: readonly MessageQueue[], options: Partial<LitePullConsumerOptions> = {}): Promise<LitePullConsumer> {
    const one = await consumer(options);
    await one.assign(queues);
    await one.start();
    return one;
  }

  async function poll(from: LitePullConsumer, count: number): Promise<string[]> {
    const bodies: string[] = [];
    while (bodies.length < count) bodies.push(...(await from.poll(10_000)).map(bodyOf));
    return bodies;
  }

  it('gives all messages of the topic in lots, and after a restart none that a later poll confirmed', async () => {
    await send(25);
    await send(25, { to: 1 });
    const first = await subscriber();
    const bodies = await poll(first, 50);
    expect(new Set(bodies).size).toBe(50);
    expect(bodies.filter((body) => body.startsWith('0-'))).toEqual(Array.from({ length: 25 }, (_, at) => `0-${at}`));
    expect(await first.poll(0)).toEqual([]);
    await first.shutdown();
    await send(1, { from: 99 });
    const second = await subscriber();
    expect(await poll(second, 1)).toEqual(['0-99']);
  }, 30_000);

  it('gives what was not confirmed again', async () => {
    await send(5);
    const first = await subscriber();
    expect(await poll(first, 5)).toHaveLength(5);
    await first.shutdown();
    const second = await subscriber();
    expect(await poll(second, 5)).toHaveLength(5);
  }, 30_000);

  it('shares the queues with the group and hands over at the committed place', async () => {
    await send(10);
    await send(10, { to: 1 });
    const first = await subscriber();
    await eventually(() => first.assignment.length === 2);
    await poll(first, 20);
    await first.commit();
    const second = await subscriber();
    await eventually(async () => (await first.poll(10)).length === 0 && first.assignment.length === 1 && second.assignment.length === 1);
    await send(3, { from: 50 });
    await send(3, { to: 1, from: 50 });
    const [a, b] = await Promise.all([poll(first, 3), poll(second, 3)]);
    expect([...a, ...b].sort()).toEqual(['0-50', '0-51', '0-52', '1-50', '1-51', '1-52']);
  }, 30_000);

  it('reads assigned queues, with a filter, and leaves the others alone', async () => {
    await send(4, { tags: 'A' });
    await send(4, { tags: 'B', from: 4 });
    await send(4, { to: 1, tags: 'A' });
    const one = await consumer();
    one.filterAssigned('T', 'B');
    await one.assign([queue(0)]);
    await expect(one.subscribe('T')).rejects.toMatchObject({ reason: 'refused' });
    await one.start();
    expect(await poll(one, 4)).toEqual(['0-4', '0-5', '0-6', '0-7']);
    await one.assign([queue(1)]);
    expect(one.assignment).toEqual([queue(1)]);
    await one.poll(50);
    await one.shutdown();
  }, 30_000);

  it('commits past what other tags filled', async () => {
    await send(3, { tags: 'A' });
    await send(3, { tags: 'B', from: 3 });
    const other = await consumer();
    other.filterAssigned('T', 'A');
    await other.assign([queue(0)]);
    await other.start();
    await poll(other, 3);
    await eventually(async () => (await other.poll(10)).length === 0 && other.position(queue(0)) === 6);
    await other.commit();
    expect(await client.admin().offsets.consumerOffset('G', queue(0))).toBe(6);
  }, 30_000);

  it('seeks to offsets, the begin, the end and a time', async () => {
    await send(10);
    const one = await reader([queue(0)]);
    await poll(one, 10);
    await one.seek(queue(0), 7);
    expect(await poll(one, 3)).toEqual(['0-7', '0-8', '0-9']);
    await one.seekToBegin(queue(0));
    expect((await poll(one, 10))[0]).toBe('0-0');
    await one.seek(queue(0), 2);
    await one.commit();
    expect(await one.committed(queue(0))).toBe(2);
    await one.seekToEnd(queue(0));
    await send(1, { from: 77 });
    expect(await poll(one, 1)).toEqual(['0-77']);
    expect(await one.offsetForTimestamp(queue(0), 0)).toBe(0);
    await expect(one.seek(queue(0), 12)).rejects.toMatchObject({ name: 'InvalidInput', field: 'offset' });
    await expect(one.seek(queue(1), 0)).rejects.toMatchObject({ name: 'InvalidInput', field: 'queue' });
  }, 30_000);

  it('commits by hand: everything, some queues, or chosen offsets', async () => {
    await send(4);
    await send(4, { to: 1 });
    const one = await reader([queue(0), queue(1)], { autoCommit: false });
    const { offsets } = client.admin();
    const stored = () => Promise.all([0, 1].map((id) => offsets.consumerOffset('G', queue(id))));
    await poll(one, 8);
    await one.poll(0);
    // A group without an offset stands at the begin.
    expect(await stored()).toEqual([0, 0]);
    await one.commit([queue(1)]);
    expect(await stored()).toEqual([0, 4]);
    await one.commit(new Map([[queue(0), 2]]));
    expect(await stored()).toEqual([2, 4]);
    await one.commit();
    expect(await stored()).toEqual([4, 4]);
    await expect(one.commit(new Map([[queue(0), -1]]))).rejects.toMatchObject({ field: 'offset' });
    await one.shutdown();
    expect(await stored()).toEqual([4, 4]);
  }, 30_000);

  it('gives nothing of a paused queue', async () => {
    const one = await reader([queue(0), queue(1)]);
    one.pause([queue(0)]);
    await send(2);
    await send(2, { to: 1 });
    expect(await poll(one, 2)).toEqual(['1-0', '1-1']);
    expect(await one.poll(100)).toEqual([]);
    one.resume([queue(0)]);
    expect(await poll(one, 2)).toEqual(['0-0', '0-1']);
  }, 30_000);

  it('does not fetch more than it may hold', async () => {
    await send(60);
    const one = await reader([queue(0)], { pullThresholdForQueue: 15 });
    await eventually(() => one.runningInfo().mqTable[0]?.[1].cachedMsgCount === 20);
    expect(await poll(one, 60)).toHaveLength(60);
  }, 30_000);

  it('is a sequence of messages; asking for the next confirms the last', async () => {
    await send(5);
    const first = await reader([queue(0)]);
    const bodies: string[] = [];
    for await (const message of first) {
      bodies.push(bodyOf(message));
      if (bodies.length === 3) break;
    }
    expect(bodies).toEqual(['0-0', '0-1', '0-2']);
    await first.shutdown();
    expect(await client.admin().offsets.consumerOffset('G', queue(0))).toBe(2);
    const second = await reader([queue(0)]);
    const stop = new AbortController();
    for await (const message of second.messages({ signal: stop.signal })) {
      bodies.push(bodyOf(message));
      if (bodies.length === 6) stop.abort();
    }
    expect(bodies.slice(3)).toEqual(['0-2', '0-3', '0-4']);
    await second.shutdown();
    expect(await client.admin().offsets.consumerOffset('G', queue(0))).toBe(5);
  }, 30_000);

  it('ends a poll that waits: by its time, its signal and the shutdown', async () => {
    const one = await reader([queue(0)]);
    expect(await one.poll(10)).toEqual([]);
    const stop = new AbortController();
    const aborted = expect(one.poll(20_000, { signal: stop.signal })).rejects.toMatchObject({ reason: 'aborted' });
    await expect(one.poll(0)).rejects.toMatchObject({ reason: 'refused' });
    stop.abort();
    await aborted;
    const waiting = one.poll(20_000);
    const loop = (async () => {
      await waiting;
      for await (const message of one.messages()) throw new Error(bodyOf(message));
    })().catch((error: unknown) => error);
    await one.shutdown();
    expect(await waiting).toEqual([]);
    expect(await loop).toMatchObject({ reason: 'closed' });
    await expect(one.poll()).rejects.toMatchObject({ reason: 'closed' });
  }, 30_000);

  it('tells of queues that a topic gained', async () => {
    const watching = (await cluster.client({ pollNameServerIntervalMs: 20 })).litePullConsumer({ group: 'W' });
    await watching.start();
    expect(await watching.fetchMessageQueues('T')).toEqual([queue(0), queue(1)]);
    await expect(watching.fetchMessageQueues('Nothing')).rejects.toMatchObject({ reason: 'unavailable' });
    const told: number[] = [];
    const end = watching.onQueuesChanged('T', (_topic, queues) => told.push(queues.length));
    await client.admin().topics.createOrUpdate({ topic: 'T', readQueueNums: 3, writeQueueNums: 3 });
    await eventually(() => told.length > 0);
    expect(told).toEqual([3]);
    end();
  }, 30_000);

  it('subscribes and unsubscribes while it runs', async () => {
    const one = await consumer();
    await one.start();
    await one.subscribe('T', '*');
    await eventually(() => one.assignment.length === 2);
    await send(1);
    expect(await poll(one, 1)).toEqual(['0-0']);
    await one.unsubscribe('T');
    expect([one.assignment, one.subscribed]).toEqual([[], []]);
  }, 30_000);

  it('broadcasts: every member reads everything and keeps its own place in a file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rocketmq-offsets-'));
    try {
      await send(3);
      const options = { messageModel: 'BROADCASTING', group: 'B' } as const;
      const first = await subscriber({ ...options, localOffsetStoreDir: join(folder, '1') });
      const second = await subscriber({ ...options, localOffsetStoreDir: join(folder, '2') });
      expect(await poll(first, 3)).toHaveLength(3);
      expect(await poll(second, 3)).toHaveLength(3);
      await first.commit();
      await first.shutdown();
      const again = await subscriber({ ...options, localOffsetStoreDir: join(folder, '1') });
      expect(await again.poll(300)).toEqual([]);
      expect(await client.admin().offsets.consumerOffset('B', queue(0))).toBe(0);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }, 30_000);
});
