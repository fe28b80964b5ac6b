import type { InspectedRecord } from '../../protocol/index.js';
import type { CommitLog } from '../commit-log/commit-log.js';
import type { StoreConfig } from '../config/store-config.js';
import type { ConsumeQueue } from '../consume-queue/consume-queue.js';
import type { QueueTable } from '../consume-queue/queue-table.js';
import { ENTRY_SIZE, entryPhysicalOffset } from '../consume-queue/entry-layout.js';
import type { Clock, Logger } from '../../runtime/index.js';
import type { GetOutcome, GetStatus } from '../outcomes.js';
import type { StoreStats } from '../store-stats.js';
import { ColdLine } from './cold-line.js';
import { selectEntries, type Extent, type Selection, type SelectionRules } from './entry-selection.js';
import { OldEntries } from './old-entries.js';
import { OldRecords } from './old-records.js';
import { PropertyScan } from './property-scan.js';
import { ReadGate } from './read-gate.js';
import { RecentRecords } from './recent-records.js';
import { RecordGuard, type Asked } from './record-guard.js';
import type { Records } from './span-records.js';

export interface GetRequest {
  readonly topic: string;
  readonly queueId: number;
  readonly queueOffset: number;
  readonly maxMessages: number;
  /** Bytes of all records together; the first is answered whatever its size. Default and limit 128 MiB. */
  readonly maxBytes?: number;
  /** Whether a consumer wants messages with this tagsCode. */
  readonly matches?: (tagsCode: bigint) => boolean;
  /** Whether it wants a message with this property text. */
  readonly matchesProperties?: (propertyText: string) => boolean;
  /** A read of the broker itself: no limits but the given ones, and nothing counted. */
  readonly isInternal?: boolean;
}

export interface MessageReaderOptions {
  readonly config: StoreConfig;
  readonly log: CommitLog;
  readonly queues: QueueTable;
  readonly stats: StoreStats;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Bytes of memory of the machine. */
  readonly memoryTotal: number;
}

const PULL_SIZE_MAX = 128 * 1024 * 1024;
const PULL_SIZE_MIN = 100;

interface Plan {
  readonly queue: ConsumeQueue;
  readonly queueOffset: number;
  readonly isInternal: boolean;
  readonly rules: SelectionRules;
}

/** Reads from the disk that run at once: half of the thread pool as Node makes it, so that syncs find a thread. */
const OLD_READS_MAX = 2;

type Wants = (propertyText: string) => boolean;

/**
 * Reads messages of a queue. What is in the page cache is read synchronously, because a trip through the thread pool costs forty times as much;
 * what may have to come from the disk is read in the background.
 */
export class MessageReader {
  private readonly line: ColdLine;
  private readonly recent: RecentRecords;
  private readonly oldEntries: OldEntries;
  private readonly old: OldRecords;
  private readonly guard: RecordGuard;

  constructor(private readonly options: MessageReaderOptions) {
    const { log } = options;
    const line = new ColdLine({ log, memorySize: () => this.memorySize });
    const gate = new ReadGate(OLD_READS_MAX);
    this.line = line;
    this.guard = new RecordGuard({ log, logger: options.logger });
    this.recent = new RecentRecords(log);
    this.oldEntries = new OldEntries(gate);
    this.old = new OldRecords({ log, gate, recentFrom: () => line.physicalOffset });
  }

  /** Bytes of the newest messages that count as held in memory. As Java: MessageStoreConfig.accessMessageInMemoryMaxRatio. */
  private get memorySize(): number {
    return this.options.memoryTotal * (this.options.config.accessMessageInMemoryMaxRatio / 100);
  }

  get(request: GetRequest): GetOutcome | Promise<GetOutcome> {
    const { log, queues, stats } = this.options;
    const { queueOffset, matchesProperties } = request;
    const queue = queues.find(request.topic, request.queueId);
    queue?.correctMin(log.minOffset);
    const outside = outcomeOutside(queue, queueOffset);
    if (queue === undefined || outside !== undefined) {
      if (request.isInternal !== true) stats.get(0);
      return outside ?? nothing('no-matched-logic-queue', 0, queue);
    }
    const count = this.entryCountOf(request);
    const read = (entries: Buffer) => {
      // The file that held them has expired since they were asked for: the queue begins further on.
      if (entries.length === 0) return outcomeOutside(queue, queueOffset) ?? nothing('message-was-removing', queueOffset, queue);
      // Not before the entries are there: they may lead to messages that came while they were read.
      const plan = this.planOf(queue, request);
      this.line.note(queue, queueOffset, entryPhysicalOffset(entries, 0));
      return matchesProperties === undefined ? this.getFrom(plan, entries) : this.getMatching(plan, entries, matchesProperties);
    };
    const entries = this.line.isRecent(queue, queueOffset)
      ? queue.readSync(queueOffset, count)
      : this.oldEntries.read(queue, queueOffset, count);
    return entries instanceof Promise ? entries.then(read) : read(entries);
  }

  /** The record at a physical offset, undefined when none starts there; in the background when it is old. @throws OperationFailed `io` */
  recordAt(physicalOffset: number): InspectedRecord | undefined | Promise<InspectedRecord | undefined> {
    return physicalOffset < this.line.physicalOffset ? this.old.recordAt(physicalOffset) : this.options.log.recordAt(physicalOffset);
  }

  private getFrom(plan: Plan, entries: Buffer): GetOutcome | Promise<GetOutcome> {
    const selection = selectEntries(entries, plan.rules);
    const { extents } = selection;
    const [first] = extents;
    if (first !== undefined && first.physicalOffset < this.line.physicalOffset) {
      const parts = plan.isInternal ? this.old.readDirectly(extents) : this.old.read(extents);
      const found = (some: readonly Records[]) => this.found(plan, entries, selection, some);
      return parts instanceof Promise ? parts.then(found) : found(parts);
    }
    const { recent } = this;
    // The broker's own reads keep what they get: it must not come from memory that is to be given back.
    const read = () => (plan.isInternal ? recent.readDirectly(extents) : recent.read(extents));
    return this.found(plan, entries, selection, this.timed(endOf(extents), read));
  }

  private found(plan: Plan, entries: Buffer, selection: Selection, parts: readonly Records[]): GetOutcome {
    const { extents, astray } = selection;
    const asked = askedOf(plan, entries);
    this.guard.tellAstray(astray, asked);
    const read = { buffers: parts.flatMap((part) => part.buffers), count: parts.reduce((sum, part) => sum + part.count, 0) };
    const sound = this.isOld(extents[0]?.physicalOffset) ? this.guard.check(read.buffers, extents, asked) : read;
    return this.outcomeOf(plan, selection, sound, releaseOf(parts));
  }

  /** Only what was there before is checked: of what this process has written the page cache has the bytes that were checked on their way in. */
  private isOld(physicalOffset = Infinity): boolean {
    return physicalOffset < this.options.log.openOffset;
  }

  private outcomeOf(
    { queue, queueOffset, isInternal }: Plan,
    { status: selected, examined }: Pick<Selection, 'status' | 'examined'>,
    { buffers: records, count: messageCount }: Pick<Records, 'buffers' | 'count'>,
    release?: () => void,
  ): GetOutcome {
    const { minOffset, maxOffset } = queue;
    // What the entries point to can be gone by the time it is read, or damaged.
    const status = selected === 'found' && messageCount === 0 ? 'message-was-removing' : selected;
    const sizeTotal = records.reduce((sum, { length }) => sum + length, 0);
    if (!isInternal) this.options.stats.get(messageCount);
    return { status, nextBeginOffset: queueOffset + examined, minOffset, maxOffset, records, messageCount, sizeTotal, release };
  }

  /** @param to where the bytes end that are read synchronously */
  private timed<T>(to: number, read: () => T): T {
    const { clock } = this.options;
    const startMs = clock.monotonic();
    const result = read();
    this.line.took(clock.monotonic() - startMs, to);
    return result;
  }

  private getMatching(plan: Plan, entries: Buffer, wants: Wants): GetOutcome | Promise<GetOutcome> {
    const scan = new PropertyScan(entries, plan.rules, wants);
    if (entries.length > 0 && entryPhysicalOffset(entries, 0) < this.line.physicalOffset) return this.scanOld(plan, scan);
    for (let spans = scan.next(); spans !== undefined; spans = scan.next()) {
      for (const span of spans) {
        const bytes = this.timed(span.to, () => this.options.log.readSync(span.from, span.to));
        scan.take(span, bytes);
      }
    }
    return this.scanned(plan, scan);
  }

  private async scanOld(plan: Plan, scan: PropertyScan): Promise<GetOutcome> {
    for (let spans = scan.next(); spans !== undefined; spans = scan.next()) {
      for (const span of spans) scan.take(span, await this.old.readBytes(span.from, span.to));
    }
    return this.scanned(plan, scan);
  }

  private scanned(plan: Plan, scan: PropertyScan): GetOutcome {
    const { records: buffers, messageCount: count } = scan;
    const isOld = this.isOld(scan.firstPhysicalOffset);
    return this.outcomeOf(plan, scan, isOld ? this.guard.check(buffers, undefined, askedOf(plan, scan.entries)) : { buffers, count });
  }

  /** How many entries are looked at. */
  private entryCountOf({ maxMessages, matches, matchesProperties, isInternal = false }: GetRequest): number {
    const { maxFilterMessageSize, maxTransferCountOnMessageInMemory } = this.options.config;
    const scanMax = Math.max(maxFilterMessageSize, maxMessages * ENTRY_SIZE) / ENTRY_SIZE;
    const countMax = isInternal ? maxMessages : Math.min(maxMessages, maxTransferCountOnMessageInMemory);
    const isFiltered = matches !== undefined || matchesProperties !== undefined;
    return Math.ceil(Math.min(isFiltered ? scanMax : Math.max(1, countMax), scanMax));
  }

  private planOf(queue: ConsumeQueue, request: GetRequest): Plan {
    const { queueOffset, maxMessages, maxBytes, matches, isInternal = false } = request;
    const { config, log } = this.options;
    const none = { count: maxMessages, size: PULL_SIZE_MAX };
    return {
      queue,
      queueOffset,
      isInternal,
      rules: {
        maxMessages,
        sizeMax: Math.min(Math.max(maxBytes ?? PULL_SIZE_MAX, PULL_SIZE_MIN), PULL_SIZE_MAX),
        recentFrom: log.written - this.memorySize,
        recent: isInternal ? none : { count: config.maxTransferCountOnMessageInMemory, size: config.maxTransferBytesOnMessageInMemory },
        old: isInternal ? none : { count: config.maxTransferCountOnMessageInDisk, size: config.maxTransferBytesOnMessageInDisk },
        readable: { from: log.minOffset, to: log.written },
        segmentSize: log.segments.segmentSize,
        matches,
      },
    };
  }
}

const askedOf = ({ queue, queueOffset: from }: Plan, entries: Buffer): Asked => ({ queue, from, entries });

function endOf(extents: readonly Extent[]): number {
  const last = extents[extents.length - 1];
  return last === undefined ? 0 : last.physicalOffset + last.size;
}

function releaseOf(parts: readonly Records[]): (() => void) | undefined {
  const releases = parts.flatMap(({ release }) => release ?? []);
  if (releases.length <= 1) return releases[0];
  return () => {
    for (const release of releases) release();
  };
}

/** The answer when the offset is none of a message. As Java: DefaultMessageStore.getMessage. */
function outcomeOutside(queue: ConsumeQueue | undefined, queueOffset: number): GetOutcome | undefined {
  if (queue === undefined) return undefined;
  if (queue.maxOffset === 0) return nothing('no-message-in-queue', 0, queue);
  if (queueOffset < queue.minOffset) return nothing('offset-too-small', queue.minOffset, queue);
  if (queueOffset === queue.maxOffset) return nothing('offset-overflow-one', queueOffset, queue);
  if (queueOffset > queue.maxOffset) return nothing('offset-overflow-badly', queue.maxOffset, queue);
  return undefined;
}

function nothing(status: GetStatus, nextBeginOffset: number, queue: ConsumeQueue | undefined): GetOutcome {
  const { minOffset, maxOffset } = queue ?? { minOffset: 0, maxOffset: 0 };
  return { status, nextBeginOffset, minOffset, maxOffset, records: [], messageCount: 0, sizeTotal: 0 };
}
