import type { CommitLog } from '../commit-log/commit-log.js';
import type { StoreConfig } from '../config/store-config.js';
import type { ConsumeQueue } from '../consume-queue/consume-queue.js';
import type { QueueTable } from '../consume-queue/queue-table.js';
import { ENTRY_SIZE, entryPhysicalOffset } from '../consume-queue/entry-layout.js';
import type { GetOutcome, GetStatus } from '../outcomes.js';
import type { StoreStats } from '../store-stats.js';
import { selectEntries, spansOf, type Selection, type SelectionRules, type Span } from './entry-selection.js';
import { PropertyScan } from './property-scan.js';
import { RecentRecords } from './recent-records.js';
import { recordsOf, type Records } from './span-records.js';

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
  /** Bytes of memory of the machine. */
  readonly memoryTotal: number;
}

const PULL_SIZE_MAX = 128 * 1024 * 1024;
const PULL_SIZE_MIN = 100;

interface Plan {
  readonly queue: ConsumeQueue;
  readonly queueOffset: number;
  readonly count: number;
  readonly isInternal: boolean;
  readonly rules: SelectionRules;
}

/**
 * Reads messages of a queue. What this process has written itself is read synchronously, because it is in the page cache and a trip through the
 * thread pool costs forty times as much; what was there before may have to come from the disk and is read in the background.
 */
export class MessageReader {
  private readonly recent: RecentRecords;

  constructor(private readonly options: MessageReaderOptions) {
    this.recent = new RecentRecords(options.log);
  }

  get(request: GetRequest): GetOutcome | Promise<GetOutcome> {
    const queue = this.options.queues.find(request.topic, request.queueId);
    queue?.correctMin(this.options.log.minOffset);
    const outside = outcomeOutside(queue, request.queueOffset);
    if (queue === undefined || outside !== undefined) {
      if (request.isInternal !== true) this.options.stats.get(0);
      return outside ?? nothing('no-matched-logic-queue', 0, queue);
    }
    const plan = this.planOf(queue, request);
    if (request.matchesProperties !== undefined) return this.getMatching(plan, request.matchesProperties);
    if (request.queueOffset < queue.openOffset) return this.getOld(plan);
    const selection = selectEntries(queue.readSync(plan.queueOffset, plan.count), plan.rules);
    const [first] = selection.extents;
    if (first !== undefined && first.physicalOffset < this.options.log.openOffset) return this.readOld(plan, selection);
    const { recent } = this;
    // The broker's own reads keep what they get: it must not come from memory that is to be given back.
    return this.found(plan, selection, plan.isInternal ? recent.readDirectly(selection.extents) : recent.read(selection.extents));
  }

  private async getOld(plan: Plan): Promise<GetOutcome> {
    return this.readOld(plan, selectEntries(await plan.queue.read(plan.queueOffset, plan.count), plan.rules));
  }

  private async readOld(plan: Plan, selection: Selection): Promise<GetOutcome> {
    const read = async (span: Span) => recordsOf(span, await this.options.log.read(span.from, span.to));
    return this.found(plan, selection, await Promise.all(spansOf(selection.extents).map(read)));
  }

  private found(plan: Plan, selection: Selection, parts: readonly Records[]): GetOutcome {
    const { minOffset, maxOffset } = plan.queue;
    const nextBeginOffset = plan.queueOffset + selection.examined;
    const records = parts.flatMap((part) => part.buffers);
    const messageCount = parts.reduce((sum, part) => sum + part.count, 0);
    const sizeTotal = records.reduce((sum, buffer) => sum + buffer.length, 0);
    // What the entries point to can be gone by the time it is read.
    const status = selection.status === 'found' && messageCount === 0 ? 'message-was-removing' : selection.status;
    if (!plan.isInternal) this.options.stats.get(messageCount);
    return { status, nextBeginOffset, minOffset, maxOffset, records, messageCount, sizeTotal, release: releaseOf(parts) };
  }

  private getMatching(plan: Plan, wants: (propertyText: string) => boolean): GetOutcome | Promise<GetOutcome> {
    const { queue, queueOffset, count, rules } = plan;
    const { openOffset } = this.options.log;
    if (queueOffset < queue.openOffset) return this.getOldMatching(plan, wants);
    const entries = queue.readSync(queueOffset, count);
    if (entries.length > 0 && entryPhysicalOffset(entries, 0) < openOffset) return this.getOldMatching(plan, wants);
    const scan = new PropertyScan(entries, rules, wants);
    for (let spans = scan.next(); spans !== undefined; spans = scan.next()) {
      for (const span of spans) scan.take(span, this.options.log.readSync(span.from, span.to));
    }
    return this.scanned(plan, scan);
  }

  private async getOldMatching(plan: Plan, wants: (propertyText: string) => boolean): Promise<GetOutcome> {
    const scan = new PropertyScan(await plan.queue.read(plan.queueOffset, plan.count), plan.rules, wants);
    for (let spans = scan.next(); spans !== undefined; spans = scan.next()) {
      for (const span of spans) scan.take(span, await this.options.log.read(span.from, span.to));
    }
    return this.scanned(plan, scan);
  }

  private scanned({ queue, queueOffset, isInternal }: Plan, scan: PropertyScan): GetOutcome {
    const { minOffset, maxOffset } = queue;
    const { status, examined, records, messageCount, sizeTotal } = scan;
    if (!isInternal) this.options.stats.get(messageCount);
    return { status, nextBeginOffset: queueOffset + examined, minOffset, maxOffset, records, messageCount, sizeTotal };
  }

  private planOf(queue: ConsumeQueue, request: GetRequest): Plan {
    const { queueOffset, maxMessages, maxBytes, matches, isInternal = false } = request;
    const { config, log } = this.options;
    const none = { count: maxMessages, size: PULL_SIZE_MAX };
    const scanMax = Math.max(config.maxFilterMessageSize, maxMessages * ENTRY_SIZE) / ENTRY_SIZE;
    const countMax = isInternal ? maxMessages : Math.min(maxMessages, config.maxTransferCountOnMessageInMemory);
    const isFiltered = matches !== undefined || request.matchesProperties !== undefined;
    const wanted = isFiltered ? scanMax : Math.max(1, countMax);
    return {
      queue,
      queueOffset,
      count: Math.ceil(Math.min(wanted, scanMax)),
      isInternal,
      rules: {
        maxMessages,
        sizeMax: Math.min(Math.max(maxBytes ?? PULL_SIZE_MAX, PULL_SIZE_MIN), PULL_SIZE_MAX),
        recentFrom: log.written - this.options.memoryTotal * (config.accessMessageInMemoryMaxRatio / 100),
        recent: isInternal ? none : { count: config.maxTransferCountOnMessageInMemory, size: config.maxTransferBytesOnMessageInMemory },
        old: isInternal ? none : { count: config.maxTransferCountOnMessageInDisk, size: config.maxTransferBytesOnMessageInDisk },
        readable: { from: log.minOffset, to: log.written },
        segmentSize: log.segments.segmentSize,
        matches,
      },
    };
  }
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
