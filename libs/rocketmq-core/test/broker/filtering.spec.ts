import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CheckClientConfig,
  decodeRecords,
  encodeCheckClientRequestBody,
  printProperties,
  ResponseCode,
  retryTopic,
  UnregisterClient,
  type PullMessage,
  type SubscriptionData,
} from '../../src/protocol/index.js';
import type { Answer } from '../../src/remoting/index.js';
import { BrokerFixture, subscriptionTo, type TestClient } from './broker-fixture.js';

const SUSPEND = 2;
const HEARTBEAT = 0;

const fixture = new BrokerFixture();
let client: TestClient;

beforeAll(async () => {
  await fixture.start({ enablePropertyFilter: true });
  client = fixture.client();
});
afterAll(() => fixture.close());

const bodies = (answer: Answer<typeof PullMessage>) => decodeRecords(answer.body ?? Buffer.alloc(0)).map(({ body }) => body.toString());
const withProperties = (properties: Readonly<Record<string, string>>) => ({
  properties: printProperties(new Map(Object.entries(properties))),
});
const sqlTo = (topic: string, subString: string, subVersion = 1): SubscriptionData => ({
  ...subscriptionTo(topic, '*', subVersion),
  ...{ subString, expressionType: 'SQL92' },
});
/** Messages m0, m1, … with a = 0, 1, … */
async function fill(topic: string, count: number): Promise<void> {
  for (let a = 0; a < count; a += 1) await client.send(topic, `m${a}`, withProperties({ a: String(a), TAGS: 'x' }));
}
const sqlPull = (topic: string, queueOffset: number, expression: string, more = {}) =>
  client.pull(topic, queueOffset, { subscription: expression, expressionType: 'SQL92', ...more });

describe('a pull that brings its own expression', () => {
  it('gets what matches, and goes on behind what was looked at', async () => {
    await fill('Own', 10);
    const answer = await sqlPull('Own', 0, 'a BETWEEN 3 AND 5 OR a = 8');
    expect(bodies(answer)).toEqual(['m3', 'm4', 'm5', 'm8']);
    expect(answer.header).toMatchObject({ nextBeginOffset: 10, maxOffset: 10 });
  });

  it('is told to go on when nothing of what was looked at matches', async () => {
    await fill('Nothing', 3);
    expect(await sqlPull('Nothing', 0, 'a > 9')).toMatchObject({
      code: ResponseCode.PULL_RETRY_IMMEDIATELY,
      remark: 'NO_MATCHED_MESSAGE',
      header: { nextBeginOffset: 3 },
    });
  });

  it.each([
    ['an expression that is none', 'a =', 'SQL92'],
    ['no expression', '', 'SQL92'],
    ['a type that is not known', 'a = 1', 'XPATH'],
  ])('is refused with %s', async (_, subscription, expressionType) => {
    await fill('Refused', 1);
    const answer = await client.pull('Refused', 0, { subscription, expressionType });
    expect(answer).toMatchObject({ code: ResponseCode.SUBSCRIPTION_PARSE_FAILED, remark: "parse the consumer's subscription failed" });
  });
});

describe('a pull of a group whose heartbeat brought an expression', () => {
  const pull = (group: string, topic: string, subVersion = 1, more = {}) =>
    client.pull(topic, 0, { consumerGroup: group, sysFlag: HEARTBEAT, subVersion, subscription: undefined, ...more });

  it('gets what matches', async () => {
    await fill('Beat', 6);
    await client.subscribe('GBeat', sqlTo('Beat', "a IN ('1', '4') AND TAGS = 'x'"));
    expect(bodies(await pull('GBeat', 'Beat'))).toEqual(['m1', 'm4']);
  });

  it('is refused in every way that Apache knows', async () => {
    await fill('Ways', 1);
    expect(await pull('GWays', 'Ways')).toMatchObject({ code: ResponseCode.SUBSCRIPTION_NOT_EXIST });
    await client.subscribe('GWays', sqlTo('Other', 'a = 1'));
    expect(await pull('GWays', 'Ways')).toMatchObject({ code: ResponseCode.SUBSCRIPTION_NOT_EXIST });
    await client.subscribe('GWays', sqlTo('Ways', 'a = 0', 3));
    expect(await pull('GWays', 'Ways', 4)).toMatchObject({ code: ResponseCode.SUBSCRIPTION_NOT_LATEST });
    expect(await pull('GWays', 'Ways', 3)).toMatchObject({ code: ResponseCode.SUCCESS });
    await client.subscribe('GWays', sqlTo('Ways', 'a =', 5));
    expect(await pull('GWays', 'Ways', 5)).toMatchObject({ code: ResponseCode.FILTER_DATA_NOT_EXIST });
  });

  it('is refused when its filter is older than its subscription', async () => {
    await fill('Latest', 1);
    await client.subscribe('GLatest', sqlTo('Latest', 'a = 0', 9));
    // Leaves and comes back with an older version: the subscription is new then, the filter is the one that was kept.
    await client.call(UnregisterClient, { clientID: client.clientId, consumerGroup: 'GLatest' });
    await client.subscribe('GLatest', { ...subscriptionTo('Latest', '*', 20) });
    await client.subscribe('GLatest', sqlTo('Latest', '', 21));
    expect(await pull('GLatest', 'Latest', 21)).toMatchObject({ code: ResponseCode.FILTER_DATA_NOT_LATEST });
  });

  it('is held until a message comes that matches', async () => {
    await client.send('Held', 'first', withProperties({ a: '0' }));
    await client.subscribe('GHeld', sqlTo('Held', 'a = 7'));
    let answered = false;
    const held = pull('GHeld', 'Held', 1, { queueOffset: 1, sysFlag: SUSPEND, suspendTimeoutMillis: 10_000 }).finally(
      () => (answered = true),
    );
    // One connection: the pull is held before the sends are looked at, and had it been answered, that would have come before their answers.
    await client.send('Held', 'no', withProperties({ a: '6' }));
    await client.send('Held', 'no tags', {});
    expect(answered).toBe(false);
    await client.send('Held', 'yes', withProperties({ a: '7' }));
    expect(bodies(await held)).toEqual(['yes']);
  });

  it('gets all of its retry topic: what is there has matched before', async () => {
    await client.subscribe('GRetry', sqlTo('Beat', 'a = 1'), subscriptionTo(retryTopic('GRetry')));
    const answer = await pull('GRetry', retryTopic('GRetry'), 1);
    expect(answer.code).toBe(ResponseCode.PULL_NOT_FOUND);
  });
});

describe('CHECK_CLIENT_CONFIG', () => {
  it('says whether an expression can be used', async () => {
    const check = (subString: string) =>
      client.call(
        CheckClientConfig,
        {},
        {
          body: encodeCheckClientRequestBody({ clientId: 'c', group: 'G', namespace: undefined, subscriptionData: sqlTo('T', subString) }),
        },
      );
    expect((await check('a = 1')).code).toBe(ResponseCode.SUCCESS);
    expect(await check('a LIKE 1')).toMatchObject({ code: ResponseCode.SUBSCRIPTION_PARSE_FAILED });
  });
});

describe('the filters of a broker', () => {
  it('outlive a restart', async () => {
    const other = new BrokerFixture();
    await other.start({ enablePropertyFilter: true });
    await other.client().subscribe('GKept', sqlTo('Kept', 'a = 2', 5));
    await other.stop();
    const file = join(other.root, 'config/consumerFilter.json');
    expect(readFileSync(file, 'utf8')).toContain('"expression":"a = 2"');
    await other.start({ enablePropertyFilter: true });
    const again = other.client('again');
    await again.send('Kept', 'm', withProperties({ a: '2' }));
    // A subscription without an expression leaves the kept filter as it is.
    await again.subscribe('GKept', sqlTo('Kept', '', 5));
    const header = { consumerGroup: 'GKept', sysFlag: HEARTBEAT, subVersion: 5, subscription: undefined };
    expect(bodies(await again.pull('Kept', 0, header))).toEqual(['m']);
    await other.close();
  });

  it('are not served unless enablePropertyFilter says so', async () => {
    const other = new BrokerFixture();
    await other.start({});
    const peer = other.client();
    await peer.send('Off', 'm');
    expect(await peer.pull('Off', 0, { subscription: 'a = 1', expressionType: 'SQL92' })).toMatchObject({
      code: ResponseCode.SYSTEM_ERROR,
      remark: 'The broker does not support consumer to filter message by SQL92',
    });
    await peer.subscribe('GOff', sqlTo('Off', 'a = 1'));
    const header = { consumerGroup: 'GOff', sysFlag: HEARTBEAT, subVersion: 1, subscription: undefined };
    expect(await peer.pull('Off', 0, header)).toMatchObject({ code: ResponseCode.SYSTEM_ERROR });
    await other.close();
  });
});
