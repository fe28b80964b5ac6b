import { storedMessage } from '../../../testing/stored-message.js';
import { LitePullQueue } from './lite-pull-queue.js';

const queue = { topic: 'T', brokerName: 'b', queueId: 0 };
const bounds = { minOffset: 0, maxOffset: 100 };
const messages = (...offsets: number[]) => offsets.map((queueOffset) => storedMessage({ queueOffset, body: Buffer.alloc(10) }));
const places = (held: LitePullQueue) => [held.pullOffset, held.deliveredOffset, held.consumedOffset];

function started(at = 0): LitePullQueue {
  const held = new LitePullQueue(queue);
  held.seek(at);
  return held;
}

describe('LitePullQueue', () => {
  it('knows no place before it starts', () => {
    expect(places(new LitePullQueue(queue))).toEqual([undefined, undefined, undefined]);
  });

  it('hands out in order and keeps three places apart', () => {
    const held = started();
    held.put(messages(0, 1, 2), bounds, 5);
    expect([held.count, held.bytes, held.firstHeld, held.lastHeld, held.span]).toEqual([3, 30, 0, 2, 2]);
    expect(held.take(2).map(({ message }) => message.queueOffset)).toEqual([0, 1]);
    expect(places(held)).toEqual([5, 2, 0]);
    held.settle();
    expect(places(held)).toEqual([5, 2, 2]);
    held.take(10);
    expect(places(held)).toEqual([5, 5, 2]);
    expect([held.count, held.bytes, held.span, held.lastHeld]).toEqual([0, 0, 0, undefined]);
  });

  it('passes filtered messages as soon as all before them are consumed', () => {
    const held = started(3);
    held.passTo(7);
    expect(places(held)).toEqual([7, 7, 7]);
    held.put(messages(7), bounds, 8);
    held.passTo(12);
    expect(places(held)).toEqual([12, 7, 7]);
    held.take(1);
    expect(places(held)).toEqual([12, 12, 7]);
    held.passTo(14);
    expect(places(held)).toEqual([14, 14, 7]);
    held.settle();
    held.passTo(15);
    expect(places(held)).toEqual([15, 15, 15]);
  });

  it('forgets what it holds when it goes elsewhere, and tells that it did', () => {
    const held = started();
    held.put(messages(0, 1), bounds, 2);
    const { course } = held;
    held.seek(40);
    expect([held.count, held.bytes, held.course === course]).toEqual([0, 0, false]);
    expect(places(held)).toEqual([40, 40, 40]);
  });

  it('is consumed as far as the caller says, and not less than it said', () => {
    const held = started();
    held.put(messages(0, 1, 2), bounds, 3);
    held.take(3);
    held.settleTo(2);
    held.settleTo(1);
    expect(held.consumedOffset).toBe(2);
  });

  it('holds nothing once it is dropped', () => {
    const held = started();
    held.put(messages(0), bounds, 1);
    held.drop();
    expect([held.dropped, held.count, held.take(5)]).toEqual([true, 0, []]);
  });

  it('does not keep what was handed out of a long window', () => {
    const held = started();
    held.put(messages(...Array.from({ length: 1000 }, (_, at) => at)), bounds, 1000);
    for (let at = 0; at < 600; at += 1) expect(held.take(1)[0]?.message.queueOffset).toBe(at);
    expect([held.count, held.firstHeld, held.bytes]).toEqual([400, 600, 4000]);
  });
});
