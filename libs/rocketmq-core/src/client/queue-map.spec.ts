import { QueueMap } from './queue-map.js';

const queue = (queueId: number) => ({ topic: 'T', brokerName: 'b', queueId });

describe('QueueMap', () => {
  it('knows a queue by its name, whatever object says it', () => {
    const map = new QueueMap<string>();
    const one = queue(1);
    map.set(one, 'a');
    map.set(queue(2), 'b');
    expect([map.get(one), map.get(queue(1)), map.get(queue(2)), map.get(queue(3)), map.has(queue(1))]).toEqual([
      'a',
      'a',
      'b',
      undefined,
      true,
    ]);
    map.set(queue(1), 'c');
    expect([map.get(one), map.size, map.values()]).toEqual(['c', 2, ['c', 'b']]);
    expect([map.delete(queue(1)), map.delete(one), map.get(one), map.has(one)]).toEqual([true, false, undefined, false]);
    map.set(one, 'd');
    map.clear();
    expect([map.size, map.get(one)]).toEqual([0, undefined]);
  });
});
