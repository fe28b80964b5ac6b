import { queueTagsCode } from './queue-tags-code.js';

describe('queueTagsCode', () => {
  const delays = [1000, 5000];
  const code = (topic: string, properties: string) => queueTagsCode({ topic, properties, storeTimestamp: 100 }, delays);

  it.each([
    ['no tags', 'T', 'KEYS\u0001k\u0002', 0],
    ['no properties', 'T', '', 0],
    ['tags', 'T', 'TAGS\u0001TagA\u0002', 2598919],
    ['tags with a negative hash', 'T', 'TAGS\u0001polygenelubricants\u0002', -2147483648],
    ['a delay in an ordinary topic', 'T', 'DELAY\u00011\u0002', 0],
    ['a delay', 'SCHEDULE_TOPIC_XXXX', 'DELAY\u00012\u0002', 5100],
    ['a delay beyond the last level', 'SCHEDULE_TOPIC_XXXX', 'DELAY\u000199\u0002', 5100],
    ['a delay of level 0', 'SCHEDULE_TOPIC_XXXX', 'TAGS\u0001TagA\u0002DELAY\u00010\u0002', 2598919],
    ['a delay that is no number', 'SCHEDULE_TOPIC_XXXX', 'DELAY\u0001x\u0002', 0],
  ])('of %s', (_, topic, properties, expected) => {
    expect(code(topic, properties)).toBe(expected);
  });
});
