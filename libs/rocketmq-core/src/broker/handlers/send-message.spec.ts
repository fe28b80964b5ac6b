import { FakeClock } from '../../../testing/index.js';
import { deferred, type Deferred } from '../../base/index.js';
import { decodeRecallHandle, printProperties, ResponseCode, type SendMessage, type TopicConfig } from '../../protocol/index.js';
import type { Reply, Request } from '../../remoting/index.js';
import type { MessageDraft } from '../../store/index.js';
import { propertyStamper } from '../sending/property-text.js';
import { StatsTable } from '../stats/stats-table.js';
import { UnsavedTopics } from '../topics/unsaved-topics.js';
import type { MessageWriter } from '../writing/message-writer.js';
import { sendMessage } from './send-message.js';

const topic: TopicConfig = {
  topicName: 'New',
  readQueueNums: 4,
  writeQueueNums: 4,
  perm: 6,
  topicFilterType: 'SINGLE_TAG',
  topicSysFlag: 0,
  order: false,
  attributes: new Map(),
};

const placed = { kind: 'ok' as const, physicalOffset: 0, queueOffset: 0, storeTimestamp: 0, physicalOffsets: undefined };

interface Given {
  readonly place?: MessageWriter['place'];
  readonly appended?: MessageDraft[];
  /** The attempts to save the topic, one after the other. */
  readonly saves?: Deferred<void>[];
}

function setUp({ place = (draft) => draft, appended = [], saves = [] }: Given = {}) {
  const saved = deferred<void>();
  const answered: number[] = [];
  let known = false;
  let queueOffset = 0;
  const append = () => Promise.resolve({ ...placed, queueOffset: queueOffset++ });
  const noted = (draft: MessageDraft) => (appended.push(draft), append());
  const appendThen: MessageWriter['appendThen'] = (draft, done) => (appended.push(draft), done({ ...placed, queueOffset: queueOffset++ }));
  const stats = new StatsTable('C', () => 0);
  const identity = { brokerName: 'b', storeHost: { ip: Buffer.alloc(4), port: 1 }, messageId: () => 'id' };
  const handler = sendMessage({
    writer: { place, append: noted, appendThen, appendBatch: append },
    transactions: { prepare: append },
    targetOf: () => {
      const created = !known;
      known = true;
      return { topic, queueId: 0, created };
    },
    stamp: propertyStamper({ fixed: new Map(), newUniqueKey: () => 'U' }),
    stats,
    identity: () => identity as never,
    unsaved: new UnsavedTopics(() => (saves.shift() ?? saved).promise),
    retrySends: { deadLetterOf: () => undefined },
    ext: new Map(),
    maxMessageSize: 100,
  });
  const reply = async (properties = ''): Promise<Reply<typeof SendMessage>> => {
    const header = { bornTimestamp: 1, properties };
    return handler({ header, body: Buffer.from('x'), peer: {} } as unknown as Request<typeof SendMessage>);
  };
  const send = async () => void answered.push((await reply()).header?.queueOffset ?? -1);
  return { saved, answered, send, reply, stats };
}

describe('sendMessage', () => {
  it('answers no send to a new topic, whoever made it, before the topic is saved', async () => {
    const { saved, answered, send } = setUp();
    const sends = [send(), send()];
    await new FakeClock().settle();
    expect(answered).toEqual([]);
    saved.resolve();
    await Promise.all(sends);
    expect(answered).toEqual([0, 1]);
    await send();
    expect(answered).toEqual([0, 1, 2]);
  });

  it('stores nothing in a topic that could not be saved and says so, until a later attempt saves it', async () => {
    const attempts = [deferred<void>(), deferred<void>(), deferred<void>()];
    const appended: MessageDraft[] = [];
    const { answered, send } = setUp({ appended, saves: [...attempts] });
    const refused = { code: ResponseCode.SYSTEM_ERROR, remark: expect.stringContaining('topic[New]') };
    const first = [send(), send()];
    attempts[0]?.reject(new Error('EIO'));
    for (const one of first) await expect(one).rejects.toMatchObject(refused);
    const second = send();
    attempts[1]?.reject(new Error('EIO'));
    await expect(second).rejects.toMatchObject(refused);
    expect([appended, answered]).toEqual([[], []]);
    const third = send();
    attempts[2]?.resolve();
    await third;
    await send();
    expect(answered).toEqual([0, 1]);
  });

  it('stores a delayed message where it waits, and says how to take it back', async () => {
    const places: MessageDraft[] = [];
    const wait = new Map([['TIMER_OUT_MS', '5000']]);
    const place = (draft: MessageDraft) => ({ ...draft, topic: 'rmq_sys_wheel_timer', properties: printProperties(wait) });
    const { saved, reply, stats } = setUp({ place, appended: places });
    saved.resolve();
    const { header } = await reply(printProperties(new Map([['TIMER_DELAY_SEC', '9']])));
    expect(places.map((draft) => draft.topic)).toEqual(['rmq_sys_wheel_timer']);
    expect(decodeRecallHandle(header?.recallHandle ?? '')).toEqual({ topic: 'New', brokerName: 'b', time: '5001', messageId: 'U' });
    expect(stats.putTotal).toBe(1);
  });

  it('refuses a delayed message that may not wait', async () => {
    const place = () => ({ kind: 'timer-refused' as const, reason: 'off' });
    const { saved, reply } = setUp({ place });
    saved.resolve();
    expect(await reply(printProperties(new Map([['TIMER_DELAY_SEC', '9']])))).toMatchObject({
      code: ResponseCode.SYSTEM_ERROR,
      remark: 'off',
    });
  });
});
