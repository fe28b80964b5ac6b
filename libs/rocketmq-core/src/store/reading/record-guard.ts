import { readInt64 } from '../../base/index.js';
import { inspectRecord, LMQ_PREFIX, RecordPosition, type Inspection } from '../../protocol/index.js';
import type { Logger } from '../../runtime/index.js';
import type { CommitLog } from '../commit-log/commit-log.js';
import type { ConsumeQueue } from '../consume-queue/consume-queue.js';
import { ENTRY_SIZE, entryPhysicalOffset } from '../consume-queue/entry-layout.js';
import type { Extent } from './entry-selection.js';

/** What was read. */
export interface Asked {
  readonly queue: ConsumeQueue;
  /** Queue offset of the first entry. */
  readonly from: number;
  /** The entries that were read. */
  readonly entries: Buffer;
}

export interface RecordGuardOptions {
  readonly log: Pick<CommitLog, 'openOffset' | 'minOffset' | 'segments'>;
  readonly logger: Logger;
}

/** Places that are told once. A disk with more damage than this tells the same places again. */
const TOLD_MAX = 1000;
const NOTHING_THERE = 'no message of its size is there';

/**
 * Keeps what a disk has changed from being delivered. Recovery reads the end of the log only, so a message that this process has not written
 * itself is compared with its checksum when it is read: one that does not match, or is of another queue, is left out, and told with file and offset.
 */
export class RecordGuard {
  private readonly told = new Set<number>();

  constructor(private readonly options: RecordGuardOptions) {}

  /**
   * @param buffers whole records, back to back in each
   * @param extents where they lie, in their order, and maybe those of others; undefined when that is not known
   * @returns the same buffers when nothing is wrong
   */
  check(buffers: readonly Buffer[], extents: readonly Extent[] | undefined, asked: Asked): { buffers: readonly Buffer[]; count: number } {
    const walk = new Walk(extents, asked, (physicalOffset, problem) => this.tell(physicalOffset, problem, asked));
    for (const buffer of buffers) walk.take(buffer);
    walk.pass(Infinity);
    return { buffers: walk.kept, count: walk.count };
  }

  /** Entries that lead nowhere. */
  tellAstray(extents: readonly Extent[], asked: Asked): void {
    for (const { physicalOffset } of extents) this.tell(physicalOffset, 'the log has no such place', asked);
  }

  private tell(physicalOffset: number, reason: string, { queue, from }: Asked): void {
    const { log, logger } = this.options;
    // What has expired meanwhile is gone, not damaged.
    const isExpired = reason === NOTHING_THERE && physicalOffset < log.minOffset;
    if (isExpired || this.told.has(physicalOffset)) return;
    if (this.told.size >= TOLD_MAX) this.told.clear();
    this.told.add(physicalOffset);
    const segment = log.segments.find(physicalOffset);
    logger.log('error', 'a message cannot be delivered: it is damaged, or its queue leads elsewhere', {
      file: segment?.path ?? log.segments.folder,
      offset: physicalOffset - (segment?.baseOffset ?? 0),
      reason,
      ...{ topic: queue.topic, queueId: queue.queueId, from },
      queueFile: queue.segments.find(from * ENTRY_SIZE)?.path ?? queue.segments.folder,
    });
  }
}

type Tell = (physicalOffset: number, problem: string) => void;

/** Records and extents side by side. */
class Walk {
  readonly kept: Buffer[] = [];
  count = 0;
  /** The first extent without its record. */
  private next = 0;
  /** Where in the entries the next one is looked for. */
  private entryAt = 0;

  constructor(
    private readonly extents: readonly Extent[] | undefined,
    private readonly asked: Asked,
    private readonly tell: Tell,
  ) {}

  take(buffer: Buffer): void {
    let from = 0;
    for (let at = 0; at < buffer.length;) {
      const end = at + buffer.readInt32BE(at);
      if (this.isSound(buffer, at)) this.count += 1;
      else {
        if (at > from) this.kept.push(buffer.subarray(from, at));
        from = end;
      }
      at = end;
    }
    if (from === 0) this.kept.push(buffer);
    else if (from < buffer.length) this.kept.push(buffer.subarray(from));
  }

  private isSound(buffer: Buffer, at: number): boolean {
    const extent = this.extentOf(buffer, at);
    const physicalOffset = extent?.physicalOffset ?? claimedOffset(buffer, at);
    const problem = this.problemOf(inspectRecord(buffer, at, { checkCrc: true, physicalOffset }), physicalOffset);
    if (problem !== undefined) this.tell(physicalOffset, problem);
    return problem === undefined;
  }

  /** The one that the record claims to be, else the next of its size. */
  private extentOf(buffer: Buffer, at: number): Extent | undefined {
    const { extents, next } = this;
    if (extents === undefined) return undefined;
    const claimed = claimedOffset(buffer, at);
    const size = buffer.readInt32BE(at);
    let place = extents.findIndex((one, i) => i >= next && one.physicalOffset === claimed);
    if (place < 0) place = extents.findIndex((one, i) => i >= next && one.size === size);
    this.pass(place);
    this.next = place + 1;
    return extents[place];
  }

  /** Nothing was read for the extents up to a place. */
  pass(place: number): void {
    for (const { physicalOffset } of this.extents?.slice(this.next, place) ?? []) this.tell(physicalOffset, NOTHING_THERE);
  }

  private problemOf(found: Inspection, physicalOffset: number): string | undefined {
    if (found.kind === 'damaged') return found.reason;
    if (found.kind !== 'record') return NOTHING_THERE;
    const { topic, queueId } = this.asked.queue;
    // Queues of light topics hold messages of others.
    if (topic.startsWith(LMQ_PREFIX)) return undefined;
    const isOfQueue = found.topic === topic && found.queueId === queueId && found.queueOffset === this.queueOffsetOf(physicalOffset);
    return isOfQueue ? undefined : 'it is a message of another queue, or of another place in it';
  }

  /** @returns undefined when no entry from the last one on leads there */
  private queueOffsetOf(physicalOffset: number): number | undefined {
    const { entries, from } = this.asked;
    for (let at = this.entryAt; at + ENTRY_SIZE <= entries.length; at += ENTRY_SIZE) {
      if (entryPhysicalOffset(entries, at) !== physicalOffset) continue;
      this.entryAt = at + ENTRY_SIZE;
      return from + at / ENTRY_SIZE;
    }
    return undefined;
  }
}

const claimedOffset = (buffer: Buffer, at: number) => readInt64(buffer, at + RecordPosition.physicalOffset);
