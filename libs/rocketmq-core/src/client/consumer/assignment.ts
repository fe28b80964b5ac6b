import { messageOf } from '../../base/index.js';
import type { MessageQueue } from '../../protocol/index.js';
import { type Logger, SerialQueue } from '../../runtime/index.js';
import { queueKey, queueText } from '../message-queues.js';
import { QueueMap } from '../queue-map.js';
import type { GroupOffsets } from '../offsets/group-offsets.js';
import type { Custody } from './custody.js';
import type { Delivery } from './delivery.js';
import { ProcessQueue } from './process-queue.js';
import type { PullLoop } from './pull-loop.js';

interface Entry {
  readonly processQueue: ProcessQueue;
  readonly pulling: PullLoop;
}

export interface AssignmentParts {
  readonly group: string;
  readonly offsets: Pick<GroupOffsets, 'commit' | 'remove' | 'set' | 'advance' | 'read'>;
  readonly delivery: Pick<Delivery, 'drop'>;
  /** For queues that one consumer at a time may have. */
  readonly custody?: Pick<Custody, 'acquire' | 'holds' | 'quiet' | 'release' | 'releaseAll'> | undefined;
  readonly startPosition: (queue: MessageQueue) => Promise<number>;
  readonly pulling: (processQueue: ProcessQueue, startOffset: number, moved: (nextOffset: number) => void) => PullLoop;
  /** A queue was given up because its offset moved: it should be taken again at once. */
  readonly givenUp: () => void;
  readonly logger: Logger;
}

export interface QueueFigures {
  readonly queue: MessageQueue;
  /** Messages pulled and not consumed. */
  readonly heldCount: number;
  readonly heldBytes: number;
  /** Offset of the first and of the last of them. */
  readonly heldFrom: number | undefined;
  readonly heldTo: number | undefined;
  readonly commitOffset: number | undefined;
}

/**
 * The queues of this consumer: takes and gives up.
 *
 * Invariant: changes are made one after the other. A queue that is given up is dropped first, so that nothing moves its offset any more, then
 * its pull ends, then its offset is committed. With a custody its last call ends first, and counts; it is released after the commit.
 */
export class Assignment {
  private readonly entries = new QueueMap<Entry>();
  /** Queues that are being handed over, which may take as long as a listener. */
  private readonly leaving = new QueueMap<{ readonly processQueue: ProcessQueue; readonly done: Promise<void> }>();
  private readonly changes = new SerialQueue();
  private closed = false;

  constructor(private readonly parts: AssignmentParts) {}

  get size(): number {
    return this.entries.size;
  }

  figures(): QueueFigures[] {
    return this.entries.values().map(({ processQueue }) => ({
      queue: processQueue.queue,
      heldCount: processQueue.count,
      heldBytes: processQueue.bytes,
      heldFrom: processQueue.firstHeld,
      heldTo: processQueue.lastHeld,
      commitOffset: this.parts.offsets.read(processQueue.queue),
    }));
  }

  /** Makes the queues of a topic those that are wanted. @returns what became of it */
  apply(topic: string, wanted: readonly MessageQueue[]): Promise<{ readonly changed: boolean; readonly complete: boolean }> {
    return this.changes.run(async () => {
      if (this.closed) return { changed: false, complete: true };
      const keys = new Set(wanted.map(queueKey));
      const surplus = this.entries.values().filter(({ processQueue: { queue } }) => queue.topic === topic && !keys.has(queueKey(queue)));
      await Promise.all(surplus.map((entry) => this.giveUp(entry)));
      const missing = wanted.filter((queue) => !this.entries.has(queue));
      const taken = await Promise.all(missing.map((queue) => this.take(queue)));
      return { changed: surplus.length > 0 || taken.some(Boolean), complete: taken.every(Boolean) };
    });
  }

  /** Gives everything up, for good. The offsets stay in memory for the closing commit. */
  close(): Promise<void> {
    this.closed = true;
    return this.changes.run(async () => {
      const all = this.entries.values();
      this.entries.clear();
      for (const { processQueue } of all) processQueue.drop();
      await Promise.all(all.map(({ pulling }) => pulling.stop()));
      await Promise.all(this.leaving.values().map(({ done }) => done));
      await this.parts.custody?.releaseAll(all.map(({ processQueue }) => processQueue.queue));
    });
  }

  /** Another consumer may have the queue: what was done with it and is not committed counts for nothing. It is taken anew when it is still wanted. */
  lost(queue: MessageQueue): void {
    const processQueue = this.entries.get(queue)?.processQueue ?? this.leaving.get(queue)?.processQueue;
    if (processQueue === undefined) return;
    const { offsets, delivery, givenUp } = this.parts;
    processQueue.drop();
    delivery.drop(processQueue);
    offsets.remove(queue);
    void this.changes.run(async () => {
      const entry = this.entries.get(queue);
      if (entry?.processQueue !== processQueue) return;
      this.entries.delete(queue);
      await entry.pulling.stop();
      givenUp();
    });
  }

  /** Ends the pulls; what is held stays and may be consumed. */
  async stopPulling(): Promise<void> {
    this.closed = true;
    await this.changes.drained();
    await Promise.all(this.entries.values().map(({ pulling }) => pulling.stop()));
  }

  /** Messages of the queue were consumed. */
  progress(processQueue: ProcessQueue): void {
    const { commitOffset, queue } = processQueue;
    if (commitOffset !== undefined) this.parts.offsets.advance(queue, commitOffset);
    this.entries.get(queue)?.pulling.progress();
  }

  /** The group was set to another offset: what is held is forgotten, and the queue is taken anew from there. */
  reset(queue: MessageQueue, nextOffset: number): void {
    const entry = this.entries.get(queue);
    if (entry !== undefined) this.moved(entry.processQueue, nextOffset);
  }

  resumed(): void {
    for (const { pulling } of this.entries.values()) pulling.resumed();
  }

  private async take(queue: MessageQueue): Promise<boolean> {
    const { parts } = this;
    const { custody } = parts;
    if (this.leaving.has(queue) || (await custody?.acquire(queue)) === false) return false;
    parts.offsets.remove(queue);
    const startOffset = await this.startOf(queue);
    if (this.closed || startOffset === undefined || custody?.holds(queue) === false) {
      await custody?.release(queue);
      return false;
    }
    const processQueue = new ProcessQueue(queue);
    const pulling = parts.pulling(processQueue, startOffset, (nextOffset) => this.moved(processQueue, nextOffset));
    this.entries.set(queue, { processQueue, pulling });
    parts.logger.log('info', 'queue taken', { group: parts.group, queue: queueText(queue), startOffset });
    pulling.start();
    return true;
  }

  private async startOf(queue: MessageQueue): Promise<number | undefined> {
    const { group, startPosition, logger } = this.parts;
    try {
      return await startPosition(queue);
    } catch (error) {
      logger.log('warn', 'a queue is not started', { group, queue: queueText(queue), error: messageOf(error) });
      return undefined;
    }
  }

  private async giveUp(entry: Entry): Promise<void> {
    const { processQueue, pulling } = entry;
    const { custody, delivery } = this.parts;
    const { queue } = processQueue;
    this.entries.delete(queue);
    if (custody !== undefined) {
      const done = this.handOver(entry, custody).finally(() => this.leaving.delete(queue));
      this.leaving.set(queue, { processQueue, done });
      return;
    }
    processQueue.drop();
    delivery.drop(processQueue);
    await pulling.stop();
    await this.commitLast(queue);
  }

  private async handOver({ processQueue, pulling }: Entry, custody: Pick<Custody, 'quiet' | 'release'>): Promise<void> {
    const { queue } = processQueue;
    await pulling.stop();
    await custody.quiet(processQueue);
    processQueue.drop();
    this.parts.delivery.drop(processQueue);
    await this.commitLast(queue);
    await custody.release(queue);
  }

  private async commitLast(queue: MessageQueue): Promise<void> {
    const { offsets, logger, group } = this.parts;
    await offsets.commit(queue);
    offsets.remove(queue);
    logger.log('info', 'queue given up', { group, queue: queueText(queue) });
  }

  /** The broker named another offset to go on from: it is committed, and the queue is taken anew from there. */
  private moved(processQueue: ProcessQueue, nextOffset: number): void {
    // Dropped here and not in the line of changes: from now on no listener's end may move the offset.
    processQueue.drop();
    void this.changes.run(async () => {
      const entry = this.entries.get(processQueue.queue);
      if (entry?.processQueue !== processQueue) return;
      this.parts.offsets.set(processQueue.queue, nextOffset);
      await this.giveUp(entry);
      this.parts.givenUp();
    });
  }
}
