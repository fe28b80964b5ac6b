import { RequestRejected } from '../../base/index.js';
import { ResponseCode } from '../../protocol/index.js';
import type { MessageStore } from '../../store/index.js';

export interface ResetWish {
  readonly topic: string;
  /** Milliseconds since the epoch; negative: the end of the queue as it is now. */
  readonly timestamp: number;
  /** Counts instead of the time, for one queue only. */
  readonly offset?: number | undefined;
}

type ResetStore = Pick<MessageStore, 'minQueueOffset' | 'maxQueueOffset' | 'queueOffsetByTime'>;

/** Where a group goes on in a queue that is reset by time. */
export function offsetAtTime(store: ResetStore, { topic, timestamp }: ResetWish, queueId: number): number {
  const queueOffset = timestamp < 0 ? store.maxQueueOffset(topic, queueId) : store.queueOffsetByTime(topic, queueId, timestamp, 'LOWER');
  return Math.max(0, queueOffset);
}

/** @throws RequestRejected when the queue does not reach to the offset that was asked for */
export function offsetInOneQueue(store: ResetStore, wish: ResetWish, queueId: number): number {
  const { topic, offset } = wish;
  if (offset === undefined || offset === -1) return offsetAtTime(store, wish, queueId);
  const min = store.minQueueOffset(topic, queueId);
  const max = store.maxQueueOffset(topic, queueId);
  if (offset >= min && offset <= max + 1) return offset;
  throw new RequestRejected(ResponseCode.SYSTEM_ERROR, `Target offset ${offset} not in consume queue range [${min}-${max}]`);
}
