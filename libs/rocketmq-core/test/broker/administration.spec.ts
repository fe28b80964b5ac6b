import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  decodeConsumeStats,
  decodeGroupList,
  decodeKVTable,
  decodeRecords,
  decodeSubscriptionGroupWrapper,
  decodeTopicConfigAndMappingSerializeWrapper,
  decodeTopicList,
  decodeTopicStatsTable,
  DeleteSubscriptiongroup,
  DeleteTopicInBroker,
  encodeCreateTopicListRequestBody,
  encodeDataVersion,
  GetAllSubscriptiongroupConfig,
  GetAllTopicConfig,
  GetBrokerConfig,
  GetBrokerRuntimeInfo,
  GetConsumeStats,
  GetSubscriptiongroupConfig,
  GetSystemTopicListFromBroker,
  GetTopicConfig,
  GetTopicStatsInfo,
  PopMessage,
  QueryConsumerOffset,
  QueryTopicConsumeByWho,
  QueryTopicsByConsumer,
  ResponseCode,
  UpdateAndCreateTopic,
  UpdateAndCreateTopicList,
  UpdateBrokerConfig,
  UpdateConsumerOffset,
  type TopicConfig,
} from '../../src/protocol/index.js';
import { readPropertiesText } from '../../src/runtime/index.js';
import { BrokerFixture, subscriptionTo, type TestClient } from './broker-fixture.js';

const fixture = new BrokerFixture();
let client: TestClient;

beforeAll(async () => {
  await fixture.start();
  client = fixture.client('admin');
});
afterAll(() => fixture.close());

const topicHeader = (topic: string, more: object = {}) => ({
  ...{ topic, defaultTopic: 'TBW102', readQueueNums: 2, writeQueueNums: 2, perm: 6, topicFilterType: 'SINGLE_TAG', order: false },
  ...more,
});
const topicConfig = (topicName: string): TopicConfig => ({
  ...{
    topicName,
    readQueueNums: 1,
    writeQueueNums: 1,
    perm: 6,
    topicFilterType: 'SINGLE_TAG',
    topicSysFlag: 0,
    order: false,
    attributes: new Map(),
  },
});
const exists = async (topic: string) => (await client.call(GetTopicConfig, { topic })).code === ResponseCode.SUCCESS;

describe('topics', () => {
  it('of the broker itself exist from the start and cannot be changed or deleted', async () => {
    const { topicList } = decodeTopicList((await client.call(GetSystemTopicListFromBroker, {})).body);
    expect([...topicList].sort()).toEqual(
      [
        ...[
          'BenchmarkTest',
          'C',
          'C_REPLY_TOPIC',
          'OFFSET_MOVED_EVENT',
          'RMQ_SYS_ROCKSDB_TRANS_HALF_TOPIC',
          'RMQ_SYS_ROCKSDB_TRANS_OP_HALF_TOPIC',
        ],
        ...['RMQ_SYS_TRANS_HALF_TOPIC', 'RMQ_SYS_TRANS_OP_HALF_TOPIC', 'SCHEDULE_TOPIC_XXXX', 'SELF_TEST_TOPIC', 'TBW102', 'b'],
        ...['rmq_sys_REVIVE_LOG_C', 'rmq_sys_SYNC_BROKER_MEMBER_b', 'rmq_sys_wheel_timer'],
      ].sort(),
    );
    for (const topic of ['TBW102', 'b', 'C', 'RMQ_SYS_TRANS_OP_HALF_TOPIC']) {
      expect((await client.call(UpdateAndCreateTopic, topicHeader(topic))).code).toBe(ResponseCode.INVALID_PARAMETER);
      expect((await client.call(DeleteTopicInBroker, { topic })).code).toBe(ResponseCode.INVALID_PARAMETER);
      expect(await exists(topic)).toBe(true);
    }
  });

  it('are made, changed and given out in pages', async () => {
    for (const name of ['Page1', 'Page2', 'Page3']) await client.call(UpdateAndCreateTopic, topicHeader(name));
    const whole = await client.call(GetAllTopicConfig, {});
    const { dataVersion, topicConfigTable } = decodeTopicConfigAndMappingSerializeWrapper(whole.body);
    expect(whole.header.totalTopicNum).toBe(topicConfigTable.size);
    const names: string[] = [];
    const version = encodeDataVersion(dataVersion).toString();
    for (let topicSeq = 0; topicSeq < topicConfigTable.size; topicSeq += 5) {
      const page = await client.call(GetAllTopicConfig, { topicSeq, maxTopicNum: 5, dataVersion: topicSeq === 0 ? '' : version });
      names.push(...decodeTopicConfigAndMappingSerializeWrapper(page.body).topicConfigTable.keys());
    }
    expect(names).toEqual([...topicConfigTable.keys()].sort());
    const stale = encodeDataVersion({ ...dataVersion, counter: 0 }).toString();
    const restarted = await client.call(GetAllTopicConfig, { topicSeq: 5, maxTopicNum: 2, dataVersion: stale });
    expect([...decodeTopicConfigAndMappingSerializeWrapper(restarted.body).topicConfigTable.keys()]).toEqual(names.slice(0, 2));
  });

  it('are made by list, all or none', async () => {
    const list = (...names: string[]) => encodeCreateTopicListRequestBody({ topicConfigList: names.map(topicConfig) });
    expect((await client.call(UpdateAndCreateTopicList, {}, { body: list('List1', 'no/topic') })).code).toBe(
      ResponseCode.INVALID_PARAMETER,
    );
    expect(await exists('List1')).toBe(false);
    expect((await client.call(UpdateAndCreateTopicList, {}, { body: list('List1', 'List2') })).code).toBe(ResponseCode.SUCCESS);
    expect([await exists('List1'), await exists('List2')]).toEqual([true, true]);
  });

  it.each([
    ['a path', { topic: '../../etc' }],
    ['MIXED messages', { topic: 'Mixed', attributes: '+message.type=MIXED' }],
    ['no sensible number of queues', { topic: 'Many', writeQueueNums: 1_000_000 }],
  ])('are refused with %s', async (_, more) => {
    expect((await client.call(UpdateAndCreateTopic, topicHeader('x', more))).code).toBe(ResponseCode.INVALID_PARAMETER);
  });

  it('go with their offsets and messages', async () => {
    await client.send('Gone', 'x');
    await client.subscribe('G', subscriptionTo('Gone'));
    await client.call(UpdateConsumerOffset, { consumerGroup: 'G', topic: 'Gone', queueId: 0, commitOffset: 1 });
    expect((await client.call(DeleteTopicInBroker, { topic: 'Gone' })).code).toBe(ResponseCode.SUCCESS);
    expect(await exists('Gone')).toBe(false);
    expect((await client.send('Gone', 'y')).header.queueOffset).toBe(0);
    const offset = await client.call(QueryConsumerOffset, { consumerGroup: 'G', topic: 'Gone', queueId: 0, setZeroIfNotFound: false });
    expect(offset.code).toBe(ResponseCode.QUERY_NOT_FOUND);
  });

  it('show what they hold', async () => {
    await client.send('Stats', 'a');
    await client.send('Stats', 'b');
    const { offsetTable } = decodeTopicStatsTable((await client.call(GetTopicStatsInfo, { topic: 'Stats' })).body);
    expect(offsetTable).toHaveLength(4);
    expect(offsetTable[0]?.[0]).toEqual({ topic: 'Stats', brokerName: 'b', queueId: 0 });
    expect(offsetTable[0]?.[1]).toMatchObject({ minOffset: 0, maxOffset: 2 });
    expect(offsetTable[0]?.[1].lastUpdateTimestamp).toBeGreaterThan(0);
    expect(offsetTable[1]?.[1]).toEqual({ minOffset: 0, maxOffset: 0, lastUpdateTimestamp: 0 });
    expect((await client.call(GetTopicStatsInfo, { topic: 'Nowhere' })).code).toBe(ResponseCode.TOPIC_NOT_EXIST);
  });
});

describe('groups', () => {
  it('are given out with what they may not read', async () => {
    const wrapper = decodeSubscriptionGroupWrapper((await client.call(GetAllSubscriptiongroupConfig, {})).body);
    expect(wrapper.subscriptionGroupTable.has('TOOLS_CONSUMER')).toBe(true);
    const page = await client.call(GetAllSubscriptiongroupConfig, { groupSeq: 0, maxGroupNum: 2, dataVersion: '' });
    expect(decodeSubscriptionGroupWrapper(page.body).subscriptionGroupTable.size).toBe(2);
    expect(page.header.totalGroupNum).toBe(wrapper.subscriptionGroupTable.size);
  });

  it('go, with their offsets if wanted', async () => {
    await client.send('Kept', 'x');
    await client.subscribe('Leaving', subscriptionTo('Kept'));
    await client.call(UpdateConsumerOffset, { consumerGroup: 'Leaving', topic: 'Kept', queueId: 0, commitOffset: 1 });
    const offset = async () =>
      (await client.call(QueryConsumerOffset, { consumerGroup: 'Leaving', topic: 'Kept', queueId: 0, setZeroIfNotFound: false })).code;
    await client.call(DeleteSubscriptiongroup, { groupName: 'Leaving' });
    expect(await offset()).toBe(ResponseCode.SUCCESS);
    await client.call(DeleteSubscriptiongroup, { groupName: 'Leaving', cleanOffset: true });
    expect(await offset()).toBe(ResponseCode.QUERY_NOT_FOUND);
  });

  it('are as long as 120 characters when they are made', async () => {
    expect((await client.call(GetSubscriptiongroupConfig, { group: 'g'.repeat(120) })).code).toBe(ResponseCode.SUCCESS);
    expect((await client.call(GetSubscriptiongroupConfig, { group: 'g'.repeat(121) })).code).toBe(
      ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST,
    );
  });

  it('show how far they are behind, and who they are', async () => {
    for (const body of ['a', 'b', 'c']) await client.send('Behind', body);
    await client.subscribe('Slow', subscriptionTo('Behind'));
    await client.call(UpdateConsumerOffset, { consumerGroup: 'Slow', topic: 'Behind', queueId: 0, commitOffset: 1 });
    const { offsetTable } = decodeConsumeStats((await client.call(GetConsumeStats, { consumerGroup: 'Slow' })).body);
    expect(offsetTable[0]?.[1]).toMatchObject({ brokerOffset: 3, consumerOffset: 1 });
    expect(offsetTable[0]?.[1].lastTimestamp).toBeGreaterThan(0);
    expect(decodeGroupList((await client.call(QueryTopicConsumeByWho, { topic: 'Behind' })).body).groupList).toEqual(['Slow']);
    expect(decodeTopicList((await client.call(QueryTopicsByConsumer, { group: 'Slow' })).body).topicList).toEqual(['Behind']);
  });
});

describe('the broker', () => {
  it('tells tools of both generations how it runs', async () => {
    await client.send('Runtime', 'x');
    const { table } = decodeKVTable((await client.call(GetBrokerRuntimeInfo, {})).body);
    for (const key of ['putTps', 'getTransferredTps', 'getTransferedTps', 'getTotalTps']) {
      expect(
        table
          .get(key)
          ?.split(' ')
          .map(Number)
          .every((rate) => rate >= 0),
      ).toBe(true);
      expect(table.get(key)?.split(' ')).toHaveLength(3);
    }
    const numbers = [
      'sendThreadPoolQueueSize',
      'pullThreadPoolQueueSize',
      'sendThreadPoolQueueHeadWaitTimeMills',
      'pullThreadPoolQueueHeadWaitTimeMills',
    ];
    const others = [
      'pageCacheLockTimeMills',
      'earliestMessageTimeStamp',
      'commitLogDiskRatio',
      'msgPutTotalTodayNow',
      'msgGetTotalYesterdayMorning',
    ];
    for (const key of [...numbers, ...others]) expect(Number(table.get(key))).not.toBeNaN();
    const { version } = JSON.parse(readFileSync('libs/rocketmq-core/package.json', 'utf8')) as { version: string };
    expect(table.get('brokerVersionDesc')).toBe(`rocketmq-core-${version}`);
    expect(table.get('brokerVersion')).toBe('479');
    expect(table.get('brokerActive')).toBe('true');
    expect(Number(table.get('putMessageTimesTotal'))).toBeGreaterThan(0);
    expect(table.get('commitLogDirCapacity')).toMatch(/^Total : .+iB, Free : .+iB\.$/);
  });

  it('shows its settings, and changes none by request unless told to', async () => {
    const settings = readPropertiesText((await client.call(GetBrokerConfig, {})).body?.toString() ?? '');
    expect(settings.get('brokerName')).toBe('b');
    expect(settings.get('flushDiskType')).toBe('ASYNC_FLUSH');
    expect((await client.call(UpdateBrokerConfig, {}, { body: Buffer.from('longPollingEnable=false') })).code).toBe(
      ResponseCode.NO_PERMISSION,
    );
  });

  it('answers what it cannot do with a code that says so', async () => {
    const header = { consumerGroup: 'G', topic: 'T', queueId: 0, maxMsgNums: 1, invisibleTime: 1, pollTime: 1, bornTime: 1, initMode: 0 };
    const answer = await client.call(PopMessage, header);
    expect(answer.code).toBe(ResponseCode.REQUEST_CODE_NOT_SUPPORTED);
    expect(answer.remark).toContain('pop');
  });

  it('measures itself under Apache’s names', async () => {
    await client.send('Metrics', 'xyz');
    await client.pull('Metrics', 0);
    const value = (name: string, labels: Record<string, string> = {}) =>
      fixture.broker
        .metrics()
        .find((metric) => metric.name === name)
        ?.samples.find((sample) => Object.entries(labels).every(([key, text]) => sample.labels.get(key) === text))?.value;
    expect(value('rocketmq_messages_in_total', { topic: 'Metrics', cluster: 'C', node_id: 'b' })).toBe(1);
    expect(value('rocketmq_throughput_in_total', { topic: 'Metrics' })).toBe(3);
    expect(value('rocketmq_messages_out_total', { topic: 'Metrics', consumer_group: 'G' })).toBe(1);
    expect(value('rocketmq_consumer_lag_messages', { topic: 'Behind', consumer_group: 'Slow' })).toBe(2);
    expect(value('rocketmq_processor_watermark', { processor: 'send' })).toBe(0);
    expect(value('rocketmq_broker_permission')).toBe(6);
    expect(value('rocketmq_topic_number')).toBeGreaterThan(15);
    expect(value('rocketmq_consumer_connections', { consumer_group: 'Slow' })).toBe(1);
  });
});

describe('a topic table that cannot be saved', () => {
  const broken = new BrokerFixture();
  afterAll(() => broken.close());

  it('is an error to whoever changed it, until a save succeeds', async () => {
    await broken.start();
    const admin = broken.client('admin');
    const file = join(broken.root, 'config/topics.json');
    rmSync(file, { force: true });
    mkdirSync(join(file, 'in-the-way'), { recursive: true });
    const change = () => admin.call(UpdateAndCreateTopic, topicHeader('Unsaved'));
    expect(await change()).toMatchObject({
      code: ResponseCode.SYSTEM_ERROR,
      remark: 'topics.json was not saved: the change ends with this process',
    });
    rmSync(file, { recursive: true });
    expect((await change()).code).toBe(ResponseCode.SUCCESS);
    expect(readFileSync(file, 'utf8')).toContain('Unsaved');
  });

  it('takes no message into a topic that would be gone after a restart', async () => {
    const producer = broken.client('producer');
    const draft = join(broken.root, 'config/topics.json.tmp');
    mkdirSync(draft);
    for (let i = 0; i < 2; i += 1) expect((await producer.send('Made', 'x')).code).toBe(ResponseCode.SYSTEM_ERROR);
    expect((await producer.send('Unsaved', 'x')).code).toBe(ResponseCode.SUCCESS);
    rmSync(draft, { recursive: true });
    expect(await producer.send('Made', 'y')).toMatchObject({ code: ResponseCode.SUCCESS, header: { queueOffset: 0 } });
    await broken.stop();
    await broken.start();
    const { body } = await broken.client().pull('Made', 0);
    expect(decodeRecords(body ?? Buffer.alloc(0)).map((message) => message.body.toString())).toEqual(['y']);
  });
});
