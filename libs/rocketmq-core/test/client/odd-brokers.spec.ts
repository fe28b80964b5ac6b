import { ClientInstance } from '../../src/client/index.js';
import {
  decodeConsumerRunningInfo,
  GetConsumerRunningInfo,
  GetMaxOffset,
  NotifyConsumerIdsChanged,
  ResponseCode,
} from '../../src/protocol/index.js';
import { eventually } from './cluster.js';
import { ScriptedBroker } from './scripted-broker.js';

describe('client of a broker that does as it is told', () => {
  let broker: ScriptedBroker;
  let client: ClientInstance;

  beforeEach(async () => {
    broker = await ScriptedBroker.start();
    client = new ClientInstance({ namesrvAddr: broker.namesrvAddr });
    await client.start();
  });
  afterEach(async () => {
    await client.shutdown(100);
    await broker.stop();
  });

  async function produce() {
    const producer = client.producer({ group: 'P' });
    await producer.start();
    return producer;
  }

  async function consume() {
    const consumer = client.pushConsumer({ group: 'G', subscriptions: new Map([['T', 'A']]), onMessage: () => undefined });
    await consumer.start();
    await eventually(() => broker.requests.includes('PULL_MESSAGE'));
    return consumer;
  }
  const failureOf = (send: Promise<unknown>) =>
    send.then(
      () => 'it did not fail',
      (error: unknown) => error,
    );

  it('does not know what became of a message when the answer does not come', async () => {
    broker.send = () => new Promise(() => undefined);
    const producer = await produce();
    const error = await failureOf(producer.send({ topic: 'T', body: 'x' }, { timeoutMs: 1500 }));
    expect(error).toMatchObject({
      name: 'SendFailed',
      reason: 'timeout',
      outcome: 'unknown',
      retrySafe: false,
      attempts: 1,
      brokerName: 'b',
    });
  });

  it('does not know what became of a message when the connection breaks before the answer', async () => {
    broker.send = ({ peer }) => {
      peer.close('the broker dies');
      return new Promise(() => undefined);
    };
    const producer = await produce();
    const error = await failureOf(producer.send({ topic: 'T', body: 'x' }));
    expect(error).toMatchObject({ reason: 'connection', outcome: 'unknown', retrySafe: false, attempts: 3 });
  });

  it('does not know what became of a message when the caller gives up', async () => {
    const controller = new AbortController();
    broker.send = () => {
      controller.abort();
      return new Promise(() => undefined);
    };
    const producer = await produce();
    const error = await failureOf(producer.send({ topic: 'T', body: 'x' }, { signal: controller.signal }));
    expect(error).toMatchObject({ reason: 'aborted', outcome: 'unknown' });
  });

  it('begins nothing for a caller that has given up before', async () => {
    const producer = await produce();
    const error = await failureOf(producer.send({ topic: 'T', body: 'x' }, { signal: AbortSignal.abort() }));
    expect(error).toMatchObject({ reason: 'aborted', outcome: 'failed' });
    expect(broker.requests).not.toContain('SEND_MESSAGE_V2');
  });

  it('tries again with the same id until the broker is ready', async () => {
    const codes = [ResponseCode.SYSTEM_BUSY, ResponseCode.SERVICE_NOT_AVAILABLE];
    const properties: (string | undefined)[] = [];
    broker.send = ({ header }) => {
      properties.push(header.properties);
      const code = codes.shift();
      return code === undefined ? { code: 0, header: { msgId: 'O', queueId: 0, queueOffset: 5 } } : { code, remark: 'busy' };
    };
    const producer = await produce();
    expect(await producer.send({ topic: 'T', body: 'x' })).toMatchObject({ status: 'SEND_OK', queueOffset: 5 });
    expect([properties.length, new Set(properties).size]).toEqual([3, 1]);
  });

  it('takes an answer without region for one of the default region, as Java does', async () => {
    const producer = await produce();
    expect(await producer.send({ topic: 'T', body: 'x' })).toMatchObject({ regionId: 'DefaultRegion', offsetMessageId: 'O' });
  });

  it('shares the queues anew when the broker says that members changed', async () => {
    await consume();
    const asked = () => broker.requests.filter((name) => name === 'GET_CONSUMER_LIST_BY_GROUP').length;
    const before = asked();
    await broker.ask(NotifyConsumerIdsChanged, { consumerGroup: 'G' });
    await eventually(() => asked() > before);
  });

  it('tells an administrator how its consumer is', async () => {
    const consumer = await consume();
    const answer = await broker.ask(GetConsumerRunningInfo, { consumerGroup: 'G', clientId: client.clientId });
    const info = decodeConsumerRunningInfo(answer.body);
    expect(info.properties.get('PROP_CONSUME_TYPE')).toBe('CONSUME_PASSIVELY');
    expect(info.properties.get('PROP_NAMESERVER_ADDR')).toBe(`${broker.namesrvAddr};`);
    expect(info.subscriptionSet.map(({ topic, subString }) => `${topic} ${subString}`)).toEqual(['T A', '%RETRY%G *']);
    expect(info.mqTable).toMatchObject([
      [
        { topic: 'T', brokerName: 'b', queueId: 0 },
        { cachedMsgCount: 0, commitOffset: 7 },
      ],
    ]);
    expect((await broker.ask(GetConsumerRunningInfo, { consumerGroup: 'other', clientId: client.clientId })).code).toBe(1);
    await consumer.shutdown();
  });

  it('answers what it does not know with "not supported"', async () => {
    await consume();
    const answer = await broker.ask(GetMaxOffset, { topic: 'T', queueId: 0 });
    expect(answer.code).toBe(ResponseCode.REQUEST_CODE_NOT_SUPPORTED);
  });

  it('introduces itself again when the connection was lost', async () => {
    await consume();
    const beats = () => broker.requests.filter((name) => name === 'HEART_BEAT').length;
    const before = beats();
    for (const peer of broker.server.peers) peer.close('a switch was restarted');
    await eventually(() => beats() > before);
  });

  it('gives up a held pull, commits and says goodbye when it is shut down', async () => {
    const consumer = await consume();
    await consumer.shutdown();
    expect(broker.requests.slice(-2)).toEqual(['UPDATE_CONSUMER_OFFSET', 'UNREGISTER_CLIENT']);
  });
});
