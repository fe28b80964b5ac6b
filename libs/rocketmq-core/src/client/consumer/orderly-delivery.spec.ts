import { FakeClock } from '../../../testing/index.js';
import { storedMessage, type StoredMessageOptions } from '../../../testing/stored-message.js';
import { deferred, type Deferred } from '../../base/index.js';
import { silentLogger } from '../../runtime/index.js';
import type { BatchResult, ConsumeContext, ReceivedMessage } from '../message-types.js';
import { ConsumeFigures } from './consume-figures.js';
import { OrderlyDelivery, type OrderlyDeliveryParts } from './orderly-delivery.js';
import { type HeldMessage, ProcessQueue } from './process-queue.js';

const bounds = { minOffset: 0, maxOffset: 100 };
const again = { retry: true };

interface Call {
  readonly bodies: string;
  readonly messages: readonly ReceivedMessage[];
  readonly context: ConsumeContext;
  readonly end: Deferred<BatchResult>;
}

function create(options: Partial<OrderlyDeliveryParts> & { readonly concurrency?: number } = {}) {
  const clock = new FakeClock();
  const calls: Call[] = [];
  const givenUp: string[] = [];
  const unlocked = new Set<number>();
  const keeping = { dead: true };
  const delivery = new OrderlyDelivery(
    {
      group: 'G',
      batchSizeMax: 1,
      consumeTimeoutMs: 900_000,
      suspendMs: 1000,
      maxReconsumeTimes: 16,
      consumeContinuouslyMs: 60_000,
      listener: (messages, context) => {
        const end = deferred<BatchResult>();
        calls.push({ bodies: messages.map(({ body }) => body.toString()).join(','), messages, context, end });
        return end.promise;
      },
      isHeld: ({ queueId }) => !unlocked.has(queueId),
      giveUp: ({ message }: HeldMessage) => {
        if (keeping.dead) givenUp.push(message.body.toString());
        return Promise.resolve(keeping.dead);
      },
      progress: () => undefined,
      figures: new ConsumeFigures(clock),
      clock,
      logger: silentLogger,
      ...options,
    },
    options.concurrency ?? 20,
  );
  const queueOf = (queueId: number, count: number, message: StoredMessageOptions = {}) => {
    const processQueue = new ProcessQueue({ topic: 'T', brokerName: 'b', queueId });
    const messages = Array.from({ length: count }, (_, i) => storedMessage({ queueOffset: i, body: `${queueId}-${i}`, ...message }));
    delivery.submit(processQueue, processQueue.put(messages, bounds));
    return processQueue;
  };
  /** Ends the newest call. */
  const end = async (result?: BatchResult) => {
    calls.at(-1)!.end.resolve(result);
    await clock.settle();
  };
  const bodies = () => calls.map((call) => call.bodies);
  return { clock, calls, givenUp, unlocked, keeping, delivery, queueOf, end, bodies };
}

describe('OrderlyDelivery', () => {
  it('delivers one message of a queue after the other, and queues beside each other', async () => {
    const { queueOf, end, bodies, calls, delivery } = create();
    const [first] = [queueOf(1, 3), queueOf(2, 1)];
    expect([bodies(), delivery.running]).toEqual([['1-0', '2-0'], 2]);
    await end();
    expect(bodies()).toEqual(['1-0', '2-0']);
    calls[0]!.end.resolve(undefined);
    await end();
    expect([bodies().slice(2), first.commitOffset]).toEqual([['1-1'], 1]);
    await end();
    await end();
    expect([bodies().slice(2), first.commitOffset, delivery.running]).toEqual([['1-1', '1-2'], 3, 0]);
  });

  it('goes on with what arrives later', async () => {
    const { queueOf, end, bodies, delivery } = create();
    const processQueue = queueOf(0, 1);
    await end();
    delivery.submit(processQueue, processQueue.put([storedMessage({ queueOffset: 5, body: 'later' })], bounds));
    expect(bodies()).toEqual(['0-0', 'later']);
  });

  it('holds a queue up at a message that fails: the pause doubles, and the listener sees how often', async () => {
    const { clock, queueOf, end, bodies, calls } = create();
    const processQueue = queueOf(0, 2);
    for (const pauseMs of [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]) {
      await end(again);
      const before = calls.length;
      await clock.advance(pauseMs - 1);
      expect(calls).toHaveLength(before);
      await clock.advance(1);
      expect(calls).toHaveLength(before + 1);
    }
    expect(new Set(bodies())).toEqual(new Set(['0-0']));
    expect([calls.at(-1)!.context.attempt, calls.at(-1)!.messages[0]!.reconsumeTimes, processQueue.commitOffset]).toEqual([8, 7, 0]);
    await end();
    expect([bodies().at(-1), processQueue.commitOffset]).toEqual(['0-1', 1]);
  });

  it.each([
    [500, 500],
    [0, 10],
    [3_600_000, 30_000],
  ])('pauses for the %i ms that the listener wishes, within bounds: %i ms', async (delayMs, pauseMs) => {
    const { clock, queueOf, end, calls } = create();
    queueOf(0, 1);
    await end({ retry: true, delayMs });
    await clock.advance(pauseMs - 1);
    expect(calls).toHaveLength(1);
    await clock.advance(1);
    expect(calls).toHaveLength(2);
  });

  it('puts a message aside after the last retry, and goes on at once', async () => {
    const { clock, queueOf, end, bodies, givenUp, calls } = create({ maxReconsumeTimes: 2 });
    const processQueue = queueOf(0, 2);
    for (let retry = 0; retry < 2; retry += 1) {
      calls.at(-1)!.end.reject(new Error('fails'));
      await clock.advance(30_000);
    }
    expect([bodies(), givenUp]).toEqual([['0-0', '0-0', '0-0'], []]);
    await end(again);
    expect([givenUp, bodies().at(-1), processQueue.commitOffset]).toEqual([['0-0'], '0-1', 1]);
  });

  it('counts the failures that the broker knows of', async () => {
    const { queueOf, end, givenUp } = create({ maxReconsumeTimes: 3 });
    queueOf(0, 1, { reconsumeTimes: 3 });
    await end(again);
    expect(givenUp).toEqual(['0-0']);
  });

  it('stays at a message that nobody keeps', async () => {
    const { clock, queueOf, end, bodies, keeping } = create({ maxReconsumeTimes: 0 });
    keeping.dead = false;
    const processQueue = queueOf(0, 2);
    await end(again);
    await clock.advance(1000);
    expect([bodies(), processQueue.commitOffset]).toEqual([['0-0', '0-0'], 0]);
    keeping.dead = true;
    await end(again);
    expect([bodies().at(-1), processQueue.commitOffset]).toEqual(['0-1', 1]);
  });

  it('puts aside at once what the listener calls a dead letter', async () => {
    const { queueOf, end, givenUp } = create();
    queueOf(0, 1);
    await end({ deadLetter: true });
    expect(givenUp).toEqual(['0-0']);
  });

  it('puts a body aside that cannot be read, without calling the listener', async () => {
    const { clock, queueOf, calls, givenUp } = create({ maxReconsumeTimes: 1, suspendMs: 10 });
    const processQueue = queueOf(0, 1, { sysFlag: 1 });
    await clock.advance(10);
    expect([calls.length, givenUp.length, processQueue.commitOffset]).toEqual([0, 1, 1]);
  });

  it('repeats a batch from its first failed message on', async () => {
    const { clock, queueOf, end, bodies, calls } = create({ batchSizeMax: 3 });
    const processQueue = queueOf(0, 4);
    await end([undefined, again, undefined]);
    expect(processQueue.commitOffset).toBe(1);
    await clock.advance(1000);
    expect(bodies()).toEqual(['0-0,0-1,0-2', '0-1,0-2,0-3']);
    expect(calls[1]!.messages.map(({ reconsumeTimes }) => reconsumeTimes)).toEqual([1, 0, 0]);
  });

  it('takes a dead letter out of the middle of a batch', async () => {
    const { clock, queueOf, end, bodies } = create({ batchSizeMax: 3 });
    const processQueue = queueOf(0, 3);
    await end([again, { deadLetter: true }, undefined]);
    await clock.advance(1000);
    expect(bodies()).toEqual(['0-0,0-1,0-2', '0-0,0-2']);
    await end();
    expect(processQueue.commitOffset).toBe(3);
  });

  it('begins nothing without the lock, and what ends after it was lost counts for nothing', async () => {
    const { clock, queueOf, end, bodies, unlocked, givenUp } = create({ maxReconsumeTimes: 0 });
    const processQueue = queueOf(0, 3);
    unlocked.add(0);
    await end(again);
    await clock.advance(60_000);
    expect([bodies(), processQueue.commitOffset, givenUp]).toEqual([['0-0'], 0, []]);
  });

  it('tells a running call that its queue is dropped, and forgets the rest', async () => {
    const { clock, queueOf, end, bodies, calls, delivery } = create();
    const processQueue = queueOf(0, 2);
    processQueue.drop();
    delivery.drop(processQueue);
    expect([calls[0]!.context.signal.aborted, delivery.isBusy(processQueue.queue)]).toEqual([true, true]);
    await end();
    await clock.advance(60_000);
    expect([bodies(), processQueue.commitOffset, delivery.isBusy(processQueue.queue)]).toEqual([['0-0'], 0, false]);
  });

  it('closes a queue after its running call, whose outcome counts', async () => {
    const { queueOf, end, bodies, calls, delivery } = create();
    const processQueue = queueOf(0, 2);
    const closed = delivery.close(processQueue, 20_000);
    await end();
    expect([await closed, bodies(), processQueue.commitOffset, calls[0]!.context.signal.aborted]).toEqual([true, ['0-0'], 1, false]);
    expect(await delivery.close(processQueue, 20_000)).toBe(true);
  });

  it('does not wait longer than it should for a call', async () => {
    const { clock, queueOf, delivery } = create();
    const processQueue = queueOf(0, 1);
    const closed = delivery.close(processQueue, 20_000);
    await clock.advance(20_000);
    expect(await closed).toBe(false);
  });

  it('begins no more calls than allowed; the queues take turns when one has been consumed for long', async () => {
    const { clock, queueOf, end, bodies, delivery } = create({ concurrency: 1, consumeContinuouslyMs: 100 });
    queueOf(1, 4);
    queueOf(2, 1);
    await end();
    expect(bodies()).toEqual(['1-0', '1-1']);
    await clock.advance(101);
    await end();
    expect(bodies()).toEqual(['1-0', '1-1', '2-0']);
    await end();
    expect([bodies().at(-1), delivery.running]).toEqual(['1-2', 1]);
  });

  it('lets go of a place when fewer calls are allowed', async () => {
    const { queueOf, end, calls, delivery } = create({ concurrency: 2 });
    queueOf(1, 2);
    queueOf(2, 2);
    delivery.setConcurrency(1);
    await end();
    expect([calls.length, delivery.running]).toEqual([2, 1]);
    delivery.setConcurrency(2);
    expect(calls).toHaveLength(3);
  });

  it('begins nothing while paused, also when a queue has waited long enough', async () => {
    const { clock, queueOf, end, calls, delivery } = create();
    queueOf(0, 1);
    delivery.pause();
    await end(again);
    await clock.advance(5000);
    expect(calls).toHaveLength(1);
    delivery.resume();
    expect(calls).toHaveLength(2);
  });

  it('gives a signal to a call that takes too long, and waits on', async () => {
    const { clock, queueOf, end, calls, delivery } = create({ consumeTimeoutMs: 1000 });
    delivery.start();
    const processQueue = queueOf(0, 2);
    await clock.advance(3000);
    expect([calls.length, calls[0]!.context.signal.aborted]).toEqual([1, true]);
    await end();
    expect([calls.length, processQueue.commitOffset]).toEqual([2, 1]);
    await end();
    await delivery.stop(1000);
  });

  it('stops after the running calls and leaves no timer', async () => {
    const { clock, queueOf, end, calls, delivery } = create();
    delivery.start();
    const processQueue = queueOf(0, 2);
    const stopped = delivery.stop(1000);
    await end(again);
    await stopped;
    expect([calls.length, processQueue.commitOffset, clock.timerCount]).toEqual([1, 0, 0]);
  });

  it('gives a signal to calls that run past the deadline of a stop, and to those who wait for them', async () => {
    const { clock, queueOf, calls, delivery } = create();
    const processQueue = queueOf(0, 1);
    const [closed, stopped] = [delivery.close(processQueue, 20_000), delivery.stop(1000)];
    await clock.advance(1000);
    await stopped;
    expect([calls[0]!.context.signal.aborted, await closed, delivery.isBusy(processQueue.queue)]).toEqual([true, false, true]);
    expect(clock.timerCount).toBe(0);
  });
});
