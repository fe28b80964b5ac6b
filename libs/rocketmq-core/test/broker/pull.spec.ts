import {
  decodeRecords,
  DeleteTopicInBroker,
  GetEarliestMsgStoretime,
  GetMaxOffset,
  GetMinOffset,
  LitePullMessage,
  printProperties,
  QueryConsumerOffset,
  ResponseCode,
  SearchOffsetByTimestamp,
  UpdateAndCreateTopic,
  UpdateAndGetGroupForbidden,
  UpdateConsumerOffset,
  type PullMessage,
} from '../../src/protocol/index.js';
import type { Answer } from '../../src/remoting/index.js';
import { BrokerFixture, subscriptionTo, type TestClient } from './broker-fixture.js';

const SUSPEND = 2;
const SUBSCRIPTION = 4;
const COMMIT = 1;

const fixture = new BrokerFixture();
let client: TestClient;

beforeAll(async () => {
  await fixture.start();
  client = fixture.client();
});
afterAll(() => fixture.close());

const bodies = (answer: Answer<typeof PullMessage>) => decodeRecords(answer.body ?? Buffer.alloc(0)).map(({ body }) => body.toString());
const tagged = (tags: string) => ({ properties: printProperties(new Map([['TAGS', tags]])) });
/** A topic with these bodies in queue 0. */
async function fill(topic: string, ...texts: readonly string[]): Promise<void> {
  for (const text of texts) await client.send(topic, text);
}

describe('a pull', () => {
  it('finds messages from its offset on, as many as asked for', async () => {
    await fill('Found', 'a', 'b', 'c', 'd');
    const answer = await client.pull('Found', 1, { maxMsgNums: 2 });
    expect(answer.code).toBe(ResponseCode.SUCCESS);
    expect(answer.header).toMatchObject({ nextBeginOffset: 3, minOffset: 0, maxOffset: 4, suggestWhichBrokerId: 0 });
    expect(bodies(answer)).toEqual(['b', 'c']);
  });

  it('finds nothing at the end of the queue, and says where the end is', async () => {
    await fill('End', 'a');
    expect(await client.pull('End', 1)).toMatchObject({
      code: ResponseCode.PULL_NOT_FOUND,
      header: { nextBeginOffset: 1, minOffset: 0, maxOffset: 1 },
    });
  });

  it('is sent back into the queue from outside of it', async () => {
    await fill('Moved', 'a');
    expect(await client.pull('Moved', 9)).toMatchObject({ code: ResponseCode.PULL_OFFSET_MOVED, header: { nextBeginOffset: 1 } });
    expect(await client.pull('Moved', 7, { queueId: 2 })).toMatchObject({
      code: ResponseCode.PULL_OFFSET_MOVED,
      header: { nextBeginOffset: 0 },
    });
    expect(await client.pull('Moved', 0, { queueId: 2 })).toMatchObject({ code: ResponseCode.PULL_NOT_FOUND });
  });

  it('asks again at once when no message it looked at has its tag', async () => {
    await client.send('Tags', '1', tagged('A'));
    await client.send('Tags', '2', tagged('B'));
    await client.send('Tags', '3', tagged('A'));
    const both = await client.pull('Tags', 0, { subscription: 'A || C' });
    expect(bodies(both)).toEqual(['1', '3']);
    const none = await client.pull('Tags', 0, { subscription: 'C' });
    expect(none).toMatchObject({ code: ResponseCode.PULL_RETRY_IMMEDIATELY, header: { nextBeginOffset: 3 } });
  });

  it('uses the subscription of the heartbeat when it brings none', async () => {
    await client.send('Subscribed', '1', tagged('A'));
    await client.send('Subscribed', '2', tagged('B'));
    const pull = (subVersion = 0) =>
      client.pull('Subscribed', 0, { consumerGroup: 'Subscribers', sysFlag: 0, subVersion, subscription: undefined });
    expect((await pull()).code).toBe(ResponseCode.SUBSCRIPTION_NOT_EXIST);
    await client.subscribe('Subscribers', subscriptionTo('Other'));
    expect((await pull()).code).toBe(ResponseCode.SUBSCRIPTION_NOT_EXIST);
    await client.subscribe('Subscribers', subscriptionTo('Subscribed', 'B', 5));
    expect(bodies(await pull(5))).toEqual(['2']);
    expect((await pull(6)).code).toBe(ResponseCode.SUBSCRIPTION_NOT_LATEST);
  });

  it('serves lite pull consumers', async () => {
    await fill('Lite', 'a');
    const header = {
      consumerGroup: 'G',
      topic: 'Lite',
      queueId: 0,
      queueOffset: 0,
      maxMsgNums: 1,
      sysFlag: 20,
      commitOffset: 0,
      suspendTimeoutMillis: 0,
      subVersion: 0,
    };
    expect((await client.call(LitePullMessage, { ...header, subscription: '*' })).code).toBe(ResponseCode.SUCCESS);
  });

  it.each([
    ['a group that cannot be one', { consumerGroup: 'no/group' }, ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST],
    ['a topic that does not exist', { topic: 'Nowhere' }, ResponseCode.TOPIC_NOT_EXIST],
    ['a queue that does not exist', { queueId: 1024 }, ResponseCode.INVALID_PARAMETER],
    ['an expression without a tag', { subscription: '||' }, ResponseCode.SUBSCRIPTION_PARSE_FAILED],
    ['an SQL expression', { subscription: 'a > 1', expressionType: 'SQL92' }, ResponseCode.SYSTEM_ERROR],
  ])('is refused for %s', async (_, more, code) => {
    const answer = await client.pull('BenchmarkTest', 0, more);
    expect(answer.code).toBe(code);
    expect(answer.remark).toBeTruthy();
  });

  it('is refused for a topic without read permission, and for a group that may not read the topic', async () => {
    const topic = { readQueueNums: 1, writeQueueNums: 1, topicFilterType: 'SINGLE_TAG', order: false, defaultTopic: 'TBW102' };
    await client.call(UpdateAndCreateTopic, { topic: 'WriteOnly', perm: 2, ...topic });
    const refused = await client.pull('WriteOnly', 0);
    expect(refused).toMatchObject({ code: ResponseCode.NO_PERMISSION });
    expect(refused.ext.get('forbiddenType')).toBe('3');
    await client.call(UpdateAndCreateTopic, { topic: 'Forbidden', perm: 6, ...topic });
    await client.subscribe('Banned', subscriptionTo('Forbidden'));
    await client.call(UpdateAndGetGroupForbidden, { group: 'Banned', topic: 'Forbidden', readable: false });
    const banned = await client.pull('Forbidden', 0, { consumerGroup: 'Banned', sysFlag: 0 });
    expect(banned.ext.get('forbiddenType')).toBe('5');
  });
});

describe('a pull that waits', () => {
  const wait = (topic: string, queueOffset: number, more: Parameters<TestClient['pull']>[2] = {}) =>
    client.pull(topic, queueOffset, { sysFlag: SUSPEND | SUBSCRIPTION, suspendTimeoutMillis: 30_000, ...more });
  /** Resolves when what was sent before on this connection has been handled. */
  const handled = () => client.call(GetMaxOffset, { topic: 'Found', queueId: 0 });

  it('is answered with the message that comes', async () => {
    await fill('Awaited', 'old');
    const answer = wait('Awaited', 1);
    await handled();
    await client.send('Awaited', 'new');
    expect(bodies(await answer)).toEqual(['new']);
  });

  it('sleeps through messages with other tags', async () => {
    await client.send('AwaitedTag', '0', tagged('B'));
    const answer = wait('AwaitedTag', 1, { subscription: 'A' });
    await handled();
    await client.send('AwaitedTag', '1', tagged('B'));
    await client.send('AwaitedTag', '2', tagged('A'));
    expect(bodies(await answer)).toEqual(['2']);
  });

  it('is answered with nothing when its time is up', async () => {
    await fill('TimedOut', 'a');
    expect((await wait('TimedOut', 1, { suspendTimeoutMillis: 1 })).code).toBe(ResponseCode.PULL_NOT_FOUND);
  });

  it('is told when the topic is gone', async () => {
    await fill('Vanishing', 'a');
    const admin = fixture.client('admin');
    const answer = wait('Vanishing', 1, { suspendTimeoutMillis: 1 });
    await handled();
    await admin.call(DeleteTopicInBroker, { topic: 'Vanishing' });
    expect((await answer).code).toBe(ResponseCode.TOPIC_NOT_EXIST);
  });

  it('wakes for every group', async () => {
    await fill('Shared', 'old');
    const answers = ['G1', 'G2', 'G3'].map((consumerGroup) => wait('Shared', 1, { consumerGroup }));
    await handled();
    await client.send('Shared', 'new');
    expect((await Promise.all(answers)).map(bodies)).toEqual([['new'], ['new'], ['new']]);
  });
});

describe('consumer offsets', () => {
  const position = (topic: string, consumerGroup = 'Committers') => ({ consumerGroup, topic, queueId: 0 });

  it('are committed and asked for', async () => {
    await fill('Progress', 'a', 'b');
    await client.subscribe('Committers', subscriptionTo('Progress'));
    expect((await client.call(UpdateConsumerOffset, { ...position('Progress'), commitOffset: 2 })).code).toBe(ResponseCode.SUCCESS);
    expect(await client.call(QueryConsumerOffset, position('Progress'))).toMatchObject({
      code: ResponseCode.SUCCESS,
      header: { offset: 2 },
    });
  });

  it('travel with a pull too', async () => {
    await fill('Carried', 'a', 'b');
    await client.pull('Carried', 2, { consumerGroup: 'Carriers', sysFlag: COMMIT | SUBSCRIPTION, commitOffset: 1 });
    expect(await client.call(QueryConsumerOffset, position('Carried', 'Carriers'))).toMatchObject({ header: { offset: 1 } });
  });

  it('begin at 0 for a new group of a young queue, unless the client wants to know that there is none', async () => {
    await fill('Young', 'a');
    expect(await client.call(QueryConsumerOffset, position('Young', 'New'))).toMatchObject({
      code: ResponseCode.SUCCESS,
      header: { offset: 0 },
    });
    const strict = { ...position('Young', 'New'), setZeroIfNotFound: false };
    expect((await client.call(QueryConsumerOffset, strict)).code).toBe(ResponseCode.QUERY_NOT_FOUND);
    expect((await client.call(QueryConsumerOffset, { ...position('Young', 'New'), queueId: 9 })).code).toBe(ResponseCode.QUERY_NOT_FOUND);
  });

  it.each([
    ['an unknown group', { consumerGroup: 'Strangers' }, ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST],
    ['an unknown topic', { topic: 'Nowhere' }, ResponseCode.TOPIC_NOT_EXIST],
    ['a queue that is not there', { queueId: 100 }, ResponseCode.INVALID_PARAMETER],
    ['a negative offset', { commitOffset: -1 }, ResponseCode.INVALID_PARAMETER],
  ])('are refused for %s', async (_, more, code) => {
    await fill('Progress', 'x');
    await client.subscribe('Committers', subscriptionTo('Progress'));
    const answer = await client.call(UpdateConsumerOffset, { ...position('Progress'), commitOffset: 1, ...more });
    expect(answer.code).toBe(code);
  });
});

describe('offsets of a queue', () => {
  it('are its ends, and those nearest to a time', async () => {
    await fill('Searched', 'a', 'b');
    const queue = { topic: 'Searched', queueId: 0 };
    expect((await client.call(GetMaxOffset, queue)).header.offset).toBe(2);
    expect((await client.call(GetMinOffset, queue)).header.offset).toBe(0);
    expect((await client.call(GetEarliestMsgStoretime, queue)).header.timestamp).toBeGreaterThan(0);
    const search = async (timestamp: number, boundaryType?: string) =>
      (await client.call(SearchOffsetByTimestamp, { ...queue, timestamp, boundaryType })).header.offset;
    expect(await search(0)).toBe(0);
    expect(await search(Number.MAX_SAFE_INTEGER)).toBe(2);
    expect(await search(Number.MAX_SAFE_INTEGER, 'UPPER')).toBe(1);
  });

  it('are 0 for a queue that was never written, and it has no earliest time', async () => {
    const queue = { topic: 'BenchmarkTest', queueId: 1000 };
    expect((await client.call(GetMaxOffset, queue)).header.offset).toBe(0);
    expect((await client.call(GetMinOffset, queue)).header.offset).toBe(0);
    expect((await client.call(GetEarliestMsgStoretime, queue)).header.timestamp).toBe(-1);
  });
});
