import { readFileSync, writeFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import {
  decodeRecords,
  decodeSubscriptionGroupConfig,
  decodeTopicConfigAndQueueMapping,
  encodeSubscriptionGroupConfig,
  GetSubscriptiongroupConfig,
  GetTopicConfig,
  QueryConsumerOffset,
  ResponseCode,
  UpdateAndCreateSubscriptiongroup,
  UpdateAndCreateTopic,
  UpdateAndGetGroupForbidden,
  UpdateConsumerOffset,
} from '../../src/protocol/index.js';
import { freeListenPort } from '../../testing/free-ports.js';
import { BrokerFixture, subscriptionTo, TestClient } from './broker-fixture.js';

let fixture: BrokerFixture;
beforeEach(() => {
  fixture = new BrokerFixture();
});
afterEach(() => fixture.close());

const configFile = (name: string) => join(fixture.root, 'config', name);
const textOf = (name: string) => readFileSync(configFile(name), 'utf8');

const topicHeader = (topic: string, more: { attributes?: string } = {}) => ({
  ...{ topic, defaultTopic: 'TBW102', readQueueNums: 2, writeQueueNums: 2, perm: 6, topicFilterType: 'SINGLE_TAG', order: false, ...more },
});

describe('a restart', () => {
  it('keeps messages, topics, groups and offsets', async () => {
    await fixture.start();
    const client = fixture.client();
    await client.call(UpdateAndCreateTopic, topicHeader('Made', { attributes: '+message.type=NORMAL' }));
    const group = { ...groupConfig('Careful'), retryMaxTimes: 3 };
    await client.call(UpdateAndCreateSubscriptiongroup, {}, { body: encodeSubscriptionGroupConfig(group) });
    await client.call(UpdateAndGetGroupForbidden, { group: 'Careful', topic: 'Made', readable: false });
    for (const body of ['a', 'b', 'c']) await client.send('Auto', body);
    await client.subscribe('G', subscriptionTo('Auto'));
    await client.call(UpdateConsumerOffset, { consumerGroup: 'G', topic: 'Auto', queueId: 0, commitOffset: 2 });
    await fixture.stop();

    await fixture.start();
    const later = fixture.client();
    const pulled = await later.pull('Auto', 0);
    expect(decodeRecords(pulled.body ?? Buffer.alloc(0)).map(({ body }) => body.toString())).toEqual(['a', 'b', 'c']);
    expect(await later.call(QueryConsumerOffset, { consumerGroup: 'G', topic: 'Auto', queueId: 0 })).toMatchObject({
      header: { offset: 2 },
    });
    const made = decodeTopicConfigAndQueueMapping((await later.call(GetTopicConfig, { topic: 'Made' })).body);
    expect(made).toMatchObject({ readQueueNums: 2, perm: 6 });
    expect(made.attributes.get('message.type')).toBe('NORMAL');
    const kept = decodeSubscriptionGroupConfig((await later.call(GetSubscriptiongroupConfig, { group: 'Careful' })).body);
    expect(kept.retryMaxTimes).toBe(3);
    expect(textOf('subscriptionGroup.json')).toContain('"forbiddenTable":{\n\t\t"Careful":{\n\t\t\t"Made":4');
    const next = await later.send('Auto', 'd');
    expect(next.header.queueOffset).toBe(3);
  });

  const groupConfig = (groupName: string) => ({
    ...{
      attributes: new Map<string, string>(),
      brokerId: 0,
      consumeBroadcastEnable: true,
      consumeEnable: true,
      consumeFromMinEnable: true,
    },
    ...{
      consumeMessageOrderly: false,
      consumeTimeoutMinute: 15,
      groupName,
      groupRetryPolicy: { type: 'CUSTOMIZED' as const },
      groupSysFlag: 0,
    },
    ...{ notifyConsumerIdsChangedEnable: true, retryMaxTimes: 16, retryQueueNums: 1, whichBrokerWhenConsumeSlowly: 1 },
  });

  it('keeps what another release has written into the files', async () => {
    await fixture.start();
    await fixture.client().call(UpdateAndCreateTopic, topicHeader('Made'));
    await fixture.stop();
    const text = textOf('topics.json');
    writeFileSync(configFile('topics.json'), text.replace(/("Made":\{\s*"attributes":\{)/, '$1"lite.future":"yes"'));
    await fixture.start();
    await fixture.client().call(UpdateAndCreateTopic, topicHeader('Other'));
    expect(textOf('topics.json')).toContain('"lite.future":"yes"');
  });

  it('uses the backup of a file that a crash has emptied', async () => {
    await fixture.start();
    const client = fixture.client();
    await client.call(UpdateAndCreateTopic, topicHeader('First'));
    await client.call(UpdateAndCreateTopic, topicHeader('Second'));
    await fixture.stop();
    truncateSync(configFile('topics.json'));
    await fixture.start();
    const later = fixture.client();
    expect((await later.call(GetTopicConfig, { topic: 'First' })).code).toBe(ResponseCode.SUCCESS);
  });

  it('does not start with an empty table where a file and its backup cannot be read, and lets go of the store', async () => {
    await fixture.start();
    const client = fixture.client();
    await client.call(UpdateAndCreateTopic, topicHeader('First'));
    await client.call(UpdateAndCreateTopic, topicHeader('Second'));
    await fixture.stop();
    const good = textOf('topics.json');
    for (const name of ['topics.json', 'topics.json.bak']) writeFileSync(configFile(name), '{"topicConfigTable":');
    await expect(fixture.start()).rejects.toThrow('topics.json');
    writeFileSync(configFile('topics.json'), good);
    await fixture.start();
  });

  it('leaves out names that would become folders', async () => {
    await fixture.start();
    await fixture.client().call(UpdateAndCreateTopic, topicHeader('Honest'));
    await fixture.stop();
    writeFileSync(configFile('topics.json'), textOf('topics.json').replaceAll('"Honest"', '"../../Honest"'));
    await fixture.start();
    const answer = await fixture.client().call(GetTopicConfig, { topic: '../../Honest' });
    expect(answer.code).toBe(ResponseCode.TOPIC_NOT_EXIST);
  });
});

describe('a broker', () => {
  it('refuses an address that others reach unless that is wanted', async () => {
    await expect(fixture.start({ bindAddress: '0.0.0.0' })).rejects.toThrow('allowAnonymous=true');
    await fixture.start({ bindAddress: '0.0.0.0', allowAnonymous: true, brokerIP1: '127.0.0.1' });
    expect(fixture.broker.address).toMatch(/^127\.0\.0\.1:\d+$/);
  });

  it('refuses names that cannot be topics', async () => {
    await expect(fixture.start({ brokerName: 'no/name' })).rejects.toThrow('brokerName');
    await expect(fixture.start({ brokerIP1: 'broker.example' })).rejects.toThrow('brokerIP1');
  });

  it.each(['SYNC_MASTER', 'SLAVE'])('refuses the role %s also when an application asks for it in code', async (role) => {
    const config = { brokerRole: role as 'ASYNC_MASTER' };
    await expect(fixture.start(config)).rejects.toThrow(
      `brokerRole=${role} is refused: ASYNC_MASTER (messages are not replicated) is expected`,
    );
    await expect(fixture.start({ brokerId: 1 })).rejects.toThrow('brokerId=1 is refused');
  });

  it('does not share its store', async () => {
    await fixture.start();
    const other = new BrokerFixture();
    await expect(other.start({ storePathRootDir: fixture.root })).rejects.toThrow('locked');
    await other.close();
  });

  it('is up between start and stop', async () => {
    const broker = await fixture.start();
    expect(broker.health()).toEqual({ status: 'up' });
    await Promise.all([broker.stop(1000), broker.stop(1000)]);
    expect(broker.health()).toMatchObject({ status: 'down' });
  });

  it('serves everything but what waits on its VIP port', async () => {
    const listenPort = await freeListenPort();
    await fixture.start({ listenPort });
    const vip = new TestClient(() => `127.0.0.1:${listenPort - 2}`, 'vip');
    expect((await vip.send('BenchmarkTest', 'x')).code).toBe(ResponseCode.SUCCESS);
    expect((await vip.pull('BenchmarkTest', 0)).code).toBe(ResponseCode.REQUEST_CODE_NOT_SUPPORTED);
    expect((await fixture.client().pull('BenchmarkTest', 0)).code).toBe(ResponseCode.SUCCESS);
    await vip.close();
  });
});
