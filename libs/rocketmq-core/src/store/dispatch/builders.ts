import { transactionType } from '../../protocol/index.js';
import type { ConsumeQueue } from '../consume-queue/consume-queue.js';
import type { QueueTable } from '../consume-queue/queue-table.js';

/** A record of the log as the builders see it. As Java: DispatchRequest. */
export interface DispatchRequest {
  readonly topic: string;
  readonly queueId: number;
  readonly queueOffset: number;
  readonly physicalOffset: number;
  /** Bytes of the record. */
  readonly size: number;
  readonly tagsCode: number;
  readonly storeTimestamp: number;
  readonly sysFlag: number;
  /** The property text as stored. */
  readonly properties: string;
}

/** Builds one derived structure from the records of the log, in log order. A record may come twice after a crash or a refused `add`. */
export interface Builder {
  readonly name: string;
  /** @throws OperationFailed; the record is added again later */
  add(request: DispatchRequest): void;
  /**
   * Writes what was added since the last commit. A builder for which no message waits has none, and writes in its own time.
   * @throws OperationFailed; what was added is kept and written by a later commit
   */
  commit?(): void;
}

/** Prepared and rolled-back transaction records are in no queue. As Java: CommitLogDispatcherBuildConsumeQueue. */
export function isQueued(sysFlag: number): boolean {
  const type = transactionType(sysFlag);
  return type === 'none' || type === 'commit';
}

export class ConsumeQueueBuilder implements Builder {
  readonly name = 'consume queues';
  private touched = new Set<ConsumeQueue>();

  constructor(private readonly queues: QueueTable) {}

  add(request: DispatchRequest): void {
    if (!isQueued(request.sysFlag)) return;
    const queue = this.queues.getOrCreate(request.topic, request.queueId);
    queue.add(request);
    this.touched.add(queue);
  }

  commit(): void {
    const { touched } = this;
    for (const queue of touched) queue.commit();
    // Not emptied: the tables that a set outgrows keep each other alive until a full collection.
    this.touched = new Set();
  }
}
