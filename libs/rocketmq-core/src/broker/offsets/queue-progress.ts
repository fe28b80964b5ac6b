import type { OffsetWrapper } from '../../protocol/index.js';
import type { MessageStore } from '../../store/index.js';
import type { OffsetTable, QueuePosition } from './offset-table.js';

export interface ProgressSources {
  readonly offsets: Pick<OffsetTable, 'query'>;
  readonly store: Pick<MessageStore, 'maxQueueOffset' | 'storeTimeAt'>;
}

/** How far a group is in one queue; `pullOffset` is left to those who know it. */
export function queueProgress({ offsets, store }: ProgressSources, position: QueuePosition): OffsetWrapper {
  const { topic, queueId } = position;
  const consumerOffset = Math.max(0, offsets.query(position));
  const lastTimestamp = consumerOffset > 0 ? store.storeTimeAt(topic, queueId, consumerOffset - 1) : 0;
  return {
    brokerOffset: Math.max(0, store.maxQueueOffset(topic, queueId)),
    consumerOffset,
    pullOffset: 0,
    lastTimestamp: Math.max(0, lastTimestamp),
  };
}
