import { isRequestRejected } from '../../base/index.js';
import { parseProperties, printProperties, ResponseCode } from '../../protocol/index.js';
import { GroupTable } from '../groups/group-table.js';
import { TopicTable } from '../topics/topic-table.js';
import { UnsavedTopics } from '../topics/unsaved-topics.js';
import { RedeliveryTopics } from './redelivery-topics.js';
import { RetrySends } from './retry-sends.js';

function setUp({ locked = false, autoCreate = true, retryMaxTimes = 16 } = {}) {
  const topics = new TopicTable({ now: () => 0, onChange: () => undefined });
  const settings = { autoCreateSubscriptionGroup: autoCreate, enableCreateSysGroup: true };
  const groups = new GroupTable({ now: () => 0, onChange: () => undefined, settings });
  const group = groups.resolve('G');
  if (group !== undefined) groups.put({ ...group, retryMaxTimes });
  const random = { below: () => 0, bytes: (size: number) => Buffer.alloc(size) };
  const unsaved = new UnsavedTopics(() => Promise.resolve());
  const dead: string[] = [];
  const sends = new RetrySends({
    groups,
    locks: { isHeldBy: () => locked },
    redeliveryTopics: new RedeliveryTopics({ topics, unsaved, random }),
    onDeadLetter: (name, topic) => dead.push(`${name} ${topic}`),
    monotonic: () => 0,
  });
  return { sends, topics, dead };
}

const header = (more: object) => ({ topic: '%RETRY%G', properties: '', ...more });

describe('a send to a retry topic', () => {
  it('makes the topic with one queue', () => {
    const { sends, topics } = setUp();
    expect(sends.topicOf('%RETRY%G', false)).toMatchObject({ topicName: '%RETRY%G', writeQueueNums: 1, perm: 6, topicSysFlag: 0 });
    expect(sends.topicOf('%RETRY%G', true)).toBe(topics.find('%RETRY%G'));
    expect(sends.topicOf('%RETRY%H', true).topicSysFlag).toBe(2);
  });

  it('is refused for a group that does not exist, and makes no topic', () => {
    const { sends, topics } = setUp({ autoCreate: false });
    const codeOf = (send: () => unknown) => {
      try {
        return send();
      } catch (error) {
        return isRequestRejected(error) ? error.code : error;
      }
    };
    expect(codeOf(() => sends.topicOf('%RETRY%G', false))).toBe(ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST);
    expect(codeOf(() => sends.deadLetterOf(header({}), 479))).toBe(ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST);
    expect(topics.size).toBe(0);
  });

  it.each([
    [{ reconsumeTimes: 3, maxReconsumeTimes: 3 }, 479, false],
    [{ reconsumeTimes: 4, maxReconsumeTimes: 3 }, 479, true],
    [{ reconsumeTimes: 4, maxReconsumeTimes: 30 }, 479, false],
    [{ reconsumeTimes: 4, maxReconsumeTimes: 30 }, 120, false],
    [{ reconsumeTimes: 6, maxReconsumeTimes: 30 }, 120, true],
    [{ reconsumeTimes: 6 }, 479, true],
    [{}, 479, false],
  ])('with %j of a client of version %i is a dead letter: %s', (more, version, expected) => {
    expect(setUp({ retryMaxTimes: 5 }).sends.deadLetterOf(header(more), version) !== undefined).toBe(expected);
  });

  it('is a dead letter at once while the group consumes in order', () => {
    const { sends, dead, topics } = setUp({ locked: true });
    expect(sends.deadLetterOf(header({}), 479)).toMatchObject({ topic: topics.find('%DLQ%G'), queueId: 0 });
    expect(dead).toEqual(['G %RETRY%G']);
  });

  it('gives a dead letter no time to wait for, and its origin', () => {
    const properties = new Map([
      ['TIMER_DELAY_MS', '7000'],
      ['DELAY', '5'],
      ['KEYS', 'k'],
      ['RETRY_TOPIC', 'T'],
      ['ORIGIN_MESSAGE_ID', 'id'],
    ]);
    const found = setUp({ locked: true }).sends.deadLetterOf(header({ properties: printProperties(properties) }), 479);
    expect(Object.fromEntries(parseProperties(found?.propertyText ?? ''))).toEqual({
      ...{ KEYS: 'k', RETRY_TOPIC: 'T', ORIGIN_MESSAGE_ID: 'id', DELAY: '0' },
      ...{ DLQ_ORIGIN_TOPIC: 'T', DLQ_ORIGIN_MESSAGE_ID: 'id' },
    });
  });
});
