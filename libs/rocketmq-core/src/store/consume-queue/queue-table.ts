import { isCorruption } from '../../base/index.js';
import type { FileSystem, Logger } from '../../runtime/index.js';
import { HandleCache } from '../segments/handle-cache.js';
import { SegmentList } from '../segments/segment-list.js';
import { ConsumeQueue } from './consume-queue.js';
import { ENTRY_SIZE } from './entry-layout.js';

export interface QueueTableOptions {
  readonly files: FileSystem;
  readonly logger: Logger;
  readonly folder: string;
  /** Bytes of a queue file. */
  readonly fileSize: number;
  /** Queue files kept open at most. */
  readonly handlesMax: number;
}

/** Every queue of the store by topic and queue id. Their files are opened when they are touched. */
export class QueueTable {
  readonly folder: string;
  readonly handles: HandleCache;
  private readonly fileSize: number;
  private readonly byTopic = new Map<string, Map<number, ConsumeQueue>>();
  /** Queues with missing files. */
  private broken: ConsumeQueue[] = [];

  constructor(private readonly options: QueueTableOptions) {
    this.folder = options.folder;
    this.handles = new HandleCache(options.files, options.handlesMax);
    this.fileSize = Math.ceil(options.fileSize / ENTRY_SIZE) * ENTRY_SIZE;
  }

  /**
   * Takes in the queues of the folder.
   * @returns whether all of them are whole; those with missing files are to be dropped and built again from the log
   */
  load(afterCrash: boolean): boolean {
    let whole = true;
    for (const topic of this.foldersIn(this.folder)) {
      for (const name of this.foldersIn(`${this.folder}/${topic}`)) {
        if (/^\d{1,10}$/.test(name)) whole = this.loadQueue(topic, Number(name), afterCrash) && whole;
      }
    }
    return whole;
  }

  private foldersIn(folder: string): string[] {
    const { files } = this.options;
    return files.listSync(folder).filter((name) => files.statSync(`${folder}/${name}`)?.isDirectory === true);
  }

  private loadQueue(topic: string, queueId: number, afterCrash: boolean): boolean {
    const queue = this.getOrCreate(topic, queueId);
    try {
      queue.segments.load(afterCrash);
      return true;
    } catch (error) {
      if (!isCorruption(error)) throw error;
      this.options.logger.log('error', 'a consume queue is incomplete and is built again', { topic, queueId, error: error.message });
      this.broken.push(queue);
      return false;
    }
  }

  /** Removes the files of the queues that are not whole. */
  dropBroken(): void {
    for (const queue of this.broken) queue.segments.removeAll();
    this.broken = [];
  }

  find(topic: string, queueId: number): ConsumeQueue | undefined {
    return this.byTopic.get(topic)?.get(queueId);
  }

  getOrCreate(topic: string, queueId: number): ConsumeQueue {
    let queues = this.byTopic.get(topic);
    if (queues === undefined) this.byTopic.set(topic, (queues = new Map<number, ConsumeQueue>()));
    let queue = queues.get(queueId);
    if (queue === undefined) queues.set(queueId, (queue = this.make(topic, queueId)));
    return queue;
  }

  private make(topic: string, queueId: number): ConsumeQueue {
    const folder = `${this.folder}/${topic}/${queueId}`;
    return new ConsumeQueue(
      topic,
      queueId,
      new SegmentList({ files: this.options.files, handles: this.handles, folder, segmentSize: this.fileSize }),
    );
  }

  topics(): Iterable<string> {
    return this.byTopic.keys();
  }

  *queues(): Iterable<ConsumeQueue> {
    for (const queues of this.byTopic.values()) yield* queues.values();
  }

  /** Forgets the queues of a topic and removes their files. Their messages stay in the log until it expires. */
  remove(topic: string): boolean {
    const queues = this.byTopic.get(topic);
    if (queues === undefined) return false;
    this.byTopic.delete(topic);
    for (const queue of queues.values()) queue.drop();
    this.options.files.removeFolderSync(`${this.folder}/${topic}`);
    for (const queue of queues.values()) this.leavePlacesOf(queue);
    return true;
  }

  // Messages that were appended and are not dispatched yet still come, with the offsets that they took: later ones lie behind them.
  private leavePlacesOf({ topic, queueId, maxOffset, nextOffset }: ConsumeQueue): void {
    if (nextOffset > maxOffset) this.getOrCreate(topic, queueId).nextOffset = nextOffset;
  }

  /** Physical offset after the last record that has an entry; -1 without any. */
  physicalEnd(): number {
    let end = -1;
    for (const queue of this.queues()) end = Math.max(end, queue.physicalEnd);
    return end;
  }

  /** A queue that is asked for afterwards is not found, and one that is known has no files: a read must not open files of a closed store. */
  close(): void {
    for (const queue of this.queues()) queue.segments.close();
    this.byTopic.clear();
    this.handles.closeAll();
  }
}
