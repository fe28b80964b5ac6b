import { jest } from '@jest/globals';
import { FakeClock } from '../../../testing/index.js';
import { storedMessage, type StoredMessageOptions } from '../../../testing/stored-message.js';
import { deferred, type Deferred } from '../../base/index.js';
import { silentLogger } from '../../runtime/index.js';
import type { ConsumeContext, ListenerResult, ReceivedMessage } from '../message-types.js';
import { ConsumeFigures } from './consume-figures.js';
import { ConcurrentDelivery, type DeliveryParts } from './concurrent-delivery.js';
import { ProcessQueue } from './process-queue.js';
import type { FailedMessage } from './redelivery.js';

const bounds = { minOffset: 0, maxOffset: 100 };

interface Call {
  readonly bodies: string[];
  readonly messages: readonly ReadonlyArray<ReceivedMessage>[number][];
  readonly context: ConsumeContext;
  readonly end: Deferred<ListenerResult>;
}

function create(
  options: {
    concurrency?: number;
    batchSizeMax?: number;
    handBack?: DeliveryParts['redelivery']['handBack'];
    answer?: () => undefined;
  } = {},
) {
  const clock = new FakeClock();
  const calls: Call[] = [];
  const handedBack: FailedMessage[] = [];
  const progressed: (number | undefined)[] = [];
  const parts: DeliveryParts = {
    group: 'G',
    batchSizeMax: options.batchSizeMax ?? 1,
    consumeTimeoutMs: 900_000,
    listener: (messages, context) => {
      const end = deferred<ListenerResult>();
      calls.push({ bodies: messages.map((message) => message.body.toString()), messages, context, end });
      return options.answer === undefined ? end.promise : options.answer();
    },
    redelivery: {
      handBack: (failed) => {
        handedBack.push(failed);
        return options.handBack?.(failed) ?? Promise.resolve(true);
      },
    },
    progress: (processQueue) => progressed.push(processQueue.commitOffset),
    figures: new ConsumeFigures(clock),
    clock,
    logger: silentLogger,
  };
  const delivery = new ConcurrentDelivery(parts, options.concurrency ?? 2);
  const queueOf = (queueId: number, count: number, message: StoredMessageOptions = {}) => {
    const processQueue = new ProcessQueue({ topic: 'T', brokerName: 'b', queueId });
    const messages = Array.from({ length: count }, (_, i) => storedMessage({ queueOffset: i, body: `${queueId}-${i}`, ...message }));
    return { processQueue, held: processQueue.put(messages, bounds) };
  };
  const bodies = () => calls.map((call) => call.bodies.join(','));
  return { clock, calls, handedBack, progressed, delivery, queueOf, bodies };
}

describe('ConcurrentDelivery', () => {
  it('runs no more calls than allowed and begins the next when one ends', async () => {
    const { clock, calls, delivery, queueOf, bodies, progressed } = create();
    const { processQueue, held } = queueOf(0, 4);
    delivery.submit(processQueue, held);
    await clock.settle();
    expect(bodies()).toEqual(['0-0', '0-1']);
    calls[1]!.end.resolve(undefined);
    await clock.settle();
    expect(bodies()).toEqual(['0-0', '0-1', '0-2']);
    expect([delivery.running, processQueue.commitOffset, progressed]).toEqual([2, 0, [0]]);
    calls[0]!.end.resolve(undefined);
    await clock.settle();
    expect(processQueue.commitOffset).toBe(2);
  });

  it('lets queues take turns', async () => {
    const { clock, calls, delivery, queueOf, bodies } = create({ concurrency: 1 });
    const [first, second] = [queueOf(1, 3), queueOf(2, 2)];
    delivery.submit(first.processQueue, first.held);
    delivery.submit(second.processQueue, second.held);
    for (let i = 0; i < 5; i += 1) {
      await clock.settle();
      calls[i]!.end.resolve(undefined);
    }
    await clock.settle();
    expect(bodies()).toEqual(['1-0', '1-1', '2-0', '1-2', '2-1']);
  });

  it('tells the listener what it gets', async () => {
    const { clock, calls, delivery, queueOf } = create();
    const { processQueue, held } = queueOf(0, 1, {
      topic: '%RETRY%G',
      reconsumeTimes: 2,
      properties: { RETRY_TOPIC: 'Original', TAGS: 'A', KEYS: 'k1 k2', UNIQ_KEY: 'ID' },
    });
    delivery.submit(processQueue, held);
    await clock.settle();
    const { messages, context } = calls[0]!;
    expect(messages[0]).toMatchObject({ topic: 'Original', tags: 'A', keys: ['k1', 'k2'], messageId: 'ID', reconsumeTimes: 2 });
    expect(messages[0]!.properties.get('MAX_OFFSET')).toBe('100');
    expect([context.group, context.attempt, context.queue.queueId, context.signal.aborted]).toEqual(['G', 3, 0, false]);
  });

  it('delivers batches', async () => {
    const { clock, calls, delivery, queueOf, bodies } = create({ batchSizeMax: 3 });
    const { processQueue, held } = queueOf(0, 5);
    delivery.submit(processQueue, held);
    await clock.settle();
    expect(bodies()).toEqual(['0-0,0-1,0-2', '0-3,0-4']);
    for (const call of calls) call.end.resolve(undefined);
    await clock.settle();
    expect(processQueue.commitOffset).toBe(5);
  });

  it('passes a failed message only when a broker has taken it back', async () => {
    const confirmation = deferred<boolean>();
    const { clock, calls, delivery, queueOf, handedBack } = create({ handBack: () => confirmation.promise });
    const { processQueue, held } = queueOf(0, 1);
    delivery.submit(processQueue, held);
    await clock.settle();
    calls[0]!.end.reject(new Error('no'));
    await clock.settle();
    expect([handedBack.length, processQueue.commitOffset]).toEqual([1, 0]);
    confirmation.resolve(true);
    await clock.settle();
    expect(processQueue.commitOffset).toBe(1);
  });

  it('hands back what the listener returns as retry, with its delay level', async () => {
    const { clock, calls, delivery, queueOf, handedBack } = create();
    const { processQueue, held } = queueOf(0, 1);
    delivery.submit(processQueue, held);
    await clock.settle();
    calls[0]!.end.resolve({ retry: true, delayLevel: -1 });
    await clock.settle();
    expect(handedBack[0]).toMatchObject({ delayLevel: -1, localFailures: 0 });
  });

  it('takes a listener that throws at once as a failure', async () => {
    const { clock, delivery, queueOf, handedBack } = create();
    const throwing = new ConcurrentDelivery(
      {
        ...(delivery as unknown as { parts: DeliveryParts }).parts,
        listener: () => {
          throw new Error('at once');
        },
      },
      1,
    );
    const { processQueue, held } = queueOf(0, 2);
    throwing.submit(processQueue, held);
    await clock.settle();
    expect([handedBack.length, processQueue.commitOffset]).toEqual([2, 2]);
  });

  it('keeps up with a listener that answers at once, however much waits', () => {
    const { delivery, queueOf } = create({ concurrency: 1, answer: () => undefined });
    const { processQueue, held } = queueOf(0, 5000);
    delivery.submit(processQueue, held);
    expect([processQueue.commitOffset, processQueue.count, delivery.running]).toEqual([5000, 0, 0]);
  });

  it('lets others have their turn when a listener that answers at once takes long', async () => {
    const { clock, calls, delivery, queueOf } = create({ answer: () => undefined });
    let elapsedMs = 0;
    jest.spyOn(clock, 'monotonic').mockImplementation(() => (elapsedMs += 2));
    const { processQueue, held } = queueOf(0, 10);
    delivery.submit(processQueue, held);
    expect([calls.length, processQueue.commitOffset, delivery.running]).toEqual([3, 3, 0]);
    delivery.resume();
    expect(calls).toHaveLength(3);
    await clock.settle();
    expect([calls.length, processQueue.commitOffset]).toEqual([10, 10]);
  });

  it('does not go on in the next turn when it was stopped in this one', async () => {
    const { clock, calls, delivery, queueOf } = create({ answer: () => undefined });
    let elapsedMs = 0;
    jest.spyOn(clock, 'monotonic').mockImplementation(() => (elapsedMs += 20));
    const { processQueue, held } = queueOf(0, 10);
    delivery.submit(processQueue, held);
    await delivery.stop(1000);
    await clock.settle();
    expect(processQueue.commitOffset).toBe(calls.length);
    expect(calls.length).toBeLessThan(10);
  });

  it('takes results message by message, and a list of another length as a failure of all', async () => {
    const { clock, calls, delivery, queueOf, handedBack } = create({ batchSizeMax: 2 });
    const { processQueue, held } = queueOf(0, 4);
    delivery.submit(processQueue, held);
    await clock.settle();
    calls[0]!.end.resolve([undefined, { retry: true }] as unknown as ListenerResult);
    calls[1]!.end.resolve([undefined] as unknown as ListenerResult);
    await clock.settle();
    expect(handedBack.map(({ message }) => message.queueOffset)).toEqual([1, 2, 3]);
  });

  it('hands the failed messages of a batch back together, each as the listener wants it', async () => {
    const confirmation = deferred<boolean>();
    const { clock, calls, delivery, queueOf, handedBack } = create({ batchSizeMax: 3, handBack: () => confirmation.promise });
    const { processQueue, held } = queueOf(0, 3);
    delivery.submit(processQueue, held);
    await clock.settle();
    calls[0]!.end.resolve([{ retry: true, delayMs: 70 }, undefined, { deadLetter: true }] as unknown as ListenerResult);
    await clock.settle();
    expect(handedBack.map(({ message, delayMs, delayLevel }) => [message.queueOffset, delayMs, delayLevel])).toEqual([
      [0, 70, undefined],
      [2, undefined, -1],
    ]);
    expect(processQueue.commitOffset).toBe(0);
    confirmation.resolve(true);
    await clock.settle();
    expect(processQueue.commitOffset).toBe(3);
  });

  it('hands back what lies behind the last consumed message of a batch', async () => {
    const { clock, calls, delivery, queueOf, handedBack } = create({ batchSizeMax: 3 });
    const { processQueue, held } = queueOf(0, 3);
    delivery.submit(processQueue, held);
    await clock.settle();
    calls[0]!.end.resolve({ ackIndex: 0, delayLevel: 2 } as unknown as ListenerResult);
    await clock.settle();
    expect(handedBack.map(({ message, delayLevel }) => [message.queueOffset, delayLevel])).toEqual([
      [1, 2],
      [2, 2],
    ]);
  });

  it('delivers again after five seconds what nobody took back, and keeps the offset until then', async () => {
    const answers = [false, true];
    const { clock, calls, delivery, queueOf, handedBack } = create({ handBack: () => Promise.resolve(answers.shift() ?? true) });
    const { processQueue, held } = queueOf(0, 2);
    delivery.submit(processQueue, held);
    await clock.settle();
    calls[0]!.end.reject(new Error('no'));
    calls[1]!.end.resolve(undefined);
    await clock.advance(4999);
    expect([calls.length, processQueue.commitOffset]).toEqual([2, 0]);
    await clock.advance(1);
    expect([calls.length, calls[2]!.context.attempt, calls[2]!.messages[0]!.reconsumeTimes]).toEqual([3, 2, 1]);
    calls[2]!.end.reject(new Error('again'));
    await clock.settle();
    expect([handedBack.at(-1)?.localFailures, processQueue.commitOffset]).toEqual([1, 2]);
  });

  it('keeps a message when handing back breaks in an unexpected way', async () => {
    const { clock, calls, delivery, queueOf } = create({ handBack: () => Promise.reject(new Error('bug')) });
    const { processQueue, held } = queueOf(0, 1);
    delivery.submit(processQueue, held);
    await clock.settle();
    calls[0]!.end.reject(new Error('no'));
    await clock.settle();
    expect(processQueue.commitOffset).toBe(0);
    await delivery.stop(0);
    expect(clock.timerCount).toBe(0);
  });

  it('hands back a body that cannot be read, without calling the listener', async () => {
    const { clock, calls, delivery, queueOf, handedBack } = create();
    const { processQueue, held } = queueOf(0, 1, { body: 'not compressed', sysFlag: 0x301 });
    delivery.submit(processQueue, held);
    await clock.settle();
    expect([calls.length, handedBack.length, processQueue.commitOffset]).toEqual([0, 1, 1]);
  });

  it('forgets what waits of a dropped queue and leaves its offset alone', async () => {
    const { clock, calls, delivery, queueOf, handedBack, progressed } = create({ concurrency: 1 });
    const { processQueue, held } = queueOf(0, 3);
    delivery.submit(processQueue, held);
    await clock.settle();
    const { signal } = calls[0]!.context;
    processQueue.drop();
    delivery.drop(processQueue);
    expect(signal.aborted).toBe(true);
    calls[0]!.end.reject(new Error('aborted'));
    await clock.settle();
    expect([calls.length, handedBack, progressed, processQueue.commitOffset]).toEqual([1, [], [], 0]);
  });

  it('begins no call while paused', async () => {
    const { clock, calls, delivery, queueOf } = create();
    const { processQueue, held } = queueOf(0, 1);
    delivery.pause();
    delivery.submit(processQueue, held);
    await clock.settle();
    expect(calls).toHaveLength(0);
    delivery.resume();
    await clock.settle();
    expect(calls).toHaveLength(1);
  });

  it('follows a change of the concurrency', async () => {
    const { clock, calls, delivery, queueOf } = create({ concurrency: 1 });
    const { processQueue, held } = queueOf(0, 5);
    delivery.submit(processQueue, held);
    await clock.settle();
    delivery.setConcurrency(3);
    await clock.settle();
    expect([calls.length, delivery.concurrency]).toEqual([3, 3]);
  });

  it('waits for running calls when it stops, and for nothing else', async () => {
    const { clock, calls, delivery, queueOf } = create({ concurrency: 1 });
    const { processQueue, held } = queueOf(0, 3);
    delivery.submit(processQueue, held);
    await clock.settle();
    let stopped = false;
    const stop = delivery.stop(10_000).then(() => (stopped = true));
    await clock.advance(5000);
    expect(stopped).toBe(false);
    calls[0]!.end.resolve(undefined);
    await stop;
    expect([calls.length, processQueue.commitOffset, clock.timerCount]).toEqual([1, 1, 0]);
  });

  it('tells calls that run past the deadline, and commits nothing of them', async () => {
    const { clock, calls, delivery, queueOf } = create();
    const { processQueue, held } = queueOf(0, 1);
    delivery.submit(processQueue, held);
    await clock.settle();
    const stop = delivery.stop(1000);
    expect(calls[0]!.context.signal.aborted).toBe(false);
    await clock.advance(1000);
    await stop;
    expect([calls[0]!.context.signal.aborted, processQueue.commitOffset, clock.timerCount]).toEqual([true, 0, 0]);
  });

  it('hands the messages of a call back that never ends, once, and frees its place', async () => {
    const { clock, calls, delivery, queueOf, handedBack } = create({ concurrency: 1 });
    const { processQueue, held } = queueOf(0, 2);
    delivery.start();
    delivery.submit(processQueue, held);
    await clock.advance(960_000);
    expect(handedBack.map(({ delayLevel }) => delayLevel)).toEqual([3]);
    expect([calls.length, calls[0]!.context.signal.aborted, processQueue.commitOffset]).toEqual([2, true, 1]);
    calls[0]!.end.reject(new Error('late'));
    await clock.settle();
    expect([handedBack.length, delivery.running]).toEqual([1, 1]);
    calls[1]!.end.resolve(undefined);
    await delivery.stop(0);
  });
});
