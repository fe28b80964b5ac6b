import { messageOf } from '../../base/index.js';
import { Loop, SerialQueue, type Clock, type FileSystem, type Logger } from '../../runtime/index.js';
import type { CheckpointFile } from '../checkpoint/checkpoint-file.js';
import type { CommitLog } from '../commit-log/commit-log.js';
import type { StoreConfig } from '../config/store-config.js';
import type { StoreHealth } from '../store-health.js';
import type { ConsumeQueue } from '../consume-queue/consume-queue.js';
import type { MessageIndex } from '../index-file/message-index.js';
import type { QueueTable } from '../consume-queue/queue-table.js';

export interface QueueFlushOptions {
  readonly config: StoreConfig;
  readonly files: FileSystem;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly health: StoreHealth;
  readonly log: CommitLog;
  readonly queues: QueueTable;
  readonly index: MessageIndex | undefined;
  readonly checkpoint: CheckpointFile;
  /** The last record that every queue has. */
  readonly lastDispatched: () => { readonly physicalOffset: number; readonly storeTimestamp: number } | undefined;
}

const PAGE = 4096;
/** A file system commits syncs that come together at once. More than two would take the threads that syncs of the log need. */
const SYNCS_AT_ONCE = 2;
/** The checkpoint follows after this much of the log too: what recovery reads stays short under load. */
const CHECKPOINT_LAG_MAX = 128 * 1024 * 1024;

/** Makes the consume queues durable and then says so in the checkpoint. As Java: ConsumeQueueStore.FlushConsumeQueueService. */
export class QueueFlushLoop {
  private readonly loop: Loop;
  private readonly runs = new SerialQueue();
  private thoroughMs: number;
  private isRefused = false;

  constructor(private readonly options: QueueFlushOptions) {
    const { clock, logger, config } = options;
    this.thoroughMs = clock.monotonic();
    this.loop = new Loop({
      name: 'consume queue flush',
      clock,
      logger,
      periodMs: config.flushIntervalConsumeQueue,
      run: () => this.flushDue(),
    });
  }

  start(): void {
    this.loop.start();
  }

  stop(): Promise<void> {
    return this.loop.stop();
  }

  private async flushDue(): Promise<void> {
    const { config, clock, checkpoint, health, lastDispatched } = this.options;
    if (!health.isRunning) return;
    this.options.index?.drain();
    this.drainQueues();
    const lag = (lastDispatched()?.physicalOffset ?? 0) - checkpoint.values.logicsPhysicalOffset;
    const isThorough = clock.monotonic() - this.thoroughMs >= config.flushConsumeQueueThoroughInterval || lag >= CHECKPOINT_LAG_MAX;
    if (isThorough) await this.flushAll();
    else await this.runs.run(() => this.flushQueues(config.flushConsumeQueueLeastPages * PAGE));
  }

  /**
   * Flushes everything and moves the checkpoint. The order is the invariant of the checkpoint: note what is dispatched, sync the log, the queues
   * and the index, then write the note.
   * @returns whether all entries could be written; the checkpoint stays where it was when not
   * @throws OperationFailed `io`; the store has failed then
   */
  flushAll(): Promise<boolean> {
    return this.runs.run(async () => {
      const last = this.options.lastDispatched();
      this.thoroughMs = this.options.clock.monotonic();
      await this.options.log.flush();
      const isWritten = this.drainQueues();
      await this.flushQueues(0);
      const isIndexed = (await this.options.index?.flush()) === true;
      if (last !== undefined && isWritten) await this.failing(this.stamp(last, isIndexed)());
      return isWritten;
    });
  }

  /** @returns whether the disk has taken all entries. A refusal is logged once: messages are consumed without their files, and recovery makes them again */
  private drainQueues(): boolean {
    try {
      for (const queue of this.options.queues.queues()) queue.drain();
      this.isRefused = false;
    } catch (error) {
      if (!this.isRefused) this.options.logger.log('error', 'consume queues cannot be written for now', { error: messageOf(error) });
      this.isRefused = true;
    }
    return !this.isRefused;
  }

  private stamp(
    { physicalOffset, storeTimestamp }: { physicalOffset: number; storeTimestamp: number },
    isIndexed: boolean,
  ): () => Promise<void> {
    const { checkpoint } = this.options;
    // The index is vouched for by a time that is not older than that of the queues. Several messages share a millisecond and clocks are put back: the
    // time of an earlier flush must not speak for this one.
    const indexMsgTimestamp = isIndexed ? storeTimestamp : Math.min(checkpoint.values.indexMsgTimestamp, storeTimestamp - 1);
    return checkpoint.write({
      indexMsgTimestamp,
      physicMsgTimestamp: storeTimestamp,
      logicsMsgTimestamp: storeTimestamp,
      // 0 would say that nothing is known. No second record starts within the first one.
      logicsPhysicalOffset: Math.max(1, physicalOffset),
    });
  }

  private async flushQueues(sizeLeast: number): Promise<void> {
    // Whoever is free takes the next one.
    const queues = this.options.queues.queues()[Symbol.iterator]();
    const flushNext = async (): Promise<void> => {
      for (let next = queues.next(); next.done !== true; next = queues.next()) {
        const queue = next.value;
        if (queue.isDirty && queue.dirtyBytes >= sizeLeast) await this.failing(this.flushQueue(queue), queue);
      }
    };
    const ends = await Promise.allSettled(Array.from({ length: SYNCS_AT_ONCE }, flushNext));
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
  }

  private async flushQueue(queue: ConsumeQueue): Promise<void> {
    const { segments } = queue;
    const dirty = queue.takeDirty();
    if (segments.needsFolderSync) {
      await segments.syncFolder();
      await this.options.files.syncFolder(`${this.options.queues.folder}/${queue.topic}`);
      await this.options.files.syncFolder(this.options.queues.folder);
    }
    for (const segment of dirty) {
      // One that has expired meanwhile is no more.
      if (segments.segments.includes(segment)) await segments.handleOf(segment).datasync();
    }
  }

  // A failed sync leaves the disk in an unknown state; only a queue that was removed meanwhile may take its files along.
  private async failing(work: Promise<void>, queue?: ConsumeQueue): Promise<void> {
    try {
      await work;
    } catch (error) {
      if (queue?.isDropped === true) return;
      this.options.health.fail(messageOf(error));
      throw error;
    }
  }
}
