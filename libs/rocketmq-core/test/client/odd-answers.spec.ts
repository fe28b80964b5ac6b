import { ClientInstance, createReply, type Producer } from '../../src/client/index.js';
import { parseProperties, printProperties, PropertyName, PushReplyMessageToClient, ResponseCode } from '../../src/protocol/index.js';
import { eventually } from './cluster.js';
import { ScriptedBroker } from './scripted-broker.js';

const queue = { topic: 'T', brokerName: 'b', queueId: 0 };
const stored = { code: 0, header: { msgId: 'O', queueId: 0, queueOffset: 0 } };
const failureOf = (work: Promise<unknown>) =>
  work.then(
    () => 'it did not fail',
    (error: unknown) => error,
  );

describe('requests, replies and lite pulls of a broker that does as it is told', () => {
  let broker: ScriptedBroker;
  let client: ClientInstance;
  let producer: Producer;

  beforeEach(async () => {
    broker = await ScriptedBroker.start();
    client = new ClientInstance({ namesrvAddr: broker.namesrvAddr });
    await client.start();
    producer = client.producer({ group: 'P', retryTimesWhenSendFailed: 1 });
    await producer.start();
  });
  afterEach(async () => {
    await client.shutdown(100);
    await broker.stop();
  });

  const pushOf = (properties: ReadonlyMap<string, string>, body = 'reply') => ({
    header: {
      ...{ producerGroup: 'R', topic: 'C_REPLY_TOPIC', defaultTopic: 'TBW102', defaultTopicQueueNums: 4, queueId: 0, sysFlag: 0 },
      ...{
        bornTimestamp: 1,
        flag: 0,
        bornHost: '1.2.3.4:5',
        storeHost: '1.2.3.4:6',
        storeTimestamp: 2,
        properties: printProperties(properties),
      },
    },
    body: Buffer.from(body),
  });

  it('takes the reply that comes before the acknowledgement of the request, as Java does', async () => {
    broker.send = async ({ header, peer }) => {
      const asked = parseProperties(header.properties ?? '');
      expect([asked.get(PropertyName.REPLY_TO_CLIENT), asked.get(PropertyName.TTL)]).toEqual([client.clientId, '5000']);
      const correlation = new Map([[PropertyName.CORRELATION_ID, asked.get(PropertyName.CORRELATION_ID) ?? '']]);
      const { header: fields, body } = pushOf(correlation);
      expect((await peer.invoke(PushReplyMessageToClient, fields, { body, timeoutMs: 1000 })).code).toBe(0);
      expect((await peer.invoke(PushReplyMessageToClient, fields, { body, timeoutMs: 1000 })).code).toBe(0);
      return stored;
    };
    const reply = await producer.request({ topic: 'T', body: 'x' }, { timeoutMs: 5000 });
    expect([reply.body.toString(), reply.bornHost, reply.storeTimestamp]).toEqual(['reply', '1.2.3.4:5', 2]);
    expect(broker.requests.indexOf('HEART_BEAT')).toBeLessThan(broker.requests.indexOf('SEND_MESSAGE_V2'));
  });

  it('says what became of a request that no broker took', async () => {
    broker.send = () => ({ code: ResponseCode.MESSAGE_ILLEGAL, remark: 'no' });
    const error = await failureOf(producer.request({ topic: 'T', body: 'x' }, { timeoutMs: 5000 }));
    expect(error).toMatchObject({ name: 'SendFailed', responseCode: 13, outcome: 'failed', retrySafe: true, attempts: 1, brokerName: 'b' });
    expect(producer.waitingRequests).toBe(0);
  });

  it('does not know what became of a request whose acknowledgement does not come', async () => {
    broker.send = () => new Promise(() => undefined);
    const error = await failureOf(producer.request({ topic: 'T', body: 'x' }, { timeoutMs: 1500 }));
    expect(error).toMatchObject({ name: 'SendFailed', reason: 'timeout', outcome: 'unknown', retrySafe: false });
  });

  it('refuses a pushed reply that names no request', async () => {
    await producer.send({ topic: 'T', body: 'x' });
    await eventually(() => broker.requests.includes('HEART_BEAT'));
    const { header } = pushOf(new Map());
    expect((await broker.ask(PushReplyMessageToClient, header)).code).toBe(ResponseCode.SYSTEM_ERROR);
  });

  it('tries a reply that its requester did not get again, and tells when it is in vain', async () => {
    broker.send = () => ({ code: ResponseCode.SYSTEM_ERROR, remark: 'channel not found' });
    const properties = new Map([
      [PropertyName.CLUSTER, 'C'],
      [PropertyName.CORRELATION_ID, 'c'],
      [PropertyName.REPLY_TO_CLIENT, 'gone'],
    ]);
    const reply = { ...createReply({ properties }, 'x'), topic: 'T' };
    const error = await failureOf(producer.send(reply));
    expect(error).toMatchObject({ name: 'SendFailed', responseCode: 1, attempts: 2, outcome: 'failed' });
    expect(broker.requests.filter((name) => name === 'SEND_REPLY_MESSAGE_V2')).toHaveLength(2);
  });

  it('sends a oneway reply as a reply', async () => {
    const properties = new Map([
      [PropertyName.CLUSTER, 'C'],
      [PropertyName.CORRELATION_ID, 'c'],
      [PropertyName.REPLY_TO_CLIENT, 'me'],
    ]);
    await producer.sendOneway({ ...createReply({ properties }, 'x'), topic: 'T' });
    await eventually(() => broker.requests.includes('SEND_REPLY_MESSAGE_V2'));
  });

  it('says that a oneway message did not leave when there is nobody to take it', async () => {
    const error = await failureOf(producer.sendOneway({ topic: 'Unknown', body: 'x' }));
    expect(error).toMatchObject({ name: 'SendFailed', reason: 'unavailable', outcome: 'failed', retrySafe: true });
    const aborted = await failureOf(producer.sendOneway({ topic: 'Unknown', body: 'x' }, { signal: AbortSignal.abort() }));
    expect(aborted).toMatchObject({ name: 'SendFailed', outcome: 'failed' });
  });

  describe('lite pull consumer', () => {
    async function reading() {
      const consumer = client.litePullConsumer({ group: 'G', autoCommit: false });
      await consumer.assign([queue]);
      await consumer.start();
      await eventually(() => broker.requests.includes('LITE_PULL_MESSAGE'));
      return consumer;
    }

    it('tells its caller that a broker refused a commit, with the code', async () => {
      const consumer = await reading();
      broker.commitCode = ResponseCode.SYSTEM_BUSY;
      expect(await failureOf(consumer.commit())).toMatchObject({
        name: 'CallRefused',
        responseCode: 2,
        remark: 'as the test wants',
        address: broker.namesrvAddr,
      });
      broker.commitCode = ResponseCode.SUCCESS;
      await consumer.commit(new Map([[queue, 5]]));
    });

    it('gives up a held pull and goes where it is told, inside the queue', async () => {
      const consumer = await reading();
      const pulls = () => broker.requests.filter((name) => name === 'LITE_PULL_MESSAGE').length;
      const before = pulls();
      await consumer.seek(queue, 9);
      await eventually(() => pulls() > before);
      expect(consumer.position(queue)).toBe(9);
      expect(await failureOf(consumer.seek(queue, 2))).toMatchObject({ name: 'InvalidInput', field: 'offset' });
      await consumer.seekToBegin(queue);
      expect(consumer.position(queue)).toBe(3);
    });

    it('shuts down although the broker does not answer the last commit', async () => {
      const consumer = await reading();
      await consumer.commit();
      broker.commitCode = ResponseCode.SYSTEM_ERROR;
      await consumer.shutdown(1000);
      expect(broker.requests.at(-1)).toBe('UNREGISTER_CLIENT');
    });
  });
});
