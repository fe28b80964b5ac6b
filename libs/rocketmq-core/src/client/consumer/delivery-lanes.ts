import type { HeldMessage, ProcessQueue } from './process-queue.js';

/** Messages of one queue that go to the listener in one call. */
export interface Batch {
  readonly processQueue: ProcessQueue;
  readonly held: readonly HeldMessage[];
}

interface Lane {
  readonly batches: Batch[];
  head: number;
}

const COMPACT_FROM = 256;

/**
 * What waits for a free place, queue by queue. The queues take turns, so that one with a long backlog does not hold up the others; within a
 * queue the order is that of arrival.
 */
export class DeliveryLanes {
  // A Map keeps its order: the first lane is the next one, and a lane that has had its turn moves to the end.
  private readonly lanes = new Map<ProcessQueue, Lane>();

  add(batch: Batch): void {
    const lane = this.lanes.get(batch.processQueue);
    if (lane === undefined) this.lanes.set(batch.processQueue, { batches: [batch], head: 0 });
    else lane.batches.push(batch);
  }

  next(): Batch | undefined {
    for (const [processQueue, lane] of this.lanes) {
      this.lanes.delete(processQueue);
      const batch = takeFirst(lane);
      if (lane.head < lane.batches.length) this.lanes.set(processQueue, lane);
      if (batch !== undefined) return batch;
    }
    return undefined;
  }

  /** Forgets what waits of one queue. */
  drop(processQueue: ProcessQueue): void {
    this.lanes.delete(processQueue);
  }

  clear(): void {
    this.lanes.clear();
  }
}

function takeFirst(lane: Lane): Batch | undefined {
  const batch = lane.batches[lane.head];
  lane.head += 1;
  if (lane.head >= COMPACT_FROM) {
    lane.batches.splice(0, lane.head);
    lane.head = 0;
  }
  return batch;
}
