import { assert, OperationFailed, unreachable } from '../../base/index.js';
import { isRetryTopic, type MessageQueue } from '../../protocol/index.js';
import type { ConsumeFromWhere } from '../config/consumer-options.js';
import type { BrokerCalls } from '../instance/calls.js';
import type { RouteTable } from '../instance/route-table.js';
import type { RemoteOffsets } from '../offsets/remote-offsets.js';

export interface StartPositionParts {
  readonly consumeFromWhere: ConsumeFromWhere;
  /** Milliseconds since the epoch. */
  readonly consumeTimestamp: number;
  readonly offsets: Pick<RemoteOffsets, 'fetch'>;
  readonly calls: Pick<BrokerCalls, 'maxOffset' | 'searchOffset'>;
  readonly table: Pick<RouteTable, 'readAddress'>;
  readonly timeoutMs: number;
  /**
   * Told of a position that the broker does not know. A consumer that dies before its first commit would otherwise start further on the next time, past
   * the messages that it had and did not consume.
   */
  readonly keep?: (queue: MessageQueue, offset: number) => Promise<void>;
}

const MASTER_ID = 0;

/**
 * Where to begin in a queue: where the group stands, or, when the broker does not know the group, where `consumeFromWhere` says.
 * As Java: RebalancePushImpl.computePullFromWhereWithException.
 * @throws OperationFailed when the broker does not answer: guessing would skip or repeat messages, so the queue is not started
 */
export async function startPosition(queue: MessageQueue, parts: StartPositionParts): Promise<number> {
  const stored = await parts.offsets.fetch(queue);
  if (stored !== undefined) return stored;
  const position = await firstPosition(queue, parts);
  assert(position >= 0, 'a position is not negative');
  // From 0 on everything is delivered anyway.
  if (position > 0) await parts.keep?.(queue, position);
  return position;
}

async function firstPosition(
  queue: MessageQueue,
  { consumeFromWhere, consumeTimestamp, calls, table, timeoutMs }: StartPositionParts,
): Promise<number> {
  // Whatever is there was sent back by this group. Java starts at the end for CONSUME_FROM_TIMESTAMP, past what was sent back before the first commit.
  const retry = isRetryTopic(queue.topic);
  const address = table.readAddress(queue.brokerName, MASTER_ID)?.address;
  if (address === undefined) throw new OperationFailed('unavailable', `broker ${queue.brokerName} is not known`, { retriable: true });
  switch (consumeFromWhere) {
    case 'CONSUME_FROM_LAST_OFFSET':
      return retry ? 0 : calls.maxOffset(address, queue, { timeoutMs });
    case 'CONSUME_FROM_FIRST_OFFSET':
      // Where the broker has deleted the first messages, it answers the first pull with the offset to go to.
      return 0;
    case 'CONSUME_FROM_TIMESTAMP':
      return retry ? 0 : calls.searchOffset(address, queue, consumeTimestamp, { timeoutMs });
    default:
      return unreachable(consumeFromWhere);
  }
}
