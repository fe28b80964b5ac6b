import { storedMessage } from '../../../testing/stored-message.js';
import { silentLogger } from '../../runtime/index.js';
import type { BatchListener, ReceivedMessage } from '../message-types.js';
import { DeliveryRun } from './delivery-run.js';
import { callListener } from './listener-call.js';
import { ProcessQueue } from './process-queue.js';

const queue = { topic: 'T', brokerName: 'b', queueId: 0 };
const retry = { retry: true };

/** A call with a message for each body; `!` stands for one that cannot be decompressed. */
function call(listener: BatchListener, ...bodies: string[]) {
  const processQueue = new ProcessQueue(queue);
  const messages = bodies.map((body, queueOffset) => storedMessage({ queueOffset, body, sysFlag: body === '!' ? 0x301 : 0 }));
  const run = new DeliveryRun(processQueue, processQueue.put(messages, { minOffset: 0, maxOffset: 9 }), 5);
  const called: unknown[] = [];
  const figures = { called: (...figure: unknown[]) => void called.push(figure) };
  return { run, called, outcome: callListener({ group: 'G', listener, figures, logger: silentLogger }, run) };
}

describe('callListener', () => {
  it('answers at once when the listener does', () => {
    const { outcome, called } = call(() => undefined, 'a', 'b');
    expect([outcome, called]).toEqual([undefined, [[queue, 5, 2, 0]]]);
    expect(call(() => retry, 'a', 'b').outcome).toEqual([retry, retry]);
  });

  it('waits for whatever has a then', async () => {
    const thenable = { then: (resolve: (result: unknown) => void) => resolve([undefined, retry]) };
    const { outcome, called } = call(() => thenable as never, 'a', 'b');
    expect(called).toEqual([]);
    expect(await outcome).toEqual([undefined, retry]);
    expect(called).toEqual([[queue, 5, 1, 1]]);
  });

  it('takes it for a failure of all when the listener throws, rejects or says too little', async () => {
    const throwing = call(() => {
      throw new Error('no');
    }, 'a');
    expect([throwing.outcome, throwing.called]).toEqual([[retry], [[queue, 5, 0, 1]]]);
    expect(await call(() => Promise.reject(new Error('no')), 'a', 'b').outcome).toEqual([retry, retry]);
    expect(call(() => [undefined], 'a', 'b').outcome).toEqual([retry, retry]);
    expect(await call(() => Promise.resolve([undefined]), 'a', 'b').outcome).toEqual([retry, retry]);
  });

  it('leaves out what cannot be read, and keeps the others in their places', () => {
    const given: ReceivedMessage[] = [];
    const listener: BatchListener = (messages) => {
      given.push(...messages);
      return [undefined, { retry: true, delayLevel: 2 }];
    };
    const { outcome, called } = call(listener, 'a', '!', 'c');
    expect(given.map(({ body }) => body.toString())).toEqual(['a', 'c']);
    expect([outcome, called]).toEqual([[undefined, retry, { retry: true, delayLevel: 2 }], [[queue, 5, 1, 1]]]);
    expect(call(() => undefined, '!', 'b').outcome).toEqual([retry, undefined]);
  });

  it('does not call the listener for nothing', () => {
    const { outcome, called } = call(() => Promise.reject(new Error('called')), '!');
    expect([outcome, called]).toEqual([[retry], []]);
  });
});
