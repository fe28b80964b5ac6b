import type { MessageQueue } from '../../protocol/index.js';
import { queueByKey, QueueCursor } from './queue-choice.js';

const queuesOf = (brokerName: string, count: number): MessageQueue[] =>
  Array.from({ length: count }, (_, queueId) => ({ topic: 'T', brokerName, queueId }));
const queues = [...queuesOf('a', 2), ...queuesOf('b', 2)];

describe('QueueCursor', () => {
  it('goes round all queues', () => {
    const cursor = new QueueCursor(1);
    const chosen = Array.from({ length: 5 }, () => cursor.next(queues, []));
    expect(chosen).toEqual([queues[2], queues[3], queues[0], queues[1], queues[2]]);
  });

  it('goes on when the number of queues shrinks', () => {
    const cursor = new QueueCursor(900);
    expect(cursor.next(queues, [])).toBe(queues[1]);
    expect(cursor.next(queues.slice(0, 1), [])).toBe(queues[0]);
  });

  it('passes a broker over', () => {
    const cursor = new QueueCursor(3);
    const chosen = Array.from({ length: 3 }, () => cursor.next(queues, [(name) => name !== 'a'])?.brokerName);
    expect(chosen).toEqual(['b', 'b', 'b']);
  });

  it('tries the tests in their order and takes any queue when none passes', () => {
    const cursor = new QueueCursor(0);
    expect(cursor.next(queues, [() => false, (name) => name === 'b'])?.brokerName).toBe('b');
    expect(cursor.next(queuesOf('a', 2), [() => false, () => false])?.brokerName).toBe('a');
  });

  it('finds nothing among no queues', () => {
    expect(new QueueCursor(5).next([], [])).toBeUndefined();
  });
});

describe('queueByKey', () => {
  it('chooses by the hash code of Java', () => {
    expect(queueByKey(queues, 'A')).toBe(queues[65 % 4]);
    // "polygenelubricants".hashCode() is Integer.MIN_VALUE.
    expect(queueByKey(queuesOf('a', 3), 'polygenelubricants')?.queueId).toBe(2147483648 % 3);
  });
});
