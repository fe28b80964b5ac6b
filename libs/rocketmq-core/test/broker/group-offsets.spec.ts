import {
  CleanUnusedTopic,
  CloneGroupOffset,
  ConsumeMessageDirectly,
  decodeConsumeMessageDirectlyResult,
  decodeConsumeStatsList,
  decodeGetConsumerStatusBody,
  decodeQueryConsumeQueueResponseBody,
  decodeQueryCorrectionOffsetBody,
  decodeRecord,
  decodeResetOffsetBody,
  encodeConsumeMessageDirectlyResult,
  encodeConsumerRunningInfo,
  encodeGetConsumerStatusBody,
  GetBrokerConsumeStats,
  GetConsumerRunningInfo,
  GetConsumerStatusFromClient,
  InvokeBrokerToGetConsumerStatus,
  InvokeBrokerToResetOffset,
  QueryConsumeQueue,
  QueryConsumerOffset,
  QueryCorrectionOffset,
  ResetConsumerClientOffset,
  ResponseCode,
  UpdateAndCreateTopic,
  UpdateConsumerOffset,
} from '../../src/protocol/index.js';
import { route } from '../../src/remoting/index.js';
import { BrokerFixture, subscriptionTo, type TestClient } from './broker-fixture.js';

const fixture = new BrokerFixture();
let client: TestClient;

beforeAll(async () => {
  await fixture.start();
  client = fixture.client('admin');
});
afterAll(() => fixture.close());

async function topicWith(topic: string, ...bodies: readonly string[]): Promise<string[]> {
  const header = {
    topic,
    defaultTopic: 'TBW102',
    readQueueNums: 1,
    writeQueueNums: 1,
    perm: 6,
    topicFilterType: 'SINGLE_TAG',
    order: false,
  };
  await client.call(UpdateAndCreateTopic, header);
  const ids: string[] = [];
  for (const body of bodies) ids.push((await client.send(topic, body)).header.msgId ?? '');
  return ids;
}

async function commit(consumerGroup: string, topic: string, commitOffset: number): Promise<void> {
  await client.subscribe(consumerGroup, subscriptionTo(topic));
  await client.call(UpdateConsumerOffset, { consumerGroup, topic, queueId: 0, commitOffset });
}

async function offsetOf(consumerGroup: string, topic: string): Promise<number | undefined> {
  const answer = await client.call(QueryConsumerOffset, { consumerGroup, topic, queueId: 0, setZeroIfNotFound: false });
  return answer.header.offset;
}

describe('the start of a new group', () => {
  const ask = (more: object = {}) => client.call(QueryConsumerOffset, { consumerGroup: 'Early', topic: 'Unwritten', queueId: 0, ...more });

  it('is 0 in a queue that is still empty, so that the message that comes next is not skipped', async () => {
    await topicWith('Unwritten');
    expect(await ask()).toMatchObject({ code: ResponseCode.SUCCESS, header: { offset: 0 } });
    expect((await ask({ setZeroIfNotFound: false })).code).toBe(ResponseCode.QUERY_NOT_FOUND);
    expect((await ask({ queueId: 1 })).code).toBe(ResponseCode.QUERY_NOT_FOUND);
    expect((await ask({ topic: 'Unheard' })).code).toBe(ResponseCode.QUERY_NOT_FOUND);
  });
});

describe('a reset that the broker keeps', () => {
  const reset = (topic: string, more: object = {}) =>
    client.call(InvokeBrokerToResetOffset, { group: 'Back', topic, timestamp: 0, isForce: true, ...more });

  it('is told to the next pull, once, and no commit undoes it before', async () => {
    await topicWith('Rewound', 'a', 'b', 'c');
    await commit('Back', 'Rewound', 3);
    const answer = await reset('Rewound');
    expect(decodeResetOffsetBody(answer.body).offsetTable).toEqual([[{ topic: 'Rewound', brokerName: 'b', queueId: 0 }, 0]]);
    await commit('Back', 'Rewound', 3);
    expect(await offsetOf('Back', 'Rewound')).toBe(0);
    const told = await client.pull('Rewound', 3, { consumerGroup: 'Back' });
    expect(told).toMatchObject({ code: ResponseCode.PULL_OFFSET_MOVED, header: { nextBeginOffset: 0, minOffset: 0, maxOffset: 3 } });
    expect((await client.pull('Rewound', 0, { consumerGroup: 'Back' })).code).toBe(ResponseCode.SUCCESS);
    await commit('Back', 'Rewound', 2);
    expect(await offsetOf('Back', 'Rewound')).toBe(2);
  });

  it('wakes a consumer that waits at the old offset', async () => {
    await topicWith('Woken', 'a');
    await commit('Back', 'Woken', 1);
    const waiting = client.pull('Woken', 1, { consumerGroup: 'Back', sysFlag: 2 | 4, suspendTimeoutMillis: 60_000 });
    // Requests of one connection are taken in their order.
    await reset('Woken');
    expect(await waiting).toMatchObject({ code: ResponseCode.PULL_OFFSET_MOVED, header: { nextBeginOffset: 0 } });
  });

  it('goes to an offset of one queue, or to its end', async () => {
    await topicWith('Placed', 'a', 'b', 'c');
    await commit('Back', 'Placed', 0);
    await reset('Placed', { queueId: 0, offset: 2 });
    expect(await offsetOf('Back', 'Placed')).toBe(2);
    await reset('Placed', { timestamp: -1 });
    expect(await offsetOf('Back', 'Placed')).toBe(3);
    expect(await reset('Placed', { queueId: 0, offset: 5 })).toMatchObject({
      code: ResponseCode.SYSTEM_ERROR,
      remark: 'Target offset 5 not in consume queue range [0-3]',
    });
    expect((await reset('Placed', { queueId: 7 })).code).toBe(ResponseCode.INVALID_PARAMETER);
  });

  it('needs the topic and the group', async () => {
    expect((await reset('Nowhere')).code).toBe(ResponseCode.TOPIC_NOT_EXIST);
    expect((await reset('Placed', { group: 'Strangers' })).code).toBe(ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST);
  });
});

describe('a consumer that is asked through the broker', () => {
  const queue = { topic: 'Asked', brokerName: 'b', queueId: 0 };
  const delivered: string[] = [];
  const routes = [
    route(
      GetConsumerStatusFromClient,
      () => ({
        code: ResponseCode.SUCCESS,
        body: encodeGetConsumerStatusBody({ consumerTable: new Map(), messageQueueTable: [[queue, 7]] }),
      }),
      'default',
    ),
    route(
      GetConsumerRunningInfo,
      ({ header }) => ({
        code: ResponseCode.SUCCESS,
        body: encodeConsumerRunningInfo({
          ...{ mqPopTable: [], mqTable: [], statusTable: new Map(), subscriptionSet: [], userConsumerInfo: new Map() },
          properties: new Map([['asked', header.clientId ?? '']]),
        }),
      }),
      'default',
    ),
    route(
      ConsumeMessageDirectly,
      ({ header, body }) => {
        delivered.push(`${header.brokerName} ${decodeRecord(body ?? Buffer.alloc(0)).body.toString()}`);
        const result = { autoCommit: true, order: false, consumeResult: 'CR_SUCCESS', spentTimeMills: 1 } as const;
        return { code: ResponseCode.SUCCESS, body: encodeConsumeMessageDirectlyResult(result) };
      },
      'default',
    ),
  ];

  it('tells its offsets, itself and what became of one message', async () => {
    const [id = ''] = await topicWith('Asked', 'one');
    const consumer = fixture.client('asked', routes);
    await consumer.subscribe('Askable', subscriptionTo('Asked'));
    const status = await client.call(InvokeBrokerToGetConsumerStatus, { topic: 'Asked', group: 'Askable' });
    expect(decodeGetConsumerStatusBody(status.body).consumerTable).toEqual(new Map([['asked', [[queue, 7]]]]));
    const info = await client.call(GetConsumerRunningInfo, { consumerGroup: 'Askable', clientId: 'asked' });
    expect(info.body?.toString()).toContain('"asked":"asked"');
    const direct = await client.call(ConsumeMessageDirectly, { consumerGroup: 'Askable', clientId: 'asked', msgId: id, topic: 'Asked' });
    expect(decodeConsumeMessageDirectlyResult(direct.body).consumeResult).toBe('CR_SUCCESS');
    expect(delivered).toEqual(['b one']);
  });

  it('has to be online, and the message to be there', async () => {
    const [id = ''] = await topicWith('Asked', 'two');
    const answer = await client.call(ConsumeMessageDirectly, { consumerGroup: 'Askable', clientId: 'absent', msgId: id });
    expect(answer).toMatchObject({ code: ResponseCode.SYSTEM_ERROR, remark: 'The Consumer <Askable> <absent> not online' });
    expect((await client.call(ConsumeMessageDirectly, { consumerGroup: 'Askable', msgId: 'X' })).code).toBe(ResponseCode.SYSTEM_ERROR);
    expect((await client.call(InvokeBrokerToGetConsumerStatus, { topic: 'Asked', group: 'Nobody' })).code).toBe(ResponseCode.SYSTEM_ERROR);
  });
});

describe('a reset in the consumers', () => {
  const other = new BrokerFixture();
  afterAll(() => other.close());

  it('is pushed to those that are online, and forward only by force', async () => {
    await other.start({ useServerSideResetOffset: false });
    const pushed: number[] = [];
    let arrived = () => undefined as void;
    const push = route(
      ResetConsumerClientOffset,
      ({ body }) => {
        pushed.push(...decodeResetOffsetBody(body).offsetTable.map(([, offset]) => offset));
        arrived();
        return { code: ResponseCode.SUCCESS };
      },
      'default',
    );
    const consumer = other.client('pushed', [push]);
    await consumer.send('Pushed', 'a', { defaultTopicQueueNums: 1 });
    await consumer.send('Pushed', 'b');
    const reset = (timestamp: number, isForce: boolean) =>
      consumer.call(InvokeBrokerToResetOffset, { group: 'Online', topic: 'Pushed', timestamp, isForce });
    expect((await reset(0, true)).code).toBe(ResponseCode.SYSTEM_ERROR);
    await consumer.subscribe('Online', subscriptionTo('Pushed'));
    await consumer.call(UpdateConsumerOffset, { consumerGroup: 'Online', topic: 'Pushed', queueId: 0, commitOffset: 1 });
    for (const [timestamp, isForce] of [
      [-1, false],
      [-1, true],
      [0, false],
    ] as const) {
      const heard = new Promise<void>((resolve) => (arrived = resolve));
      expect((await reset(timestamp, isForce)).code).toBe(ResponseCode.SUCCESS);
      await heard;
    }
    expect(pushed).toEqual([1, 2, 0]);
  });
});

describe('offsets of groups', () => {
  it('are copied from one group to another, for one topic or all of them', async () => {
    await topicWith('First', 'a', 'b');
    await topicWith('Second', 'a');
    await client.subscribe('Source', subscriptionTo('First'), subscriptionTo('Second'));
    await client.call(UpdateConsumerOffset, { consumerGroup: 'Source', topic: 'First', queueId: 0, commitOffset: 2 });
    await client.call(UpdateConsumerOffset, { consumerGroup: 'Source', topic: 'Second', queueId: 0, commitOffset: 1 });
    await client.call(CloneGroupOffset, { srcGroup: 'Source', destGroup: 'Copy', topic: 'First' });
    expect([await offsetOf('Copy', 'First'), await offsetOf('Copy', 'Second')]).toEqual([2, undefined]);
    await client.call(CloneGroupOffset, { srcGroup: 'Source', destGroup: 'Copy' });
    expect(await offsetOf('Copy', 'Second')).toBe(1);
  });

  it('are compared: the smallest of each queue, without the groups that do not count', async () => {
    await topicWith('Compared', 'a', 'b', 'c');
    for (const [group, offset] of Object.entries({ Slow: 1, Fast: 3, Middle: 2 })) await commit(group, 'Compared', offset);
    const ask = async (compareGroup: string, filterGroups?: string) => {
      const answer = await client.call(QueryCorrectionOffset, { topic: 'Compared', compareGroup, ...(filterGroups && { filterGroups }) });
      return decodeQueryCorrectionOffsetBody(answer.body).correctionOffsets.get(0);
    };
    expect(await ask('Fast')).toBe(1);
    expect(await ask('Fast', 'Slow')).toBe(2);
    expect(await ask('Slow', 'Slow')).toBe(Number.MAX_SAFE_INTEGER);
    expect(await offsetOf('Slow', 'Compared')).toBe(1);
  });

  it('are told for the whole broker', async () => {
    await topicWith('Counted', 'a', 'b', 'c');
    await commit('Counters', 'Counted', 1);
    const { consumeStatsList, totalDiff } = decodeConsumeStatsList((await client.call(GetBrokerConsumeStats, { isOrder: false })).body);
    const [stats] = consumeStatsList.find((groups) => groups.has('Counters'))?.get('Counters') ?? [];
    expect(stats?.offsetTable).toMatchObject([
      [
        { topic: 'Counted', queueId: 0 },
        { brokerOffset: 3, consumerOffset: 1 },
      ],
    ]);
    expect(totalDiff).toBeGreaterThanOrEqual(2);
    const ordered = decodeConsumeStatsList((await client.call(GetBrokerConsumeStats, { isOrder: true })).body);
    expect(ordered.consumeStatsList.find((groups) => groups.has('Counters'))?.get('Counters')).toEqual([]);
  });
});

describe('queues', () => {
  it('show their entries', async () => {
    await topicWith('Entries', 'a', 'b', 'c');
    const ask = (index: number, count: number) => client.call(QueryConsumeQueue, { topic: 'Entries', queueId: 0, index, count });
    const shown = decodeQueryConsumeQueueResponseBody((await ask(1, 10)).body);
    expect(shown).toMatchObject({ minQueueIndex: 0, maxQueueIndex: 3 });
    const [first, second] = shown.queueData ?? [];
    expect(shown.queueData).toHaveLength(2);
    expect((first?.physicOffset ?? 0) + (first?.physicSize ?? 0)).toBe(second?.physicOffset);
    expect((await ask(3, 1)).remark).toBe('Index 3 of 0@Entries is not exist!');
    expect((await client.call(QueryConsumeQueue, { topic: 'Nothing', queueId: 0, index: 0, count: 1 })).code).toBe(
      ResponseCode.SYSTEM_ERROR,
    );
  });

  it('of topics that are in the table stay when unused ones are cleaned', async () => {
    await topicWith('InUse', 'a');
    expect((await client.call(CleanUnusedTopic, {})).code).toBe(ResponseCode.SUCCESS);
    expect((await client.pull('InUse', 0)).code).toBe(ResponseCode.SUCCESS);
  });
});
