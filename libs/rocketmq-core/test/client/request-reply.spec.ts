import { createReply, expectsReply, type ClientInstance, type Producer, type ReceivedMessage } from '../../src/client/index.js';
import { Cluster, eventually, Inbox } from './cluster.js';

describe('request and reply', () => {
  let cluster: Cluster;
  let asker: Producer;
  let askingClient: ClientInstance;

  async function start(brokers?: string[], config = {}): Promise<void> {
    cluster = await Cluster.start(brokers, config);
    askingClient = await cluster.client();
    await askingClient.admin().topics.createOrUpdate({ topic: 'Ask' }, { brokerName: 'broker-a' });
    asker = askingClient.producer({ group: 'Asker' });
    await asker.start();
  }
  afterEach(() => cluster.stop());

  async function replier(answer: (message: ReceivedMessage, producer: Producer) => unknown): Promise<Inbox<ReceivedMessage>> {
    const client = await cluster.client();
    const producer = client.producer({ group: 'Replier' });
    await producer.start();
    const inbox = new Inbox<ReceivedMessage>();
    const consumer = client.pushConsumer({
      group: 'R',
      subscriptions: new Map([['Ask', '*']]),
      consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET',
      onMessage: async (message) => {
        inbox.add(message);
        await answer(message, producer);
      },
    });
    await consumer.start();
    return inbox;
  }

  it('gives each of many requests its reply, also a large one, and keeps the replies in the reply topic', async () => {
    await start();
    await replier((message, producer) => producer.reply(message, `${message.body.toString()} back`));
    const big = 'x'.repeat(10_000);
    const bodies = [...Array.from({ length: 20 }, (_, at) => `${at}`), big];
    const replies = await Promise.all(bodies.map((body) => asker.request({ topic: 'Ask', body }, { timeoutMs: 20_000 })));
    expect(replies.map((reply) => reply.body.toString())).toEqual(bodies.map((body) => `${body} back`));
    expect(replies[0]).toMatchObject({ topic: 'DefaultCluster_REPLY_TOPIC' });
    expect(replies[0]!.properties.get('PUSH_REPLY_TIME')).toMatch(/^\d+$/);
    const { offsets } = askingClient.admin();
    const replyQueue = { topic: 'DefaultCluster_REPLY_TOPIC', brokerName: 'broker-a', queueId: 0 };
    // A reply is on its way to the one who asked before it is stored.
    await eventually(async () => (await offsets.max(replyQueue)) === 21);
  }, 30_000);

  it('finds its way back through whichever broker the replier takes', async () => {
    await start(['broker-a', 'broker-b']);
    await replier((message, producer) => producer.reply(message, 'yes'));
    for (let at = 0; at < 6; at += 1) {
      expect((await asker.request({ topic: 'Ask', body: `${at}` }, { timeoutMs: 20_000 })).body.toString()).toBe('yes');
    }
  }, 30_000);

  it('tells a caller that nobody answered, and drops what comes too late', async () => {
    await start();
    const inbox = await replier(() => undefined);
    const request = asker.request({ topic: 'Ask', body: 'x' }, { timeoutMs: 2000 });
    await expect(request).rejects.toMatchObject({ name: 'NoReply', reason: 'timeout', retrySafe: false });
    const [question] = await inbox.until(1);
    expect(expectsReply(question!)).toBe(true);
    const late = await asker.send(createReply(question!, 'late'));
    expect(late.status).toBe('SEND_OK');
    expect(asker.waitingRequests).toBe(0);
  }, 30_000);

  it('ends the waiting of a caller that gives up', async () => {
    await start();
    const controller = new AbortController();
    const inbox = await replier(() => controller.abort());
    const request = asker.request({ topic: 'Ask', body: 'x' }, { timeoutMs: 20_000, signal: controller.signal });
    await expect(request).rejects.toMatchObject({ reason: 'aborted' });
    expect(await inbox.until(1)).toHaveLength(1);
  }, 30_000);

  it('tells a replier that the requester is gone', async () => {
    await start(undefined, { storeReplyMessageEnable: false });
    const failures = new Inbox<unknown>();
    const asked = new Inbox<ReceivedMessage>();
    let leave: () => void = () => undefined;
    const left = new Promise<void>((resolve) => (leave = resolve));
    await replier(async (message, producer) => {
      asked.add(message);
      await left;
      await producer.reply(message, 'hello?').catch((error: unknown) => failures.add(error));
    });
    const client = await cluster.client();
    const producer = client.producer({ group: 'Leaver' });
    await producer.start();
    const request = producer.request({ topic: 'Ask', body: 'x' }, { timeoutMs: 20_000 }).catch((error: unknown) => error);
    await asked.until(1);
    await client.shutdown(0);
    expect(await request).toMatchObject({ name: 'NoReply', reason: 'closed' });
    leave();
    const [failure] = await failures.until(1);
    expect(failure).toMatchObject({ name: 'SendFailed', responseCode: 1, outcome: 'failed' });
    await eventually(() => asker.waitingRequests === 0);
  }, 30_000);
});
