import type { DeadLetter, Producer, ReceivedMessage } from '../../src/client/index.js';
import { eventually } from '../../testing/eventually.js';
import { apacheServers, type Cluster, isLong } from './clusters.js';
import { createTopic, OurClient } from './our-clients.js';

const servers = apacheServers.slice(0, isLong ? undefined : 1);
const bodyOf = ({ message }: DeadLetter) => message.body.toString();

describe.each(servers)('dead letters on $title', (server) => {
  let cluster: Cluster;
  let ours: OurClient;
  let producer: Producer;

  beforeAll(async () => {
    cluster = await server.start();
    ours = await OurClient.start({ namesrvAddr: cluster.nameServers });
    producer = ours.instance.producer({ group: 'P', sendMsgTimeoutMs: 20_000 });
    await producer.start();
    await createTopic(cluster.nameServers, 'T');
  }, 240_000);
  afterAll(async () => {
    await ours.stop();
    await cluster.stop();
  }, 240_000);

  async function die(group: string, orderly: boolean) {
    const state = { open: false };
    const received: ReceivedMessage[] = [];
    const consumer = ours.instance.pushConsumer({
      group,
      orderly,
      subscriptions: new Map([['T', group]]),
      consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET',
      onMessage: (message) => {
        if (!state.open) return message.keys[0] === 'quiet' ? { deadLetter: true } : { deadLetter: true, reason: 'closed' };
        received.push(message);
        return undefined;
      },
    });
    await consumer.start();
    for (const key of ['loud', 'quiet', 'last']) {
      await producer.send({ topic: 'T', tags: group, keys: key, body: key.padEnd(8000), properties: { own: key } }, { shardingKey: group });
    }
    const letters = ours.instance.deadLetters();
    await eventually(
      'all are dead',
      () => letters.list([group]),
      ([row]) => row?.messages === 3,
    );
    state.open = true;
    return { letters, consumer, received };
  }

  it('lists, shows and redrives them, each once', async () => {
    const { letters, received } = await die('plain', false);
    expect(await letters.list()).toContainEqual(expect.objectContaining({ group: 'plain', messages: 3, pending: 3 }));
    const page = await letters.peek('plain');
    const shown = page.letters.map((letter) => [bodyOf(letter).trim(), letter.originTopic, letter.reason]);
    expect(shown.sort()).toEqual([
      ['last', 'T', 'closed'],
      ['loud', 'T', 'closed'],
      ['quiet', 'T', undefined],
    ]);
    expect(await letters.redrive('plain', { limit: 1 })).toMatchObject({ redriven: 1, ended: 'limit' });
    expect(await letters.redrive('plain')).toEqual({ seen: 2, redriven: 2, left: 0, unroutable: 0, ended: 'all' });
    await eventually(
      'all are consumed',
      () => Promise.resolve(received.length),
      (count) => count >= 3,
    );
    expect(received.map(({ keys }) => keys[0]).sort()).toEqual(['last', 'loud', 'quiet']);
    for (const message of received)
      expect([message.topic, message.reconsumeTimes, message.properties.get('own')]).toEqual(['T', 0, message.keys[0]]);
    expect(await letters.list(['plain'])).toMatchObject([{ messages: 3, pending: 0 }]);
    expect(await letters.redrive('plain')).toMatchObject({ seen: 0, ended: 'all' });
  }, 120_000);

  it('redrives those of a group that consumes in order to the topic, and refuses its retry topic', async () => {
    const { letters, received } = await die('ordered', true);
    await expect(letters.redrive('ordered')).rejects.toMatchObject({ field: 'to' });
    expect(await letters.redrive('ordered', { to: 'topic' })).toMatchObject({ redriven: 3, ended: 'all' });
    await eventually(
      'all are consumed',
      () => Promise.resolve(received.length),
      (count) => count >= 3,
    );
    expect(received.map(({ keys }) => keys[0])).toEqual(['loud', 'quiet', 'last']);
  }, 120_000);
});
