import { storedRecord, type StoredMessageOptions } from '../../../testing/stored-message.js';
import {
  type ConsumerSendMsgBack,
  offsetMessageId,
  parseProperties,
  ResponseCode,
  SCHEDULE_TOPIC,
  type SubscriptionGroupConfig,
  TRANS_HALF_TOPIC,
} from '../../protocol/index.js';
import type { Request } from '../../remoting/index.js';
import type { AppendOutcome, MessageDraft } from '../../store/index.js';
import { GroupTable } from '../groups/group-table.js';
import { RedeliveryTopics } from '../redelivery/redelivery-topics.js';
import { StatsTable } from '../stats/stats-table.js';
import { TopicTable } from '../topics/topic-table.js';
import { UnsavedTopics } from '../topics/unsaved-topics.js';
import { consumerSendMsgBack } from './consumer-send-msg-back.js';

const OWN_HOST = { ip: Buffer.from([127, 0, 0, 1]), port: 10_911 };
const PLACED = { physicalOffset: 0, queueOffset: 0, storeTimestamp: 0, physicalOffsets: [0] };
const OK: AppendOutcome = { kind: 'ok', ...PLACED };
const refused = { kind: 'message-illegal', reason: 'too long' } as const;
const LAST_VERSION_WITHOUT_LIMIT = 120;

interface SetUp {
  readonly message?: StoredMessageOptions;
  readonly group?: Partial<SubscriptionGroupConfig>;
  readonly autoCreate?: boolean;
  readonly brokerPermission?: number;
  readonly outcomes?: readonly AppendOutcome[];
  /** What the first attempts to save a new topic end with. */
  readonly saveErrors?: readonly Error[];
}

function setUp({ message = {}, group = {}, autoCreate = true, brokerPermission = 6, outcomes = [], saveErrors = [] }: SetUp = {}) {
  const written: (MessageDraft & { how: 'write' | 'append' })[] = [];
  const pending = [...outcomes];
  const take = (how: 'write' | 'append') => (draft: MessageDraft) => {
    written.push({ ...draft, how });
    return Promise.resolve(pending.shift() ?? OK);
  };
  const topics = new TopicTable({ now: () => 0, onChange: () => undefined });
  const settings = { autoCreateSubscriptionGroup: autoCreate, enableCreateSysGroup: true };
  const groups = new GroupTable({ now: () => 0, onChange: () => undefined, settings });
  const config = groups.resolve('G');
  if (config !== undefined) groups.put({ ...config, ...group });
  const saved: string[] = [];
  const errors = [...saveErrors];
  const unsaved = new UnsavedTopics(async () => {
    await Promise.resolve();
    const error = errors.shift();
    if (error !== undefined) throw error;
    saved.push('saved');
  });
  const drawn: number[] = [];
  const random = { below: (bound: number) => (drawn.push(bound), bound - 1), bytes: (size: number) => Buffer.alloc(size) };
  const stats = new StatsTable('C', () => 0);
  const record = storedRecord({ topic: 'T', physicalOffset: 4096, ...message });
  const handler = consumerSendMsgBack({
    ...{ groups, unsaved, stats, redeliveryTopics: new RedeliveryTopics({ topics, unsaved, random }) },
    store: { recordAt: (offset) => (offset === 4096 ? record : undefined) },
    writer: { write: take('write'), append: take('append') },
    identity: () => ({ storeHost: OWN_HOST }) as never,
    settings: { brokerPermission },
  });
  const send = async (more: Partial<Request<typeof ConsumerSendMsgBack>['header']> = {}, version = 479) => {
    const header = { offset: 4096, group: 'G', delayLevel: 0, originTopic: 'T', ...more };
    try {
      return await handler({ header, frame: { version } } as Request<typeof ConsumerSendMsgBack>);
    } catch (error) {
      return error as { code: number; message: string };
    }
  };
  const propertiesOf = (at = 0) => Object.fromEntries(parseProperties(written[at]?.properties ?? ''));
  return { written, topics, groups, stats, saved, drawn, send, propertiesOf };
}

describe('a message that is sent back', () => {
  it('goes to the retry topic of its group with the body, the birth and one more failure', async () => {
    const { written, topics, send, propertiesOf, stats } = setUp({
      message: { body: 'b', sysFlag: 1, properties: { KEYS: 'k', UNIQ_KEY: 'U' } },
    });
    expect(await send()).toEqual({ code: ResponseCode.SUCCESS });
    expect(written).toEqual([
      expect.objectContaining({
        how: 'write',
        topic: '%RETRY%G',
        queueId: 0,
        body: Buffer.from('b'),
        sysFlag: 1,
        bornTimestamp: 1_700_000_000_000,
        storeHost: OWN_HOST,
        reconsumeTimes: 1,
        waitForStore: true,
      }),
    ]);
    const originId = offsetMessageId({ ip: Buffer.from([10, 0, 0, 2]), port: 10_911 }, 4096);
    expect(propertiesOf()).toEqual({ KEYS: 'k', UNIQ_KEY: 'U', RETRY_TOPIC: 'T', ORIGIN_MESSAGE_ID: originId, WAIT: 'false', DELAY: '3' });
    expect(topics.find('%RETRY%G')).toMatchObject({ readQueueNums: 1, writeQueueNums: 1, perm: 6, topicSysFlag: 0 });
    stats.sample(10_000);
    expect(stats.view('SNDBCK_PUT_NUMS', 'T@G')).toBeDefined();
  });

  it('keeps the first topic and the first id of all its failures', async () => {
    const properties = { RETRY_TOPIC: 'First', ORIGIN_MESSAGE_ID: 'first-id', DELAY: '3' };
    const { send, propertiesOf } = setUp({ message: { topic: '%RETRY%G', reconsumeTimes: 1, properties } });
    await send();
    expect(propertiesOf()).toMatchObject({ RETRY_TOPIC: 'First', ORIGIN_MESSAGE_ID: 'first-id', DELAY: '4' });
  });

  it.each(Array.from({ length: 16 }, (_, failures) => [failures, 3 + failures]))(
    'waits after %i failures at level %i when the consumer leaves it to the broker',
    async (reconsumeTimes, level) => {
      const { written, send, propertiesOf } = setUp({ message: { reconsumeTimes } });
      await send();
      expect(written[0]).toMatchObject({ topic: '%RETRY%G', reconsumeTimes: reconsumeTimes + 1 });
      expect(propertiesOf().DELAY).toBe(String(level));
    },
  );

  it('waits at the level that the consumer names, without the timer that brought it', async () => {
    const { send, propertiesOf } = setUp({ message: { properties: { TIMER_DELAY_MS: '700', TIMER_OUT_MS: '1' } } });
    await send({ delayLevel: 7 });
    expect(propertiesOf()).toMatchObject({ DELAY: '7' });
    expect(propertiesOf()).not.toHaveProperty('TIMER_DELAY_MS');
  });

  it.each([
    ['after the failures that its consumer allows', { maxReconsumeTimes: 2 }, 2],
    ['after the failures that its group allows', {}, 16],
    ['at once when the consumer says so', { delayLevel: -1 }, 0],
    ['at once when no failure is allowed', { maxReconsumeTimes: 0 }, 0],
  ])('is a dead letter %s', async (_when, header, reconsumeTimes) => {
    const { written, topics, stats, send, propertiesOf } = setUp({ message: { reconsumeTimes, properties: { TIMER_DELAY_MS: '5' } } });
    expect(await send(header)).toEqual({ code: ResponseCode.SUCCESS });
    expect(written).toEqual([expect.objectContaining({ how: 'append', topic: '%DLQ%G', queueId: 0, reconsumeTimes: reconsumeTimes + 1 })]);
    expect(propertiesOf()).toMatchObject({ RETRY_TOPIC: 'T', DLQ_ORIGIN_TOPIC: 'T', DELAY: '0' });
    expect(propertiesOf().DLQ_ORIGIN_MESSAGE_ID).toBe(propertiesOf().ORIGIN_MESSAGE_ID);
    expect(propertiesOf()).not.toHaveProperty('TIMER_DELAY_MS');
    expect(topics.find('%DLQ%G')).toMatchObject({ readQueueNums: 1, writeQueueNums: 1, perm: 6 });
    expect([...stats.deadLetterCounts()]).toEqual([{ group: 'G', topic: 'T', messages: 1 }]);
  });

  it('is retried once more below the limit', async () => {
    const { written, send } = setUp({ message: { reconsumeTimes: 1 } });
    await send({ maxReconsumeTimes: 2 });
    expect(written[0]?.topic).toBe('%RETRY%G');
  });

  it('takes the limit of its group when the consumer is too old to name one', async () => {
    const { written, send } = setUp({ message: { reconsumeTimes: 3 }, group: { retryMaxTimes: 3 } });
    await send({ maxReconsumeTimes: 100 }, LAST_VERSION_WITHOUT_LIMIT);
    expect(written[0]?.topic).toBe('%DLQ%G');
  });

  it('goes to any of the retry queues that consumers read', async () => {
    const { written, topics, groups, drawn, send } = setUp({ group: { retryQueueNums: 2 } });
    await send();
    expect(written[0]?.queueId).toBe(1);
    expect(topics.find('%RETRY%G')?.readQueueNums).toBe(2);
    groups.put({ ...groups.resolve('G')!, retryQueueNums: 8 });
    await send();
    expect(drawn).toEqual([2, 2]);
  });

  it('says that a retry topic first used in unit mode is one', async () => {
    const { topics, send } = setUp();
    await send({ unitMode: true });
    expect(topics.find('%RETRY%G')?.topicSysFlag).toBe(2);
  });

  it('is answered when the topic it made is saved', async () => {
    const { saved, send } = setUp();
    await send();
    expect(saved).toEqual(['saved']);
  });

  it.each([
    ['to be tried again', 0, '%RETRY%G'],
    ['as a dead letter', -1, '%DLQ%G'],
  ])('%s stays with the consumer while the topic for it cannot be saved', async (_, delayLevel, topic) => {
    const eio = new Error('EIO');
    const { written, send } = setUp({ saveErrors: [eio, eio, eio] });
    let refusals = 0;
    for (let answer = await send({ delayLevel }); answer.code !== ResponseCode.SUCCESS; answer = await send({ delayLevel })) {
      expect(answer.code).toBe(ResponseCode.SYSTEM_ERROR);
      expect(written).toEqual([]);
      refusals += 1;
    }
    expect(refusals).toBeGreaterThan(0);
    expect(written.map((draft) => draft.topic)).toEqual([topic]);
  });

  it('is a dead letter with the properties it had when those of a retry do not fit', async () => {
    const { written, send, propertiesOf } = setUp({
      message: { properties: { KEYS: 'k' } },
      outcomes: [refused, refused],
    });
    expect(await send()).toEqual({ code: ResponseCode.SUCCESS });
    expect(written.map(({ topic }) => topic)).toEqual(['%RETRY%G', '%DLQ%G', '%DLQ%G']);
    expect(propertiesOf(2)).toEqual({ KEYS: 'k' });
  });
});

describe('what cannot be sent back', () => {
  it('is a message of a group that does not exist', async () => {
    const { send } = setUp({ autoCreate: false });
    expect(await send()).toMatchObject({ code: ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST });
  });

  it.each([
    ['no message', { offset: 1 }, {}],
    ['a negative offset', { offset: -1 }, {}],
    ['a message that waits for its time', {}, { topic: SCHEDULE_TOPIC }],
    ['half of a transaction', {}, { topic: TRANS_HALF_TOPIC }],
  ])('is %s', async (_what, header, message) => {
    const { written, send } = setUp({ message });
    expect(await send(header)).toMatchObject({ code: ResponseCode.SYSTEM_ERROR });
    expect(written).toEqual([]);
  });

  it('is anything while the broker or the retry topic does not take messages', async () => {
    expect(await setUp({ brokerPermission: 4 }).send()).toMatchObject({ code: ResponseCode.NO_PERMISSION });
    const { topics, send } = setUp();
    await send();
    topics.put({ ...topics.find('%RETRY%G')!, perm: 4 });
    expect(await send()).toMatchObject({ code: ResponseCode.NO_PERMISSION });
  });

  it('is accepted and dropped when the group wants no retries', async () => {
    const { written, send } = setUp({ group: { retryQueueNums: 0 } });
    expect(await send()).toEqual({ code: ResponseCode.SUCCESS });
    expect(written).toEqual([]);
  });

  it.each<AppendOutcome>([
    { kind: 'not-writable', reason: 'full' },
    { kind: 'flush-disk-timeout', ...PLACED },
    { kind: 'flush-slave-timeout', ...PLACED },
  ])('is not confirmed when the store says $kind', async (outcome) => {
    expect(await setUp({ outcomes: [outcome] }).send()).toMatchObject({ code: ResponseCode.SYSTEM_ERROR });
  });
});
