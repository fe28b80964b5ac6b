import type { CommitLog } from '../commit-log/commit-log.js';
import type { ConsumeQueue } from '../consume-queue/consume-queue.js';

export type Boundary = 'LOWER' | 'UPPER';

/** When the message at `queueOffset` was stored, ms since the epoch; -1 when the queue has none there. */
export function storeTimeAt(log: CommitLog, queue: ConsumeQueue | undefined, queueOffset: number): number {
  const entry = queue?.at(queueOffset);
  return entry === undefined ? -1 : log.storeTimeAt(entry.physicalOffset);
}

/**
 * LOWER: the first offset that was stored at or after `timestampMs`, the maximum when none was. UPPER: the last one that was stored at or before
 * it, the minimum when none was. As Java: ConsumeQueue.getOffsetInQueueByTime.
 */
export function queueOffsetByTime(log: CommitLog, queue: ConsumeQueue, timestampMs: number, boundary: Boundary): number {
  const { minOffset, maxOffset } = queue;
  let low = minOffset;
  let high = maxOffset;
  while (low < high) {
    const middle = low + Math.floor((high - low) / 2);
    const time = storeTimeAt(log, queue, middle);
    if (boundary === 'LOWER' ? time >= timestampMs : time > timestampMs) high = middle;
    else low = middle + 1;
  }
  return boundary === 'LOWER' ? low : Math.max(minOffset, low - 1);
}
