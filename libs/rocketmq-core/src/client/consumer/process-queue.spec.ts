import { storedMessage } from '../../../testing/stored-message.js';
import { ProcessQueue } from './process-queue.js';

const messagesAt = (...offsets: number[]) => offsets.map((queueOffset) => storedMessage({ queueOffset, body: Buffer.alloc(10) }));
const bounds = { minOffset: 0, maxOffset: 10_000 };
const create = () => new ProcessQueue({ topic: 'T', brokerName: 'b', queueId: 0 });

describe('ProcessQueue', () => {
  it('has no offset to commit before the first message', () => {
    expect(create().commitOffset).toBeUndefined();
  });

  it('commits the first offset that is not consumed, in whatever order the others end', () => {
    const queue = create();
    const [a, b, c] = queue.put(messagesAt(5, 6, 7), bounds);
    queue.complete([c!]);
    expect(queue.commitOffset).toBe(5);
    queue.complete([a!]);
    expect(queue.commitOffset).toBe(6);
    queue.complete([b!]);
    expect(queue.commitOffset).toBe(8);
  });

  it('steps over gaps that filtered messages leave', () => {
    const queue = create();
    const [a] = queue.put(messagesAt(5, 9), bounds);
    queue.complete([a!]);
    expect(queue.commitOffset).toBe(9);
  });

  it('counts messages, bytes and span', () => {
    const queue = create();
    const [a, b] = queue.put(messagesAt(5, 9, 12), bounds);
    expect([queue.count, queue.bytes, queue.span]).toEqual([3, 30, 7]);
    queue.complete([b!]);
    expect([queue.count, queue.bytes, queue.span]).toEqual([2, 20, 7]);
    queue.complete([a!, b!]);
    expect([queue.count, queue.bytes, queue.span]).toEqual([1, 10, 0]);
  });

  it('spans from the first to the last message that is held', () => {
    const queue = create();
    const [, b, c] = queue.put(messagesAt(5, 9, 12), bounds);
    queue.complete([c!]);
    expect([queue.lastHeld, queue.span]).toEqual([9, 4]);
    const [d] = queue.put(messagesAt(20), bounds);
    expect(queue.span).toBe(15);
    queue.complete([d!, b!]);
    expect([queue.lastHeld, queue.span]).toEqual([5, 0]);
  });

  it('leaves repetitions out, also of consumed messages', () => {
    const queue = create();
    queue.complete(queue.put(messagesAt(5, 6), bounds));
    expect(queue.put(messagesAt(6, 7), bounds).map((held) => held.message.queueOffset)).toEqual([7]);
    expect(queue.commitOffset).toBe(7);
  });

  it('stays exact over many messages that end out of order', () => {
    const queue = create();
    const offsets = Array.from({ length: 5000 }, (_, i) => i * 2);
    const held = queue.put(messagesAt(...offsets), bounds);
    const open = new Set(offsets);
    for (let i = 0; i < held.length; i += 1) {
      const one = held[(i * 7919) % held.length]!;
      queue.complete([one]);
      open.delete(one.message.queueOffset);
      if (i % 500 === 0) expect([queue.commitOffset, queue.lastHeld]).toEqual([Math.min(...open), Math.max(...open)]);
    }
    expect([queue.count, queue.bytes, queue.span, queue.commitOffset]).toEqual([0, 0, 0, 9999]);
  });
});
