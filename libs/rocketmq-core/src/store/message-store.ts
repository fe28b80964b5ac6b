import { totalmem } from 'node:os';
import { isCorruption } from '../base/index.js';
import { parseDelayLevels } from '../protocol/index.js';
import type { Clock, FileHandle, FileSystem, Logger, Loop } from '../runtime/index.js';
import { areQueuesInDoubt, CheckpointFile } from './checkpoint/checkpoint-file.js';
import { AppendQueue } from './commit-log/append-queue.js';
import { CommitLog } from './commit-log/commit-log.js';
import { logFlushLoop } from './flushing/log-flush-loop.js';
import { Recovery } from './commit-log/recovery.js';
import type { StoreConfig } from './config/store-config.js';
import { makeDurableFolders } from './durable-folders.js';
import { QueueFlushLoop } from './flushing/queue-flush-loop.js';
import type { ConsumeQueue, QueueEntry } from './consume-queue/consume-queue.js';
import { QueueTable } from './consume-queue/queue-table.js';
import { ConsumeQueueBuilder, type Builder } from './dispatch/builders.js';
import { ReputLoop } from './dispatch/reput-loop.js';
import { MessageIndex } from './index-file/message-index.js';
import type { BatchDraft, MessageDraft } from './message-draft.js';
import type { AppendOutcome, GetOutcome } from './outcomes.js';
import { storePaths, type StorePaths } from './paths.js';
import type { ArrivalListener, ReplicationGate } from './ports.js';
import { queryByKey, type KeyQuery, type KeyQueryResult } from './reading/key-query.js';
import { MessageReader, type GetRequest } from './reading/message-reader.js';
import { queueOffsetByTime, storeTimeAt, type Boundary } from './reading/time-search.js';
import { DiskWatchLoop, type DiskUse } from './retention/disk-watch-loop.js';
import { RetentionLoop } from './retention/retention-loop.js';
import { StoreHealth, type StoreStatus } from './store-health.js';
import { takeStoreLock } from './store-lock.js';
import { StoreStats } from './store-stats.js';

export interface MessageStoreOptions {
  readonly config: StoreConfig;
  readonly files: FileSystem;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly arrivals?: ArrivalListener;
  readonly gate?: ReplicationGate;
  /** Called when appends go on after `writeBlockedSinceMs` had a value. */
  readonly onWriteUnblocked?: () => void;
  /** Bytes of memory that count as the machine's; default what the system says. */
  readonly memoryTotal?: number;
}

export interface StoreFigures {
  readonly minPhysicalOffset: number;
  readonly maxPhysicalOffset: number;
  readonly flushedPhysicalOffset: number;
  /** Bytes of the log that no consumer can see yet. */
  readonly dispatchBehindBytes: number;
  /** Messages appended since the store was opened, their bytes, and appends that failed. */
  readonly putTimes: number;
  readonly putSize: number;
  readonly putFailedTimes: number;
  readonly putTimeMaxMs: number;
  /** Appends by latency, names as Java prints them. */
  readonly putDistribution: readonly (readonly [name: string, count: number])[];
  readonly getFoundTimes: number;
  readonly getMissTimes: number;
  readonly getMessageCount: number;
  readonly diskRatio: DiskUse;
  /** Store time of the oldest message, ms; -1 without any. */
  readonly earliestStoreTimestamp: number;
}

/** Handles for consume queue files kept open at most. */
const QUEUE_HANDLES_MAX = 1024;

/** The messages of one broker on disk, in the files of Apache RocketMQ. Wiring only. */
export class MessageStore {
  private readonly paths: StorePaths;
  private readonly health: StoreHealth;
  private readonly stats = new StoreStats();
  private readonly delays: readonly number[];
  private readonly queues: QueueTable;
  private readonly index: MessageIndex | undefined;
  private readonly builders: readonly Builder[];
  private readonly log: CommitLog;
  private readonly reput: ReputLoop;
  private readonly appends: AppendQueue;
  private readonly reader: MessageReader;
  private readonly checkpoint: CheckpointFile;
  private readonly queueFlush: QueueFlushLoop;
  private readonly logFlush: Loop;
  private readonly disk: DiskWatchLoop;
  private readonly retention: RetentionLoop;
  private lock: FileHandle | undefined;
  private closing: Promise<void> | undefined;

  /** @throws OperationFailed `refused` for settings that no store can be opened with */
  constructor(private readonly options: MessageStoreOptions) {
    const { config, files, clock, logger } = options;
    this.paths = storePaths(config);
    this.delays = parseDelayLevels(config.messageDelayLevel);
    this.health = new StoreHealth(logger);
    const { health, stats, delays } = this;
    const zerosAhead = config.flushDiskType === 'SYNC_FLUSH';
    this.log = new CommitLog({
      ...{ files, logger, health, folder: this.paths.commitLog, segmentSize: config.mappedFileSizeCommitLog, zerosAhead },
    });
    const folder = this.paths.consumeQueue;
    this.queues = new QueueTable({ files, logger, folder, fileSize: config.mappedFileSizeConsumeQueue, handlesMax: QUEUE_HANDLES_MAX });
    const { log, queues } = this;
    this.index = config.messageIndexEnable ? this.makeIndex() : undefined;
    const { index } = this;
    this.builders = [new ConsumeQueueBuilder(queues), ...(index === undefined ? [] : [index])];
    this.reput = new ReputLoop({ builders: this.builders, arrivals: options.arrivals, clock, logger });
    this.appends = new AppendQueue({
      ...{ config, clock, health, log, queues, reput: this.reput, stats, delays },
      onUnblocked: options.onWriteUnblocked ?? (() => undefined),
    });
    this.reader = new MessageReader({ config, log, queues, stats, clock, logger, memoryTotal: options.memoryTotal ?? totalmem() });
    this.checkpoint = new CheckpointFile(files, this.paths.checkpoint);
    const { checkpoint } = this;
    const lastDispatched = () => this.reput.last;
    this.queueFlush = new QueueFlushLoop({ config, files, clock, logger, health, log, queues, index, checkpoint, lastDispatched });
    this.logFlush = logFlushLoop({ config, clock, logger, health, log });
    const { paths } = this;
    const disk = new DiskWatchLoop({ config, files, clock, logger, health, log, folders: paths });
    this.disk = disk;
    this.retention = new RetentionLoop({ config, files, clock, logger, log, queues, index, disk, checkpoint: () => checkpoint.values });
  }

  private makeIndex(): MessageIndex {
    const { config, files, clock, logger } = this.options;
    const sizes = { slotCount: config.maxHashSlotNum, entryCount: config.maxIndexNum };
    return new MessageIndex({ files, clock, logger, folder: this.paths.index, ...sizes });
  }

  /**
   * Takes the lock, recovers and starts.
   * @throws OperationFailed `refused` when another process has the store open, `io` when the disk refuses
   * @throws Corruption that names file and offset, when cutting the damage off would lose messages
   */
  async open(): Promise<void> {
    const { files } = this.options;
    makeDurableFolders(files, this.folders());
    this.lock = await takeStoreLock(files, this.paths.lock);
    const cleanStop = !files.existsSync(this.paths.abort);
    try {
      await this.recover(cleanStop);
    } catch (error) {
      await this.abandon(cleanStop && isCorruption(error));
      throw error;
    }
  }

  private folders(): readonly string[] {
    const { root, commitLog, consumeQueue, index } = this.paths;
    return [root, commitLog, consumeQueue, ...(this.index === undefined ? [] : [index])];
  }

  private async recover(cleanStop: boolean): Promise<void> {
    const { files, config, logger } = this.options;
    this.writeAbort();
    this.checkpoint.load();
    files.syncFolderSync(this.paths.root);
    const { log, queues, builders, index, delays } = this;
    const checkCrc = config.checkCRCOnRecover;
    const options = { log, queues, builders, index, checkpoint: this.checkpoint, logger, delays, checkCrc, cleanStop };
    const { end, last } = await new Recovery(options).run();
    log.startAt(end);
    this.appends.startAt(end);
    this.reput.startAt(end, last);
    this.health.started();
    // Before anything is appended: a checkpoint ahead of what was recovered would have the next recovery refuse.
    if (this.checkpoint.values.logicsPhysicalOffset >= end) await this.checkpoint.store({ logicsPhysicalOffset: 0 });
    if (!cleanStop || areQueuesInDoubt(this.checkpoint.values)) await this.queueFlush.flushAll();
    this.queueFlush.start();
    if (config.flushDiskType === 'ASYNC_FLUSH') this.logFlush.start();
    this.disk.start();
    this.retention.start();
  }

  // What a clean stop has left and this start refuses unchanged, the next one must refuse too: as after a crash it would be cut off.
  private async abandon(isRefused: boolean): Promise<void> {
    this.health.closed();
    await this.reput.stop();
    await this.log.close();
    const isUnchanged = [...this.queues.queues()].every((queue) => !queue.isDirty);
    try {
      if (isRefused && isUnchanged) this.options.files.removeSync(this.paths.abort);
    } finally {
      this.releaseFiles();
    }
  }

  /** Its presence tells the next start that this one did not end well. As Java: DefaultMessageStore.createTempFile. */
  private writeAbort(): void {
    const handle = this.options.files.openSync(this.paths.abort, 'create');
    try {
      handle.truncateSync(0);
      handle.writeSync(Buffer.from(String(process.pid)), 0);
    } finally {
      handle.closeSync();
    }
  }

  /** Answers what was accepted, makes it durable, and lets go of the files. Idempotent. */
  close(): Promise<void> {
    return (this.closing ??= this.shutDown());
  }

  private async shutDown(): Promise<void> {
    if (this.lock === undefined) return;
    await this.appends.drain();
    const wasRunning = this.health.isRunning;
    this.health.closed();
    await this.disk.stop();
    await this.retention.stop();
    await this.logFlush.stop();
    await this.queueFlush.stop();
    await this.reput.stop();
    try {
      if (wasRunning) await this.sayGoodbye();
    } finally {
      await this.log.close();
      this.releaseFiles();
    }
  }

  private async sayGoodbye(): Promise<void> {
    await this.log.filler.stop();
    const isComplete = await this.queueFlush.flushAll();
    await this.log.flushUnused();
    if (!isComplete || this.reput.dispatchedOffset !== this.log.written) return;
    this.options.files.removeSync(this.paths.abort);
    this.options.files.syncFolderSync(this.paths.root);
  }

  private releaseFiles(): void {
    this.log.segments.close();
    this.queues.close();
    this.index?.close();
    this.checkpoint.close();
    this.lock?.closeSync();
    this.lock = undefined;
  }

  /** Resolves when the message is as safe as the settings and the draft demand; never rejects. */
  append(draft: MessageDraft): Promise<AppendOutcome> {
    return new Promise((resolve) => this.appendThen(draft, resolve));
  }

  /**
   * As `append`, without a promise.
   * @param done called once, before this returns when the message is refused. Must not throw
   */
  appendThen(draft: MessageDraft, done: (outcome: AppendOutcome) => void): void {
    this.appends.append(draft, this.gated(done, draft.waitForStore));
  }

  /** All messages of the batch or none. */
  appendBatch(draft: BatchDraft): Promise<AppendOutcome> {
    return new Promise((resolve) => this.appends.appendBatch(draft, this.gated(resolve, draft.waitForStore)));
  }

  /** Asks the replicas before what is stored is called stored. */
  private gated(done: (outcome: AppendOutcome) => void, waitForStore: boolean): (outcome: AppendOutcome) => void {
    const { gate } = this.options;
    if (gate === undefined || !waitForStore) return done;
    return (outcome) => {
      if (outcome.kind !== 'ok') return done(outcome);
      void gate.replicated(this.log.written).then((kind) => done({ ...outcome, kind }));
    };
  }

  /** Resolves when all that has been appended so far is on the disk. @throws OperationFailed `io` */
  flush(): Promise<void> {
    return this.log.flush();
  }

  /** Monotonic time since which appends wait for the disk to take them; undefined when they do not. */
  get writeBlockedSinceMs(): number | undefined {
    return this.appends.blockedSinceMs;
  }

  /** Reads messages of a queue; at once when they are recent, else in the background. */
  get(request: GetRequest): GetOutcome | Promise<GetOutcome> {
    return this.reader.get(request);
  }

  /** Where the log begins. */
  get minPhysicalOffset(): number {
    return this.log.minOffset;
  }

  minQueueOffset(topic: string, queueId: number): number {
    return this.queueOf(topic, queueId)?.minOffset ?? 0;
  }

  // Messages expire by whole files of the log, at once for all queues; each queue learns it when somebody asks for it.
  private queueOf(topic: string, queueId: number): ConsumeQueue | undefined {
    const queue = this.queues.find(topic, queueId);
    queue?.correctMin(this.log.minOffset);
    return queue;
  }

  maxQueueOffset(topic: string, queueId: number): number {
    return this.queues.find(topic, queueId)?.maxOffset ?? 0;
  }

  /** LOWER: the first offset stored at or after the time, else the maximum. UPPER: the last one at or before it, else the minimum. */
  queueOffsetByTime(topic: string, queueId: number, timestampMs: number, boundary: Boundary): number {
    const queue = this.queueOf(topic, queueId);
    return queue === undefined ? 0 : queueOffsetByTime(this.log, queue, timestampMs, boundary);
  }

  /** When the message was stored, ms since the epoch; -1 when there is none. */
  storeTimeAt(topic: string, queueId: number, queueOffset: number): number {
    return storeTimeAt(this.log, this.queues.find(topic, queueId), queueOffset);
  }

  /** When the oldest message of the queue was stored, ms since the epoch; -1 when there is none. */
  earliestStoreTime(topic: string, queueId: number): number {
    const queue = this.queueOf(topic, queueId);
    return queue === undefined ? -1 : storeTimeAt(this.log, queue, queue.minOffset);
  }

  /** Entries of a queue as they are on disk. */
  entriesOf(topic: string, queueId: number, range: { readonly from: number; readonly countMax: number }): readonly QueueEntry[] {
    return this.queues.find(topic, queueId)?.entries(range.from, range.countMax) ?? [];
  }

  /** The record at a physical offset; undefined when none starts there. */
  recordAt(physicalOffset: number): Buffer | undefined {
    return this.log.recordAt(physicalOffset)?.bytes;
  }

  /** The same, in the background when it is old. @throws OperationFailed `io` */
  async findRecord(physicalOffset: number): Promise<Buffer | undefined> {
    return (await this.reader.recordAt(physicalOffset))?.bytes;
  }

  /** The newest messages with a key, stored within a span of time; none when `messageIndexEnable` is off. */
  async queryByKey(query: KeyQuery): Promise<KeyQueryResult> {
    const { index, reader: records } = this;
    if (index === undefined) return { records: [], indexLastUpdateTimestamp: 0, indexLastUpdatePhysicalOffset: 0 };
    return queryByKey({ index, records }, query);
  }

  /** Topics that have queues. */
  topics(): Iterable<string> {
    return this.queues.topics();
  }

  /** Removes the queues of the topic; its messages stay in the log until it expires. */
  removeTopic(topic: string): boolean {
    return this.queues.remove(topic);
  }

  /** Deletes expired files of the log although it is not the hour for it. As Java: executeDeleteFilesManually. */
  expireNow(): void {
    this.retention.expireNow();
  }

  /** Removes files of queues and index that lead to nothing in the log any more. */
  cleanExpiredQueues(): void {
    this.retention.followNow();
  }

  get status(): StoreStatus {
    return this.health.status;
  }

  /** Called once when the store refuses appends for good; at once when it has already failed. */
  onFailure(listener: (reason: string) => void): void {
    this.health.onFailure(listener);
  }

  figures(): StoreFigures {
    const { log, reput, stats } = this;
    return {
      minPhysicalOffset: log.minOffset,
      maxPhysicalOffset: log.written,
      flushedPhysicalOffset: log.flushed,
      dispatchBehindBytes: log.written - reput.dispatchedOffset,
      putTimes: stats.putTimes,
      putSize: stats.putSize,
      putFailedTimes: stats.putFailedTimes,
      putTimeMaxMs: stats.putTimeMaxMs,
      putDistribution: stats.putDistribution(),
      getFoundTimes: stats.getFoundTimes,
      getMissTimes: stats.getMissTimes,
      getMessageCount: stats.getMessageCount,
      diskRatio: this.disk.used,
      earliestStoreTimestamp: log.storeTimeAt(log.minOffset),
    };
  }
}
