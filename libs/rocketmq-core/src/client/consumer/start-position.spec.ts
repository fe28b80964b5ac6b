import { OperationFailed } from '../../base/index.js';
import type { ConsumeFromWhere } from '../config/consumer-options.js';
import { startPosition, type StartPositionParts } from './start-position.js';

type Keep = StartPositionParts['keep'];

const position = (topic: string, consumeFromWhere: ConsumeFromWhere, stored: number | undefined | Error, keep?: Keep) =>
  startPosition(
    { topic, brokerName: 'b', queueId: 0 },
    {
      consumeFromWhere,
      consumeTimestamp: 1000,
      offsets: { fetch: () => (stored instanceof Error ? Promise.reject(stored) : Promise.resolve(stored)) },
      calls: { maxOffset: () => Promise.resolve(50), searchOffset: (_, __, timestamp) => Promise.resolve(timestamp === 1000 ? 20 : -1) },
      table: { readAddress: (brokerName, brokerId) => ({ brokerName, brokerId, address: 'h:1' }) },
      timeoutMs: 1000,
      ...(keep && { keep }),
    },
  );

describe('startPosition', () => {
  it.each<[ConsumeFromWhere, string, number]>([
    ['CONSUME_FROM_LAST_OFFSET', 'T', 50],
    ['CONSUME_FROM_LAST_OFFSET', '%RETRY%G', 0],
    ['CONSUME_FROM_FIRST_OFFSET', 'T', 0],
    ['CONSUME_FROM_FIRST_OFFSET', '%RETRY%G', 0],
    ['CONSUME_FROM_TIMESTAMP', 'T', 20],
    ['CONSUME_FROM_TIMESTAMP', '%RETRY%G', 0],
  ])('%s begins in %s at %d when the broker knows no offset', async (where, topic, expected) => {
    expect(await position(topic, where, undefined)).toBe(expected);
  });

  it.each<ConsumeFromWhere>(['CONSUME_FROM_LAST_OFFSET', 'CONSUME_FROM_FIRST_OFFSET', 'CONSUME_FROM_TIMESTAMP'])(
    '%s goes on where the group stands, also at 0',
    async (where) => {
      expect(await position('T', where, 7)).toBe(7);
      expect(await position('T', where, 0)).toBe(0);
    },
  );

  it('has a position kept that the broker does not know, before anything is consumed from there', async () => {
    const kept: unknown[] = [];
    const keep: Keep = (queue, offset) => Promise.resolve(void kept.push(`${queue.topic} ${offset}`));
    await position('T', 'CONSUME_FROM_LAST_OFFSET', undefined, keep);
    await position('T', 'CONSUME_FROM_TIMESTAMP', undefined, keep);
    expect(kept).toEqual(['T 50', 'T 20']);
    await position('T', 'CONSUME_FROM_LAST_OFFSET', 7, keep);
    await position('T', 'CONSUME_FROM_FIRST_OFFSET', undefined, keep);
    await position('%RETRY%G', 'CONSUME_FROM_LAST_OFFSET', undefined, keep);
    expect(kept).toHaveLength(2);
  });

  it('does not guess when the broker does not answer', async () => {
    await expect(position('T', 'CONSUME_FROM_FIRST_OFFSET', new OperationFailed('timeout', 'late'))).rejects.toMatchObject({
      reason: 'timeout',
    });
  });
});
