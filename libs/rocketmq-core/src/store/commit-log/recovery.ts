import { Corruption } from '../../base/index.js';
import type { InspectedRecord } from '../../protocol/index.js';
import type { Logger } from '../../runtime/index.js';
import { areQueuesInDoubt, type Checkpoint, type CheckpointFile } from '../checkpoint/checkpoint-file.js';
import type { ConsumeQueue } from '../consume-queue/consume-queue.js';
import { ENTRY_SIZE } from '../consume-queue/entry-layout.js';
import type { QueueTable } from '../consume-queue/queue-table.js';
import { isQueued, type Builder } from '../dispatch/builders.js';
import { queueTagsCode } from '../dispatch/queue-tags-code.js';
import { KeyHasher } from '../index-file/index-keys.js';
import type { MessageIndex } from '../index-file/message-index.js';
import type { Segment } from '../segments/segment-list.js';
import type { CommitLog } from './commit-log.js';
import { scanLog, type ScanResult } from './log-scan.js';

export interface RecoveryOptions {
  readonly log: CommitLog;
  readonly queues: QueueTable;
  readonly builders: readonly Builder[];
  /** One of the builders; undefined when none is wanted. */
  readonly index: MessageIndex | undefined;
  readonly checkpoint: Pick<CheckpointFile, 'values' | 'store'>;
  readonly logger: Logger;
  readonly delays: readonly number[];
  readonly checkCrc: boolean;
  /** Whether the last process said goodbye: then every file is whole and nothing has to be searched for. */
  readonly cleanStop: boolean;
}

export interface Recovered {
  /** Physical offset where the log ends. */
  readonly end: number;
  /** The last record before it; undefined when none was read. */
  readonly last: { readonly physicalOffset: number; readonly storeTimestamp: number } | undefined;
}

/** Bytes, at most a quarter of a segment. */
const REREAD_MAX = 128 * 1024 * 1024;
const REWRITE_PORTION = 4 * 1024 * 1024;
/** 5.3.3 stamps the checkpoint's times when it dispatches, not when it flushes. */
const TIME_MARGIN_MS = 3000;

/**
 * Brings log and queues of a store that was opened into agreement:
 *
 * 1. find the end of each queue in its files, then the end of the log by reading it from a place that the checkpoint vouches for;
 * 2. while reading, dispatch every record that has no queue entry;
 * 3. refuse when valid records follow behind the end: then the middle of the log is damaged, and cutting would lose them;
 * 4. cut both at the end, with zeros behind it, and make that durable before anything is appended.
 */
export class Recovery {
  private readonly hasher = new KeyHasher();
  private rebuilding = false;
  private start: Segment | undefined;
  private last: InspectedRecord | undefined;
  /** Physical offset from which on records may be missing in a queue that was damaged. */
  private damagedFrom = Infinity;
  private readonly damaged = new Set<ConsumeQueue>();
  /** Physical offset from which on records may be missing in the index. */
  private indexFrom = Infinity;

  /** As it was at the start. */
  private readonly checkpoint: Checkpoint;
  /** An earlier start was cut short while it built queues again: none of them has to be whole. */
  private readonly isInDoubt: boolean;
  private readonly areQueuesClean: boolean;
  /** Records up to this physical offset are durable, so nothing is looked for there: -1 when that is not known. */
  private readonly vouched: number;
  /** The same of the entries of the queues. */
  private readonly queuesVouched: number;

  constructor(private readonly options: RecoveryOptions) {
    this.checkpoint = options.checkpoint.values;
    this.isInDoubt = areQueuesInDoubt(this.checkpoint);
    this.areQueuesClean = options.cleanStop && !this.isInDoubt;
    this.vouched = options.cleanStop ? Infinity : this.checkpoint.logicsPhysicalOffset || -1;
    this.queuesVouched = this.isInDoubt ? -1 : this.vouched;
  }

  /** @throws Corruption that names file and offset */
  async run(): Promise<Recovered> {
    const { log, queues, cleanStop } = this.options;
    log.segments.load(!cleanStop);
    const areWhole = queues.load(!this.areQueuesClean);
    if (!areWhole) await this.doubt('logicsMsgTimestamp');
    queues.dropBroken();
    for (const queue of queues.queues()) {
      queue.recover(this.queuesVouched);
      this.lookAtEnd(queue);
    }
    // Without any entry they were removed, to be built again.
    this.rebuilding = !areWhole || this.isInDoubt || queues.physicalEnd() < 0;
    if (this.rebuilding || this.damaged.size > 0) await this.doubt('logicsMsgTimestamp');
    await this.loadIndex();
    const end = await this.findEnd();
    await this.settleLog(end);
    this.options.index?.cutAt(end);
    for (const queue of queues.queues()) this.settleQueue(queue, end);
    return { end, last: this.last && { physicalOffset: this.last.physicalOffset, storeTimestamp: this.last.storeTimestamp } };
  }

  // Until all that is built again is durable, which the next checkpoint says: one that spoke for what was there before would make half of it count as
  // whole when this start is cut short.
  private async doubt(name: 'logicsMsgTimestamp' | 'indexMsgTimestamp'): Promise<void> {
    const { checkpoint } = this.options;
    if (checkpoint.values[name] > 0) await checkpoint.store({ [name]: 0 });
  }

  // A crash leaves anything behind what is vouched for. Everywhere else entries end before zeros, and the last one leads to its message: what does
  // not was changed by the disk, and is built again.
  private lookAtEnd(queue: ConsumeQueue): void {
    const { logger } = this.options;
    let valid = queue.maxOffset;
    while (valid > queue.minOffset && this.isLost(queue, valid - 1)) valid -= 1;
    if (valid === queue.maxOffset && !(this.areQueuesClean && queue.isFollowed)) return;
    const { folder } = queue.segments;
    logger.log('warn', 'a consume queue is damaged and is completed from the log', { file: folder, offset: valid * ENTRY_SIZE });
    const last = queue.at(valid - 1);
    this.damagedFrom = Math.min(this.damagedFrom, last === undefined ? 0 : last.physicalOffset + last.size);
    this.damaged.add(queue);
    // Nothing is changed yet: when the log is damaged too, the next start has to see what this one sees.
    queue.nextOffset = valid;
  }

  private isLost(queue: ConsumeQueue, queueOffset: number): boolean {
    return this.isVouchedFor(queue, queueOffset) && !this.leadsToItsRecord(queue, queueOffset, this.options.log.segments.capacityEnd);
  }

  private isVouchedFor(queue: ConsumeQueue, queueOffset: number): boolean {
    return (queue.at(queueOffset)?.physicalOffset ?? Infinity) <= this.queuesVouched;
  }

  // Its own time in the checkpoint is that of the queues when it was flushed together with them; Java's is older.
  private async loadIndex(): Promise<void> {
    const { index, log, cleanStop } = this.options;
    if (index === undefined) return;
    const { indexMsgTimestamp, logicsMsgTimestamp, logicsPhysicalOffset } = this.checkpoint;
    const isVouchedFor = logicsMsgTimestamp > 0 && indexMsgTimestamp >= logicsMsgTimestamp;
    // Of Java's it is the time of a whole file; in a checkpoint with an offset a later flush may have failed in the same millisecond.
    const indexedUpToMs = logicsPhysicalOffset > 0 ? indexMsgTimestamp - 1 : indexMsgTimestamp;
    const durable = {
      timestamp: cleanStop && isVouchedFor ? Infinity : indexedUpToMs,
      physicalOffset: isVouchedFor ? logicsPhysicalOffset : -1,
      isKeyOf: (physicalOffset: number, keyHash: number) => this.isKeyOf(physicalOffset, keyHash),
    };
    const { resumeAt, hasDropped } = index.load(log.segments.capacityEnd, durable);
    if (hasDropped) await this.doubt('indexMsgTimestamp');
    index.removeDropped();
    this.indexFrom = isVouchedFor && !hasDropped ? Math.max(resumeAt, logicsPhysicalOffset) : resumeAt;
  }

  private isKeyOf(physicalOffset: number, keyHash: number): boolean {
    const { log } = this.options;
    if (physicalOffset < log.minOffset) return true;
    const record = log.recordAt(physicalOffset, log.segments.capacityEnd);
    return record !== undefined && this.hasher.hashes(record.topic, record.propertiesText).includes(keyHash);
  }

  private async findEnd(): Promise<number> {
    const { log, queues, logger } = this.options;
    const first = log.segments.first;
    if (first === undefined) return this.endOfEmptyLog();
    let result = await this.scan(this.rebuilding ? first : this.startFor(first));
    if (result.stopped) {
      logger.log('warn', 'the consume queues miss entries and are completed from the start of the log', { at: result.end });
      this.rebuilding = true;
      await this.doubt('logicsMsgTimestamp');
      result = await this.scan(first);
    }
    logger.log('info', 'commit log recovered', { from: this.start?.baseOffset, end: result.end, reason: result.reason });
    this.refuseDamage(result, queues.physicalEnd());
    return result.end;
  }

  private endOfEmptyLog(): number {
    const { log, queues } = this.options;
    const physicalEnd = queues.physicalEnd();
    if (physicalEnd < 0) return 0;
    throw new Corruption(log.segments.folder, 0, `the folder has no segment, but the consume queues lead up to ${physicalEnd}`);
  }

  private startFor(first: Segment): Segment {
    const { segments } = this.options.log;
    const start = this.startSegment(first);
    const from = Math.min(this.indexFrom, this.damagedFrom);
    const earlier = from < segments.capacityEnd ? (segments.find(from) ?? first) : start;
    return earlier.baseOffset < start.baseOffset ? earlier : start;
  }

  /** The segment from which on records may be without an entry, or missing themselves. */
  private startSegment(first: Segment): Segment {
    const { log, queues } = this.options;
    if (this.areQueuesClean) return log.segments.find(queues.physicalEnd() - 1) ?? first;
    const { logicsPhysicalOffset, physicMsgTimestamp, logicsMsgTimestamp } = this.checkpoint;
    if (logicsPhysicalOffset > 0) return log.segments.find(logicsPhysicalOffset) ?? first;
    const time = Math.min(physicMsgTimestamp, logicsMsgTimestamp) - TIME_MARGIN_MS;
    return log.segments.segments.findLast((segment) => this.startsBefore(segment, time)) ?? first;
  }

  private startsBefore(segment: Segment, time: number): boolean {
    const { log } = this.options;
    const record = log.recordAt(segment.baseOffset, log.segments.capacityEnd);
    return record !== undefined && record.storeTimestamp > 0 && record.storeTimestamp <= time;
  }

  /** A long part of a segment that the checkpoint vouches for is not read again: who reads it later verifies it then. */
  private positionIn(start: Segment): number {
    const { log, cleanStop } = this.options;
    const { segments } = log;
    const vouched = this.checkpoint.logicsPhysicalOffset;
    const position = vouched - start.baseOffset;
    if (cleanStop || this.rebuilding || Math.min(this.indexFrom, this.damagedFrom) < vouched) return 0;
    const isLong = position > Math.min(REREAD_MAX, segments.segmentSize / 4) && segments.find(vouched) === start;
    return isLong && log.recordAt(vouched, segments.capacityEnd) !== undefined ? position : 0;
  }

  private scan(start: Segment): Promise<ScanResult> {
    const { log, builders, checkCrc } = this.options;
    this.start = start;
    return scanLog(start, {
      position: this.positionIn(start),
      segments: log.segments,
      checkCrc,
      isTorn: (record) => this.isTorn(record),
      onRecord: (record) => this.restore(record),
      onPortion: () => builders.forEach((builder) => builder.commit?.()),
    });
  }

  // The checksum covers the body only. What a power cut has torn is zero, and no text that was appended holds a zero character.
  private isTorn(record: InspectedRecord): boolean {
    if (record.physicalOffset <= this.vouched) return false;
    return record.topic.includes('\0') || record.propertiesText.includes('\0');
  }

  /** @returns false when entries before this one are missing that only an earlier part of the log can give back */
  private restore(record: InspectedRecord): boolean {
    this.last = record;
    const { topic, queueId, queueOffset, physicalOffset, size, sysFlag, propertiesText: properties, storeTimestamp } = record;
    const { queues, index, builders, delays } = this.options;
    const queue = isQueued(sysFlag) ? queues.find(topic, queueId) : undefined;
    const isInPlace = !isQueued(sysFlag) || queue?.holds(queueOffset, physicalOffset) === true;
    const hasGap = queue !== undefined && queueOffset > queue.nextOffset;
    if (!isInPlace && hasGap && !this.rebuilding) return false;
    const tagsCode = isInPlace ? 0 : queueTagsCode({ topic, properties, storeTimestamp }, delays);
    const request = { topic, queueId, queueOffset, physicalOffset, size, tagsCode, storeTimestamp, sysFlag, properties };
    if (isInPlace) index?.add(request);
    else for (const builder of builders) builder.add(request);
    return true;
  }

  // A tail that is merely missing is what a power cut leaves. But where the checkpoint vouches for a later record, the disk has lost or changed
  // what it had acknowledged.
  private refuseDamage({ end, reason }: ScanResult, physicalEnd: number): void {
    const { cleanStop, logger } = this.options;
    const vouched = this.checkpoint.logicsPhysicalOffset;
    if (end > vouched || vouched === 0) return;
    const survivor = this.survivorBehind(end, vouched);
    if (survivor === undefined && !cleanStop) {
      logger.log('error', 'the commit log ends before its checkpoint: messages are lost', {
        end,
        checkpoint: vouched,
        physicalEnd,
        reason,
      });
      return;
    }
    const segment = this.options.log.segments.find(end) ?? this.options.log.segments.last;
    const what = survivor === undefined ? 'was there' : 'is still there';
    const file = segment?.path ?? this.options.log.segments.folder;
    throw new Corruption(
      file,
      end - (segment?.baseOffset ?? 0),
      `no valid record (${reason}), but one behind it ${what}: at ${survivor ?? vouched}`,
    );
  }

  /** A physical offset behind `end` at which a whole record lies. */
  private survivorBehind(end: number, vouched: number): number | undefined {
    const { log, queues } = this.options;
    const candidates = [vouched];
    for (const queue of queues.queues()) {
      const next = queue.at(queue.firstFrom(end + 1));
      if (next !== undefined && next.physicalOffset <= vouched) candidates.push(next.physicalOffset);
    }
    return candidates.find(
      (physicalOffset) => physicalOffset > end && log.recordAt(physicalOffset, log.segments.capacityEnd) !== undefined,
    );
  }

  private async settleLog(end: number): Promise<void> {
    const { segments } = this.options.log;
    segments.cutAt(end);
    if (!this.options.cleanStop) await this.hardenTail(end);
    if (segments.last !== undefined) segments.syncSync();
  }

  // What a killed process has written may still be in the page cache only. And after a failed sync the pages there count as clean, so that no
  // sync writes them ever again: only writing them anew does.
  private async hardenTail(end: number): Promise<void> {
    const { log } = this.options;
    const { logicsPhysicalOffset, physicMsgTimestamp } = this.checkpoint;
    const scanned = this.start?.baseOffset ?? 0;
    // Written by a release whose checkpoint does not say how far it is durable.
    const from = logicsPhysicalOffset === 0 && physicMsgTimestamp > 0 ? end : Math.max(scanned, logicsPhysicalOffset);
    for (let at = from; at < end; at += REWRITE_PORTION) {
      const bytes = await log.read(at, Math.min(at + REWRITE_PORTION, end));
      log.segments.writeSync(bytes, at);
    }
    for (const segment of log.segments.segments) {
      if (segment.baseOffset >= scanned) await log.segments.handleOf(segment).datasync();
    }
  }

  /** Entries that lead nowhere are cut off: those behind the end of the log, and leftovers from before an earlier cut. */
  private settleQueue(queue: ConsumeQueue, end: number): void {
    queue.commit();
    if (queue.physicalEnd > end) queue.cutAt(queue.firstFrom(end));
    let valid = queue.maxOffset;
    while (valid > queue.minOffset && !this.leadsToItsRecord(queue, valid - 1, end)) valid -= 1;
    if (valid < queue.maxOffset) {
      const { folder } = queue.segments;
      const fields = { file: folder, offset: valid * ENTRY_SIZE, log: this.options.log.segments.folder };
      if (this.isVouchedFor(queue, valid)) this.options.logger.log('error', 'messages of a queue are not in the log any more', fields);
      queue.cutAt(valid);
    }
    if (!this.areQueuesClean || this.damaged.has(queue)) queue.eraseBehind();
    queue.correctMin(this.options.log.minOffset);
    queue.opened();
  }

  private leadsToItsRecord(queue: ConsumeQueue, queueOffset: number, end: number): boolean {
    const entry = queue.at(queueOffset);
    if (entry === undefined || entry.physicalOffset < this.options.log.minOffset) return true;
    const record = this.options.log.recordAt(entry.physicalOffset, end);
    if (record?.size !== entry.size) return false;
    return record.queueOffset === queueOffset && record.queueId === queue.queueId && record.topic === queue.topic;
  }
}
