import {
  bySql,
  type ClientInstance,
  isCallRefused,
  type MessageSelector,
  type Producer,
  type ReceivedMessage,
  ResponseCode,
} from '../../src/client/index.js';
import { Cluster, Inbox } from './cluster.js';

const texts = (messages: readonly ReceivedMessage[]) => messages.map((message) => message.body.toString()).sort();
const outcomeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'done' as const,
    (error: unknown) => error,
  );

describe('a push consumer that filters by SQL92', () => {
  let cluster: Cluster;
  let client: ClientInstance;
  let producer: Producer;

  const begin = async (enablePropertyFilter: boolean, brokers = ['broker-a']) => {
    cluster = await Cluster.start(brokers, { enablePropertyFilter });
    client = await cluster.client();
    producer = client.producer({ group: 'P' });
    await producer.start();
    await producer.send({ topic: 'T', body: 'first', properties: { n: '0' } });
  };
  afterEach(() => cluster.stop());

  async function consume(selector: string | MessageSelector) {
    const inbox = new Inbox<ReceivedMessage>();
    const consumer = client.pushConsumer({
      group: 'G',
      subscriptions: new Map([['T', selector]]),
      consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET',
      onMessage: (message) => inbox.add(message),
    });
    await consumer.start();
    return { inbox, consumer };
  }

  it('gets what matches, sent before and after it came, and nothing else', async () => {
    await begin(true, ['broker-a', 'broker-b']);
    const send = (from: number) =>
      Promise.all([0, 1, 2, 3].map((i) => producer.send({ topic: 'T', body: `m${from + i}`, properties: { n: `${from + i}` } })));
    await send(10);
    const { inbox, consumer } = await consume(bySql("n BETWEEN 11 AND 12 OR n IN ('21', '23')"));
    expect(texts(await inbox.until(2))).toEqual(['m11', 'm12']);
    await send(20);
    expect(texts(await inbox.until(4))).toEqual(['m11', 'm12', 'm21', 'm23']);
    await consumer.shutdown();
    expect(inbox.items).toHaveLength(4);
  });

  it('does not start with an expression that the broker cannot read', async () => {
    await begin(true);
    const refusal = await outcomeOf(consume(bySql('n LIKE 1')));
    expect(isCallRefused(refusal) && [refusal.responseCode, refusal.remark]).toEqual([
      ResponseCode.SUBSCRIPTION_PARSE_FAILED,
      'the expression cannot be read: the end expected at 2, found "LIKE"',
    ]);
  });

  it('does not start with a broker that does not filter by SQL92', async () => {
    await begin(false);
    const refusal = await outcomeOf(consume(bySql('n = 1')));
    expect(isCallRefused(refusal) && refusal.responseCode).toBe(ResponseCode.SYSTEM_ERROR);
  });
});
