import {
  decodeConsumerConnection,
  decodeGetConsumerListByGroupResponseBody,
  decodeLockBatchResponseBody,
  decodeProducerConnection,
  encodeHeartbeatData,
  encodeLockBatchRequestBody,
  encodeUnlockBatchRequestBody,
  GetConsumerConnectionList,
  GetConsumerListByGroup,
  GetProducerConnectionList,
  GetTopicConfig,
  HeartBeat,
  heartbeatFingerprint,
  LockBatchMq,
  NotifyConsumerIdsChanged,
  ResponseCode,
  UnlockBatchMq,
  UnregisterClient,
  type HeartbeatData,
} from '../../src/protocol/index.js';
import { route } from '../../src/remoting/index.js';
import { BrokerFixture, heartbeatOf, subscriptionTo, type TestClient } from './broker-fixture.js';

const fixture = new BrokerFixture();

beforeAll(async () => {
  await fixture.start();
});
afterAll(() => fixture.close());

/** A consumer that counts what it is told. */
class Consumer {
  readonly client: TestClient;
  private told: string[] = [];
  private waiting: (() => void) | undefined;

  constructor(clientId: string) {
    const onNotice = route(
      NotifyConsumerIdsChanged,
      ({ header }) => {
        this.told.push(header.consumerGroup ?? '');
        this.waiting?.();
        return { code: ResponseCode.SUCCESS };
      },
      'default',
    );
    this.client = fixture.client(clientId, [onNotice]);
  }

  /** Resolves with the groups that changed since the last call, when there is one. */
  async notice(): Promise<string[]> {
    if (this.told.length === 0) await new Promise<void>((resolve) => (this.waiting = resolve));
    return this.told.splice(0);
  }
}

async function members(client: TestClient, consumerGroup: string): Promise<readonly string[] | undefined> {
  const answer = await client.call(GetConsumerListByGroup, { consumerGroup });
  return answer.code === ResponseCode.SUCCESS ? decodeGetConsumerListByGroupResponseBody(answer.body).consumerIdList : undefined;
}

describe('a consumer group', () => {
  it('lists its members, and is an error while it has none', async () => {
    const [a, b] = [new Consumer('a'), new Consumer('b')];
    expect(await members(a.client, 'Listed')).toBeUndefined();
    await a.client.subscribe('Listed', subscriptionTo('T'));
    await b.client.subscribe('Listed', subscriptionTo('T'));
    expect(await members(a.client, 'Listed')).toEqual(['a', 'b']);
    await a.client.call(UnregisterClient, { clientID: 'a', consumerGroup: 'Listed' });
    expect(await members(b.client, 'Listed')).toEqual(['b']);
  });

  it('is made by its first heartbeat, with a retry topic', async () => {
    const a = new Consumer('a');
    await a.client.subscribe('Fresh', subscriptionTo('T'));
    expect((await a.client.call(GetTopicConfig, { topic: '%RETRY%Fresh' })).code).toBe(ResponseCode.SUCCESS);
  });

  it('hears of members that come, leave or lose their connection', async () => {
    const [a, b, c] = [new Consumer('a'), new Consumer('b'), new Consumer('c')];
    await a.client.subscribe('Noticed', subscriptionTo('T'));
    expect(await a.notice()).toEqual(['Noticed']);
    await b.client.subscribe('Noticed', subscriptionTo('T'));
    expect(await a.notice()).toEqual(['Noticed']);
    await c.client.subscribe('Noticed', subscriptionTo('T'));
    expect(await a.notice()).toEqual(['Noticed']);
    await b.client.call(UnregisterClient, { clientID: 'b', consumerGroup: 'Noticed' });
    expect(await a.notice()).toEqual(['Noticed']);
    await c.client.close();
    expect(await a.notice()).toEqual(['Noticed']);
    expect(await members(a.client, 'Noticed')).toEqual(['a']);
  });

  it('hears of a topic that a member subscribes to or gives up, and not of the same heartbeat again', async () => {
    const [a, b] = [new Consumer('a'), new Consumer('b')];
    await a.client.subscribe('Topics', subscriptionTo('T'));
    await b.client.subscribe('Topics', subscriptionTo('T'));
    await a.notice();
    await b.notice();
    await b.client.subscribe('Topics', subscriptionTo('T'));
    await b.client.subscribe('Topics', subscriptionTo('T'), subscriptionTo('U'));
    expect(await a.notice()).toEqual(['Topics']);
    await b.client.subscribe('Topics', subscriptionTo('U'));
    expect(await a.notice()).toEqual(['Topics']);
  });

  it('is shown with its connections and subscriptions', async () => {
    const a = new Consumer('shown');
    await a.client.subscribe('Shown', subscriptionTo('T', 'A'));
    const answer = await a.client.call(GetConsumerConnectionList, { consumerGroup: 'Shown' });
    const shown = decodeConsumerConnection(answer.body);
    expect(shown).toMatchObject({ consumeType: 'CONSUME_PASSIVELY', messageModel: 'CLUSTERING' });
    expect(shown.connectionSet).toMatchObject([{ clientId: 'shown' }]);
    expect(shown.subscriptionTable.get('T')?.tagsSet).toEqual(['A']);
    expect((await a.client.call(GetConsumerConnectionList, { consumerGroup: 'Nobody' })).code).toBe(ResponseCode.CONSUMER_NOT_ONLINE);
  });
});

describe('a heartbeat', () => {
  it('of version 1 says that version 2 is understood', async () => {
    const answer = await new Consumer('v1').client.subscribe('Versions', subscriptionTo('T'));
    expect(Object.fromEntries(answer.ext)).toMatchObject({ IS_SUPPORT_HEART_BEAT_V2: 'true', IS_SUB_CHANGE: 'true' });
  });

  it('of version 2 keeps the subscriptions it leaves out, and asks for them when they are not known', async () => {
    const { client } = new Consumer('v2');
    const whole = heartbeatOf('v2', 'Fingerprints', [subscriptionTo('T')]);
    const fingerprint = heartbeatFingerprint(whole);
    const known = { ...whole, heartbeatFingerprint: fingerprint };
    const emptied = {
      ...known,
      withoutSub: true,
      consumerDataSet: whole.consumerDataSet.map((data) => ({ ...data, subscriptionDataSet: [] })),
    };
    const beat = async (data: HeartbeatData) =>
      (await client.call(HeartBeat, {}, { body: encodeHeartbeatData(data) })).ext.get('IS_SUB_CHANGE');
    expect(await beat(emptied)).toBe('true');
    expect(await beat(known)).toBe('false');
    expect(await beat(emptied)).toBe('false');
    const shown = decodeConsumerConnection((await client.call(GetConsumerConnectionList, { consumerGroup: 'Fingerprints' })).body);
    expect([...shown.subscriptionTable.keys()]).toEqual(['T']);
    expect(await beat({ ...emptied, heartbeatFingerprint: fingerprint + 1 })).toBe('true');
  });

  it('registers producers', async () => {
    const { client } = new Consumer('producer');
    const heartbeat = { ...heartbeatOf('producer', 'Mixed', []), producerDataSet: [{ groupName: 'Producers' }] };
    await client.call(HeartBeat, {}, { body: encodeHeartbeatData(heartbeat) });
    const answer = await client.call(GetProducerConnectionList, { producerGroup: 'Producers' });
    expect(decodeProducerConnection(answer.body).connectionSet.map(({ clientId }) => clientId)).toEqual(['producer']);
    await client.call(UnregisterClient, { clientID: 'producer', producerGroup: 'Producers' });
    expect((await client.call(GetProducerConnectionList, { producerGroup: 'Producers' })).code).toBe(ResponseCode.SYSTEM_ERROR);
  });

  it('that cannot be read costs no connection', async () => {
    const { client } = new Consumer('broken');
    expect((await client.call(HeartBeat, {}, { body: Buffer.from('{"consumerDataSet":5}') })).code).toBe(ResponseCode.SYSTEM_ERROR);
    expect((await client.call(HeartBeat, {})).code).toBe(ResponseCode.SYSTEM_ERROR);
    expect((await client.subscribe('StillHere', subscriptionTo('T'))).code).toBe(ResponseCode.SUCCESS);
  });
});

describe('queue locks', () => {
  const queues = [0, 1].map((queueId) => ({ topic: 'T', brokerName: 'b', queueId }));
  const request = (clientId: string, mqSet = queues) => ({ clientId, consumerGroup: 'Ordered', mqSet, onlyThisBroker: false });
  const lock = async (client: TestClient, clientId: string) =>
    decodeLockBatchResponseBody((await client.call(LockBatchMq, {}, { body: encodeLockBatchRequestBody(request(clientId)) })).body)
      .lockOKMQSet;

  it('belong to one client at a time', async () => {
    const { client } = new Consumer('locker');
    expect(await lock(client, 'a')).toEqual(queues);
    expect(await lock(client, 'b')).toEqual([]);
    await client.call(UnlockBatchMq, {}, { body: encodeUnlockBatchRequestBody(request('a', queues.slice(0, 1))) });
    expect(await lock(client, 'b')).toEqual(queues.slice(0, 1));
  });
});
