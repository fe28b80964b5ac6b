import { jest } from '@jest/globals';
import {
  type ClientInstance,
  type DeadLetter,
  isInvalidInput,
  isOperationFailed,
  type Producer,
  type PushConsumerOptions,
  type ReceivedMessage,
} from '../../src/client/index.js';
import { Cluster, eventually, Inbox } from './cluster.js';

jest.setTimeout(30_000);

const bodyOf = ({ message }: DeadLetter) => message.body.toString();
const numbered = (count: number) => Array.from({ length: count }, (_, at) => `m${at}`);

describe('dead letters', () => {
  let cluster: Cluster;
  let client: ClientInstance;
  let producer: Producer;
  let inbox: Inbox<ReceivedMessage>;
  let failing: boolean;

  beforeEach(async () => {
    cluster = await Cluster.start(['broker-a'], { messageDelayLevel: '1s 1s 1s' });
    client = await cluster.client();
    producer = client.producer({ group: 'P' });
    await producer.start();
    inbox = new Inbox();
    failing = true;
  });
  afterEach(() => cluster.stop());

  async function consume(group = 'G', more: Partial<PushConsumerOptions> = {}) {
    const consumer = client.pushConsumer({
      group,
      subscriptions: new Map([['T', '*']]),
      consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET',
      onMessage: (message) => {
        if (failing) return { deadLetter: true, reason: `no\u0001t today ${message.tags ?? ''}`.trim() };
        inbox.add(message);
        return undefined;
      },
      ...more,
    });
    await consumer.start();
    return consumer;
  }

  /** Messages that all died, with tags A and B in turn. */
  async function die(count: number, group = 'G'): Promise<void> {
    for (const [at, body] of numbered(count).entries()) {
      await producer.send(
        { topic: 'T', body, tags: at % 2 === 0 ? 'A' : 'B', keys: [`k${at}`], properties: { own: body } },
        { shardingKey: 'one' },
      );
    }
    await eventually(async () => (await client.deadLetters().list([group]))[0]?.messages === count);
    failing = false;
  }

  it('lists them by group, and shows them page by page with where they come from and why they died', async () => {
    await consume();
    await die(5);
    const letters = client.deadLetters();
    expect(await letters.list()).toEqual([{ group: 'G', topic: '%DLQ%G', messages: 5, pending: 5, lastAt: expect.any(Number) as unknown }]);
    expect(await letters.list(['G', 'nobody'])).toMatchObject([
      { group: 'G', messages: 5 },
      { group: 'nobody', messages: 0, pending: 0, lastAt: undefined },
    ]);

    const first = await letters.peek('G', { limit: 3 });
    const rest = await letters.peek('G', { limit: 3, ...(first.next && { from: first.next }) });
    expect([first.letters.map(bodyOf), rest.letters.map(bodyOf), rest.next]).toEqual([['m0', 'm1', 'm2'], ['m3', 'm4'], undefined]);
    expect(first.letters[1]).toMatchObject({
      group: 'G',
      originTopic: 'T',
      reason: 'no t today B',
      redrivenFrom: undefined,
      place: { brokerName: 'broker-a', queueId: 0, queueOffset: 1 },
    });
    expect(first.letters[1]?.message).toMatchObject({ tags: 'B', keys: ['k1'], reconsumeTimes: 1 });
    expect((await letters.peek('nobody')).letters).toEqual([]);
  });

  it('sends them to the group that failed, once, with their ids and all that they carried', async () => {
    await consume();
    const others = new Inbox<ReceivedMessage>();
    await consume('other', { onMessage: (message) => others.add(message) });
    await die(3);
    await others.until(3);
    const letters = client.deadLetters();
    const before = (await letters.peek('G')).letters.map(({ message }) => message.messageId);
    expect(await letters.redrive('G')).toEqual({ seen: 3, redriven: 3, left: 0, unroutable: 0, ended: 'all' });
    const again = [...(await inbox.until(3))].sort((a, b) => a.body.compare(b.body));
    expect(again.map(({ messageId }) => messageId)).toEqual(before);
    expect(again[1]).toMatchObject({ topic: 'T', tags: 'B', keys: ['k1'], reconsumeTimes: 0 });
    expect([again[1]?.properties.get('own'), again[1]?.properties.get('deadLetterReason')]).toEqual(['m1', undefined]);
    expect(again[1]?.properties.get('redrivenFrom')).toBe('%DLQ%G@broker-a:0:1');
    expect(others.items).toHaveLength(3);
    expect(await letters.list(['G'])).toMatchObject([{ messages: 3, pending: 0 }]);
    expect(await client.deadLetters().redrive('G')).toMatchObject({ seen: 0, redriven: 0, ended: 'all' });
  });

  it('sends them to the topic, where every group gets them', async () => {
    await consume();
    const others = new Inbox<ReceivedMessage>();
    await consume('other', { onMessage: (message) => others.add(message) });
    await die(2);
    expect(await client.deadLetters().redrive('G', { to: 'topic' })).toMatchObject({ redriven: 2, ended: 'all' });
    const [again] = await inbox.until(2);
    await others.until(4);
    expect(again?.queue.topic).toBe('T');
    expect(again?.properties.has('RETRY_TOPIC')).toBe(false);
  });

  it('chooses by tag, by key and by a function, counts what it would do, and keeps each progress apart', async () => {
    await consume();
    await die(5);
    const letters = client.deadLetters();
    expect(await letters.redrive('G', { tag: 'B', dryRun: true })).toMatchObject({ seen: 5, redriven: 2, left: 3 });
    expect(await letters.list(['G'])).toMatchObject([{ pending: 5 }]);
    const fates: string[] = [];
    const onEach = (letter: DeadLetter, fate: string) => void fates.push(`${bodyOf(letter)} ${fate}`);
    expect(await letters.redrive('G', { key: 'k1', onEach })).toMatchObject({ seen: 5, redriven: 1, left: 4 });
    expect(fates).toEqual(['m0 left', 'm1 redriven', 'm2 left', 'm3 left', 'm4 left']);
    expect(await letters.redrive('G')).toMatchObject({ seen: 0 });
    const select = ({ message }: DeadLetter) => Promise.resolve(message.properties.get('own') === 'm4');
    expect(await letters.redrive('G', { progressGroup: 'mine', tag: 'A', select })).toMatchObject({ seen: 5, redriven: 1, left: 4 });
    expect(await letters.redrive('G', { from: 'first', tag: 'B' })).toMatchObject({ seen: 5, redriven: 2 });
    expect((await inbox.until(4)).map(({ body }) => body.toString()).sort()).toEqual(['m1', 'm1', 'm3', 'm4']);
  });

  it('goes on behind the last redriven message after a limit, an abort and a failure', async () => {
    await consume();
    await die(4);
    const letters = client.deadLetters();
    expect(await letters.redrive('G', { limit: 1 })).toMatchObject({ seen: 1, redriven: 1, ended: 'limit' });
    const ending = new AbortController();
    expect(await letters.redrive('G', { signal: ending.signal, onEach: () => ending.abort() })).toMatchObject({
      redriven: 1,
      ended: 'aborted',
    });
    const select = (letter: DeadLetter) => {
      if (bodyOf(letter) === 'm3') throw new Error('cannot say');
      return true;
    };
    expect(await letters.redrive('G', { select })).toMatchObject({ redriven: 1, ended: 'failed', error: new Error('cannot say') });
    expect(await client.deadLetters().redrive('G')).toMatchObject({ seen: 1, redriven: 1, ended: 'all' });
    const bodies = (await inbox.until(4)).map(({ body }) => body.toString()).sort();
    expect(bodies).toEqual(numbered(4));
  });

  it('does not redrive again what dies again while it runs', async () => {
    await consume();
    await die(2);
    failing = true;
    const letters = client.deadLetters();
    expect(await letters.redrive('G')).toMatchObject({ seen: 2, redriven: 2, ended: 'all' });
    await eventually(async () => (await letters.list(['G']))[0]?.messages === 4);
    const page = await letters.peek('G');
    expect(page.letters.map(({ redrivenFrom }) => redrivenFrom)).toEqual([
      undefined,
      undefined,
      '%DLQ%G@broker-a:0:0',
      '%DLQ%G@broker-a:0:1',
    ]);
    expect(await letters.list(['G'])).toMatchObject([{ messages: 4, pending: 2 }]);
  });

  it('refuses a second redrive of a group while one runs, also from another client', async () => {
    await consume();
    await die(2);
    const another = await cluster.client();
    const refused: unknown[] = [];
    const select = async () => {
      if (refused.length === 0) {
        for (const one of [client, another]) {
          refused.push(
            await one
              .deadLetters()
              .redrive('G')
              .catch((error: unknown) => error),
          );
        }
      }
      return true;
    };
    expect(await client.deadLetters().redrive('G', { select })).toMatchObject({ redriven: 2 });
    expect(refused.map((error) => isOperationFailed(error) && error.reason)).toEqual(['refused', 'refused']);
    expect(await another.deadLetters().redrive('G', { from: 'first', dryRun: true })).toMatchObject({ redriven: 2 });
  });

  it('refuses the retry topic of a group that consumes in order: its topic is the way', async () => {
    const inOrder = await consume('G', { orderly: true });
    await die(2);
    const letters = client.deadLetters();
    expect((await letters.peek('G')).letters.map(({ reason }) => reason)).toEqual(['no t today A', 'no t today B']);
    await expect(letters.redrive('G')).rejects.toMatchObject({ field: 'to' });
    expect(await letters.redrive('G', { to: 'topic' })).toMatchObject({ redriven: 2, ended: 'all' });
    expect((await inbox.until(2)).map(({ body }) => body.toString())).toEqual(['m0', 'm1']);
    await inOrder.shutdown();
  });

  it('refuses settings that make no sense', async () => {
    const letters = client.deadLetters();
    for (const options of [{ ratePerSecond: 0 }, { limit: 0 }, { ratePerSecond: Number.NaN }]) {
      const error: unknown = await letters.redrive('G', options).catch((caught: unknown) => caught);
      expect(isInvalidInput(error)).toBe(true);
    }
  });
});
