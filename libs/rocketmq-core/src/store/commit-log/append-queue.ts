import { messageOf } from '../../base/index.js';
import { recordProblem, BLANK_SIZE_MIN, type RecordContent } from '../../protocol/index.js';
import type { Clock, Timer } from '../../runtime/index.js';
import type { StoreConfig } from '../config/store-config.js';
import type { ConsumeQueue } from '../consume-queue/consume-queue.js';
import type { QueueTable } from '../consume-queue/queue-table.js';
import { isQueued, type DispatchRequest } from '../dispatch/builders.js';
import { queueTagsCode } from '../dispatch/queue-tags-code.js';
import type { ReputLoop } from '../dispatch/reput-loop.js';
import type { BatchDraft, BatchItem, MessageDraft } from '../message-draft.js';
import type { AppendOutcome, AppendRefusal } from '../outcomes.js';
import type { StoreHealth } from '../store-health.js';
import type { StoreStats } from '../store-stats.js';
import { AppendBatch, type Waiter } from './append-batch.js';
import type { CommitLog } from './commit-log.js';

export interface AppendQueueOptions {
  readonly config: StoreConfig;
  readonly clock: Clock;
  readonly health: StoreHealth;
  readonly log: CommitLog;
  readonly queues: QueueTable;
  readonly reput: ReputLoop;
  readonly stats: StoreStats;
  readonly delays: readonly number[];
  /** Called when writing goes on after it was blocked. */
  readonly onUnblocked: () => void;
}

/** Written records that wait for the disk. */
interface Group {
  readonly end: number;
  readonly sinceMs: number;
  readonly size: number;
  readonly requests: readonly DispatchRequest[];
  waiters: readonly Waiter[];
}

/** A batch that has grown this large is written before the turn ends. */
const BATCH_SIZE_MAX = 4 * 1024 * 1024;
/** A folder name of the consume queues has 255 bytes at most. */
const TOPIC_SIZE_MAX = 255;

/**
 * The single writer. What is appended in one turn of the event loop is encoded at once, written together at its end and, with SYNC_FLUSH, made
 * durable together; while a sync runs the next group gathers.
 *
 * Invariant: queue offsets and log positions are taken in the same step, and a batch whose write fails gives all of them back, so the log and
 * the queues have neither holes nor doubles. With SYNC_FLUSH a record is dispatched only when it is durable, as in Java: nobody consumes what a
 * power cut may still undo.
 */
export class AppendQueue {
  private readonly batch: AppendBatch;
  private batchSinceMs = 0;
  private scheduled = false;
  private groups: Group[] = [];
  private syncing = false;
  private timeout: Timer | undefined;
  private blockedAtMs: number | undefined;

  constructor(private readonly options: AppendQueueOptions) {
    const { config } = options;
    this.batch = new AppendBatch({ segmentSize: options.log.segments.segmentSize, appendPropertyCrc: config.enabledAppendPropCRC });
  }

  /** Monotonic time since which a batch could not be written because the disk is busy with what was there before; undefined when none waits. */
  get blockedSinceMs(): number | undefined {
    return this.blockedAtMs;
  }

  startAt(end: number): void {
    this.batch.reset(end);
  }

  // A callback and not a promise: every message comes through here, and a promise with the reaction that waits for it costs more than the record.
  /** @param done called once, at the latest when the batch is settled; at once for a message that is refused. Must not throw */
  append(draft: MessageDraft, done: (outcome: AppendOutcome) => void): void {
    const size = this.batch.roomFor(draft);
    const refusal = this.refusalOf(draft, size);
    if (refusal !== undefined) return done(refusal);
    this.openBatch(size);
    const storeTimestamp = this.options.clock.now();
    const { physicalOffset, queueOffset } = this.accept(draft, this.queueOf(draft), storeTimestamp);
    const acceptance = { kind: 'ok', physicalOffset, queueOffset, storeTimestamp, physicalOffsets: undefined } as const;
    this.await({ acceptance, waitForStore: draft.waitForStore, done });
  }

  appendBatch(draft: BatchDraft, done: (outcome: AppendOutcome) => void): void {
    const contents = draft.messages.map((message) => contentOf(draft, message));
    const size = contents.reduce((sum, content) => sum + this.batch.sizeOf(content), 0);
    const refusal = this.batchRefusalOf(contents, size);
    if (refusal !== undefined) return done(refusal);
    this.openBatch(size);
    const storeTimestamp = this.options.clock.now();
    const queue = this.queueOf(draft);
    const requests = contents.map((content) => this.accept(content, queue, storeTimestamp));
    const physicalOffsets = requests.map((request) => request.physicalOffset);
    const first = { physicalOffset: physicalOffsets[0] ?? 0, queueOffset: requests[0]?.queueOffset ?? 0 };
    this.await({ acceptance: { kind: 'ok', ...first, storeTimestamp, physicalOffsets }, waitForStore: draft.waitForStore, done });
  }

  private refusalOf(content: RecordContent & Pick<MessageDraft, 'isCopy'>, size: number): AppendRefusal | undefined {
    const { config, health, log } = this.options;
    if (!health.isWritable) return { kind: 'not-writable', reason: health.reason };
    const bodySizeMax = content.isCopy === true ? Infinity : config.maxMessageSize;
    const limits = { bodySizeMax, appendPropertyCrc: config.enabledAppendPropCRC };
    const reason = recordProblem(content, limits) ?? this.placeProblem(content);
    if (reason !== undefined) return { kind: 'message-illegal', reason };
    if (size + BLANK_SIZE_MIN > log.segments.segmentSize) return { kind: 'message-illegal', reason: 'the record is larger than a segment' };
    return undefined;
  }

  /** Texts hold no zero character, so that recovery can tell a torn record. */
  private placeProblem({ topic, queueId, properties }: RecordContent): string | undefined {
    if (properties.includes('\0')) return 'the properties hold a zero character';
    if (!Number.isInteger(queueId) || queueId < 0) return `queue id ${queueId}`;
    // A queue that is there has passed.
    return this.options.queues.find(topic, queueId) === undefined ? folderProblem(topic) : undefined;
  }

  private batchRefusalOf(contents: readonly RecordContent[], size: number): AppendRefusal | undefined {
    const { maxMessageSize } = this.options.config;
    if (contents.length === 0) return { kind: 'message-illegal', reason: 'the batch is empty' };
    const bodies = contents.reduce((sum, content) => sum + content.body.length, 0);
    if (bodies > maxMessageSize) {
      return { kind: 'message-illegal', reason: `the bodies have ${bodies} bytes, at most ${maxMessageSize} are allowed` };
    }
    for (const content of contents) {
      const refusal = this.refusalOf(content, size);
      if (refusal !== undefined) return refusal;
    }
    return undefined;
  }

  private openBatch(size: number): void {
    if (this.batch.isEmpty) this.batchSinceMs = this.options.clock.monotonic();
    this.batch.place(size);
    if (!this.scheduled) this.nextTurn();
  }

  private queueOf(draft: { topic: string; queueId: number; sysFlag: number }): ConsumeQueue | undefined {
    return isQueued(draft.sysFlag) ? this.options.queues.getOrCreate(draft.topic, draft.queueId) : undefined;
  }

  private accept(content: RecordContent, queue: ConsumeQueue | undefined, storeTimestamp: number): DispatchRequest {
    const { topic, queueId, sysFlag, properties } = content;
    // As Java: records that are in no queue carry offset 0.
    const queueOffset = queue === undefined ? 0 : queue.nextOffset;
    const physicalOffset = this.batch.encode(content, queueOffset, storeTimestamp);
    const tagsCode = queueTagsCode({ topic, properties, storeTimestamp }, this.options.delays);
    const size = this.batch.end - physicalOffset;
    const request = { topic, queueId, queueOffset, physicalOffset, size, tagsCode, storeTimestamp, sysFlag, properties };
    this.batch.requests.push(request);
    if (queue !== undefined) queue.nextOffset += 1;
    return request;
  }

  private await(waiter: Waiter): void {
    this.batch.await(waiter);
    if (this.batch.size >= BATCH_SIZE_MAX) this.writeUnlessBusy();
  }

  private endTurn(): void {
    this.scheduled = false;
    if (!this.holdsBack) this.writeGathered();
  }

  // What comes while a sync runs is answered by the next one: written with it, it costs one write however many turns have brought it.
  private get holdsBack(): boolean {
    return this.syncing && this.batch.isPatient && !this.options.config.readUnCommitted;
  }

  private writeGathered(): void {
    if (!this.batch.isEmpty && !this.scheduled) this.writeUnlessBusy();
  }

  private nextTurn(): void {
    this.scheduled = true;
    this.options.clock.nextTurn(() => this.endTurn());
  }

  private writeUnlessBusy(): void {
    const { filler } = this.options.log;
    const busy = filler.busyUntilClear(this.batch.start, this.batch.end);
    if (busy === undefined) this.write();
    else if (!this.scheduled) {
      this.scheduled = true;
      this.blockedAtMs ??= this.options.clock.monotonic();
      void busy.then(() => this.unblock());
    }
  }

  private unblock(): void {
    this.endTurn();
    if (this.scheduled) return;
    this.blockedAtMs = undefined;
    this.options.onUnblocked();
  }

  private write(): void {
    const { health, log, clock } = this.options;
    try {
      if (!health.isRunning) return this.refuse(health.reason);
      log.write(this.batch);
    } catch (error) {
      return this.refuse(messageOf(error));
    }
    const { requests, waiters, size, end } = this.batch;
    const sinceMs = this.batchSinceMs;
    this.batch.reset(end);
    if (this.options.config.flushDiskType === 'ASYNC_FLUSH') this.finish([{ end, sinceMs, size, requests, waiters }]);
    else this.gather({ end, sinceMs, size, requests, waiters });
    clock.nextTurn(() => log.prepareAhead());
  }

  private refuse(reason: string): void {
    const { requests, waiters, start } = this.batch;
    for (const { topic, queueId, queueOffset, sysFlag } of requests) {
      const queue = isQueued(sysFlag) ? this.options.queues.find(topic, queueId) : undefined;
      if (queue !== undefined) queue.nextOffset = Math.min(queue.nextOffset, queueOffset);
    }
    this.options.stats.putFailedTimes += requests.length;
    this.batch.reset(start);
    for (const waiter of waiters) waiter.done({ kind: 'not-writable', reason });
  }

  private finish(groups: readonly Group[]): void {
    const { reput, stats, clock } = this.options;
    for (const { requests, end } of groups) reput.dispatch(requests, end);
    reput.commit();
    const now = clock.monotonic();
    for (const { requests, waiters, size, sinceMs } of groups) {
      stats.put(requests.length, size, now - sinceMs);
      settleAll(waiters, 'ok');
    }
  }

  private gather(group: Group): void {
    const { config, reput } = this.options;
    if (config.readUnCommitted) {
      reput.dispatch(group.requests, group.end);
      reput.commit();
    }
    settleAll(
      group.waiters.filter((waiter) => !waiter.waitForStore),
      'ok',
    );
    group.waiters = group.waiters.filter((waiter) => waiter.waitForStore);
    this.groups.push(config.readUnCommitted ? { ...group, requests: [] } : group);
    this.armTimeout();
    this.startSync();
  }

  private startSync(): void {
    if (this.syncing || this.groups.length === 0) return;
    this.syncing = true;
    this.options.log.flush().then(
      () => this.afterSync(),
      () => this.afterFailedSync(),
    );
  }

  private afterSync(): void {
    this.syncing = false;
    const { flushed } = this.options.log;
    const durable = this.groups.filter((group) => group.end <= flushed);
    this.groups = this.groups.slice(durable.length);
    if (this.groups.length === 0) this.disarmTimeout();
    this.finish(durable);
    this.writeGathered();
    this.startSync();
  }

  // Whether the disk has them nobody knows. A refusal makes the sender try elsewhere, where "flush timeout" would count as stored.
  private afterFailedSync(): void {
    this.syncing = false;
    this.disarmTimeout();
    const groups = this.groups;
    this.groups = [];
    const { reason } = this.options.health;
    for (const waiter of groups.flatMap((group) => group.waiters)) waiter.done({ kind: 'not-writable', reason });
    this.writeGathered();
  }

  private armTimeout(): void {
    const { config, clock } = this.options;
    const oldest = this.groups.find((group) => group.waiters.length > 0);
    if (this.timeout !== undefined || oldest === undefined) return;
    const waitedMs = clock.monotonic() - oldest.sinceMs;
    this.timeout = clock.after(config.syncFlushTimeout - waitedMs, () => this.onTimeout());
  }

  private disarmTimeout(): void {
    this.timeout?.cancel();
    this.timeout = undefined;
  }

  private onTimeout(): void {
    const { config, clock } = this.options;
    this.timeout = undefined;
    const late = clock.monotonic() - config.syncFlushTimeout;
    for (const group of this.groups) {
      if (group.sinceMs > late) break;
      settleAll(group.waiters, 'flush-disk-timeout');
      group.waiters = [];
    }
    // What was held back is late too, when its time comes.
    this.writeGathered();
    this.armTimeout();
  }

  /** Resolves when everything accepted so far is answered. */
  async drain(): Promise<void> {
    while (!this.batch.isEmpty || this.syncing) {
      await new Promise<void>((resolve) => this.options.clock.nextTurn(resolve));
      if (this.syncing) await this.options.log.flush().catch(() => undefined);
    }
    this.disarmTimeout();
  }
}

function settleAll(waiters: readonly Waiter[], kind: 'ok' | 'flush-disk-timeout'): void {
  for (const { done, acceptance } of waiters) done(kind === 'ok' ? acceptance : { ...acceptance, kind });
}

// Field by field: V8 takes longer to add to an object that began as a spread than to encode the record.
function contentOf(draft: BatchDraft, { flag, body, properties }: BatchItem): RecordContent {
  const { topic, queueId, sysFlag, bornTimestamp, bornHost, storeHost, reconsumeTimes, preparedTransactionOffset } = draft;
  return { topic, queueId, flag, sysFlag, bornTimestamp, bornHost, storeHost, reconsumeTimes, preparedTransactionOffset, body, properties };
}

/** A topic is the name of a folder. */
function folderProblem(topic: string): string | undefined {
  if (topic === '.' || topic === '..' || /[/\\\0]/.test(topic)) return 'the topic cannot be the name of a folder';
  return topic.length > TOPIC_SIZE_MAX ? 'the topic is too long' : undefined;
}
