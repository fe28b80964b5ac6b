import {
  dlqTopic,
  groupProblem,
  isDlqTopic,
  isPredefinedGroup,
  isRetryTopic,
  isSendableTopic,
  isSystemGroup,
  isSystemTopic,
  newGroupProblem,
  retryTopic,
  topicProblem,
} from './names.js';

describe('topic names', () => {
  it.each(['TopicTest', 'a', '%LMQ%x', 'A-b_c|9', 'x'.repeat(127), `%RETRY%${'g'.repeat(248)}`, `%DLQ%${'g'.repeat(250)}`])(
    'may be %s',
    (topic) => {
      expect(topicProblem(topic)).toBeUndefined();
    },
  );

  it.each([
    ['', 'blank'],
    ['  ', 'blank'],
    ['a b', 'characters other than'],
    ['a.b', 'characters other than'],
    ['主题', 'characters other than'],
    ['a\n', 'characters other than'],
    ['x'.repeat(128), 'at most 127'],
    [`%RETRY%${'g'.repeat(249)}`, 'at most 255'],
    [`%DLQ%${'g'.repeat(251)}`, 'at most 255'],
  ])('may not be %j', (topic, reason) => {
    expect(topicProblem(topic)).toContain(reason);
  });

  it('do not reach a remark in full length or with control characters', () => {
    expect(topicProblem('x'.repeat(100_000))?.length).toBeLessThan(200);
    expect(topicProblem('a\u0007b')).not.toContain('\u0007');
  });

  it('of retries and dead letters are made from the group', () => {
    expect([retryTopic('G'), dlqTopic('G')]).toEqual(['%RETRY%G', '%DLQ%G']);
    expect([isRetryTopic('%RETRY%G'), isRetryTopic('%DLQ%G'), isDlqTopic('%DLQ%G'), isDlqTopic('G')]).toEqual([true, false, true, false]);
  });

  it('of the system are known, and some of them take no messages from clients', () => {
    const topics = [
      'TBW102',
      'BenchmarkTest',
      'RMQ_SYS_TRACE_TOPIC',
      'rmq_sys_wheel_timer',
      'SCHEDULE_TOPIC_XXXX',
      'RMQ_SYS_TRANS_HALF_TOPIC',
      'TopicTest',
    ];
    expect(topics.map(isSystemTopic)).toEqual([true, true, true, true, true, true, false]);
    expect(topics.map(isSendableTopic)).toEqual([true, true, true, true, false, false, true]);
  });
});

describe('group names', () => {
  it('are created with up to 120 characters and accepted with up to 255, which older releases made', () => {
    expect([newGroupProblem('g'.repeat(120)), groupProblem('g'.repeat(255))]).toEqual([undefined, undefined]);
    expect(newGroupProblem('g'.repeat(121))).toContain('at most 120');
    expect(groupProblem('g'.repeat(256))).toContain('at most 255');
    expect(groupProblem('')).toBe('the group is blank');
    expect(newGroupProblem('a/b')).toContain('characters other than');
  });

  it('exist without being created, or belong to the system', () => {
    expect(['CID_ONSAPI_OWNER', 'TOOLS_CONSUMER', 'mine'].map(isPredefinedGroup)).toEqual([true, true, false]);
    expect(['CID_RMQ_SYS_TRANS', 'mine'].map(isSystemGroup)).toEqual([true, false]);
  });
});
