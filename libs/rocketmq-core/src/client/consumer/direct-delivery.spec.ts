import { FakeClock } from '../../../testing/index.js';
import { storedMessage } from '../../../testing/stored-message.js';
import { silentLogger } from '../../runtime/index.js';
import type { BatchListener } from '../message-types.js';
import { deliverDirectly } from './direct-delivery.js';

const deliver = (listener: BatchListener, ordered = false) => {
  const clock = new FakeClock();
  const parts = { group: 'G', listener, ordered, consumeTimeoutMs: 1000, clock, logger: silentLogger };
  return deliverDirectly(storedMessage({ topic: 'T', queueId: 2, queueOffset: 7 }), 'b', parts);
};

describe('deliverDirectly', () => {
  it('calls the listener once and tells its verdict', async () => {
    const seen: unknown[] = [];
    const result = await deliver((messages, { queue, attempt }) => void seen.push([messages.length, queue, attempt]));
    expect(result).toMatchObject({ consumeResult: 'CR_SUCCESS', order: false, autoCommit: true });
    expect(seen).toEqual([[1, { topic: 'T', brokerName: 'b', queueId: 2 }, 1]]);
    expect(await deliver(() => [{ retry: true }], true)).toMatchObject({ consumeResult: 'CR_LATER', order: true });
  });

  it('tells of an error', async () => {
    expect(await deliver(() => Promise.reject(new Error('broken')))).toMatchObject({
      consumeResult: 'CR_THROW_EXCEPTION',
      remark: 'broken',
    });
  });
});
