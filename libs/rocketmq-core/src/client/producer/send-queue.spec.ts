import { FakeClock } from '../../../testing/index.js';
import { SendQueue } from './send-queue.js';

const create = (countMax: number, bytesMax = 100) => {
  const clock = new FakeClock();
  return { clock, queue: new SendQueue({ clock, countMax, bytesMax }) };
};
const limits = { timeoutMs: 1000 };

describe('SendQueue', () => {
  it('lets sends in at once while there is room', () => {
    const { queue } = create(2);
    expect(queue.enter(10, limits)).toBeUndefined();
    expect(queue.enter(10, limits)).toBeUndefined();
    expect(queue.inFlight).toBe(2);
  });

  it('lets waiting ones in, in their order', async () => {
    const { clock, queue } = create(1);
    await queue.enter(1, limits);
    const order: string[] = [];
    const first = queue.enter(1, limits)?.then(() => order.push('first'));
    const second = queue.enter(1, limits)?.then(() => order.push('second'));
    queue.leave(1);
    await first;
    expect(order).toEqual(['first']);
    queue.leave(1);
    await second;
    expect(order).toEqual(['first', 'second']);
    expect(clock.timerCount).toBe(0);
  });

  it('does not let a small one overtake a large one', async () => {
    const { queue } = create(10, 100);
    await queue.enter(90, limits);
    const large = queue.enter(50, limits);
    let smallIn = false;
    const small = queue.enter(1, limits)?.then(() => (smallIn = true));
    await Promise.resolve();
    expect(smallIn).toBe(false);
    queue.leave(90);
    await Promise.all([large, small]);
    expect(queue.inFlight).toBe(2);
  });

  it('lets one in that is larger than all the room when nothing else is under way', async () => {
    const { queue } = create(10, 100);
    await queue.enter(1, limits);
    const large = queue.enter(1000, limits);
    queue.leave(1);
    await large;
    expect(queue.inFlight).toBe(1);
  });

  it('refuses after the time-out and gives no room away for it', async () => {
    const { clock, queue } = create(1);
    await queue.enter(1, limits);
    const late = expect(queue.enter(1, limits)).rejects.toMatchObject({ reason: 'overload' });
    await clock.advance(1000);
    await late;
    queue.leave(1);
    expect(queue.inFlight).toBe(0);
  });

  it('ends the waiting when the signal fires', async () => {
    const { clock, queue } = create(1);
    await queue.enter(1, limits);
    const controller = new AbortController();
    const waiting = expect(queue.enter(1, { ...limits, signal: controller.signal })).rejects.toMatchObject({ reason: 'aborted' });
    controller.abort();
    await waiting;
    await expect(queue.enter(1, { ...limits, signal: controller.signal })).rejects.toMatchObject({ reason: 'aborted' });
    expect(clock.timerCount).toBe(0);
  });

  it('tells when nothing is under way', async () => {
    const { queue } = create(2);
    await queue.idle();
    await queue.enter(1, limits);
    await queue.enter(1, limits);
    let idle = false;
    const done = queue.idle().then(() => (idle = true));
    queue.leave(1);
    await Promise.resolve();
    expect(idle).toBe(false);
    queue.leave(1);
    await done;
  });

  it('tells one that asks for room when its turn has come, and keeps none for it', async () => {
    const { clock, queue } = create(1);
    await queue.whenRoom({});
    expect([queue.hasRoom, queue.inFlight]).toEqual([true, 0]);
    await queue.enter(1, limits);
    expect(queue.hasRoom).toBe(false);
    const order: string[] = [];
    const first = queue.enter(1, limits)?.then(() => order.push('send'));
    const second = queue.whenRoom({}).then(() => order.push('room'));
    queue.leave(1);
    await first;
    await clock.advance(100_000);
    expect(order).toEqual(['send']);
    queue.leave(1);
    await second;
    expect([order, queue.hasRoom, clock.timerCount]).toEqual([['send', 'room'], true, 0]);
  });

  it('refuses all that wait when it is closed', async () => {
    const { clock, queue } = create(1);
    await queue.enter(5, limits);
    expect(queue.inFlightBytes).toBe(5);
    const waiting = [queue.enter(1, limits), queue.whenRoom({})].map((one) => expect(one).rejects.toMatchObject({ reason: 'closed' }));
    queue.close();
    await Promise.all(waiting);
    await expect(queue.enter(1, limits)).rejects.toMatchObject({ reason: 'closed' });
    expect(clock.timerCount).toBe(0);
  });
});
