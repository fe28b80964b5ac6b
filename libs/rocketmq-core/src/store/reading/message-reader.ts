import { MAGIC_V1, MAGIC_V2, RecordPosition } from '../../protocol/index.js';
import type { CommitLog } from '../commit-log/commit-log.js';
import type { StoreConfig } from '../config/store-config.js';
import type { ConsumeQueue } from '../consume-queue/consume-queue.js';
import type { QueueTable } from '../consume-queue/queue-table.js';
import { ENTRY_SIZE } from '../consume-queue/entry-layout.js';
import type { GetOutcome, GetStatus } from '../outcomes.js';
import type { StoreStats } from '../store-stats.js';
import { selectEntries, spansOf, type Selection, type SelectionRules, type Span } from './entry-selection.js';

export interface GetRequest {
  readonly topic: string;
  readonly queueId: number;
  readonly queueOffset: number;
  readonly maxMessages: number;
  /** Bytes of all records together; the first is answered whatever its size. Default and limit 128 MiB. */
  readonly maxBytes?: number;
  /** Whether a consumer wants messages with this tagsCode. */
  readonly matches?: (tagsCode: bigint) => boolean;
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
  constructor(private readonly options: MessageReaderOptions) {}

  get(request: GetRequest): GetOutcome | Promise<GetOutcome> {
    const queue = this.options.queues.find(request.topic, request.queueId);
    const outside = outcomeOutside(queue, request.queueOffset);
    if (queue === undefined || outside !== undefined) {
      if (request.isInternal !== true) this.options.stats.get(0);
      return outside ?? nothing('no-matched-logic-queue', 0, queue);
    }
    const plan = this.planOf(queue, request);
    if (request.queueOffset < queue.openOffset) return this.getOld(plan);
    const selection = selectEntries(queue.readSync(plan.queueOffset, plan.count), plan.rules);
    const [first] = selection.extents;
    if (first !== undefined && first.physicalOffset < this.options.log.openOffset) return this.readOld(plan, selection);
    const spans = spansOf(selection.extents);
    return this.found(
      plan,
      selection,
      spans.map((span) => recordsOf(span, this.options.log.readSync(span.from, span.to))),
    );
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
    return { status, nextBeginOffset, minOffset, maxOffset, records, messageCount, sizeTotal };
  }

  private planOf(queue: ConsumeQueue, request: GetRequest): Plan {
    const { queueOffset, maxMessages, maxBytes, matches, isInternal = false } = request;
    const { config, log } = this.options;
    const none = { count: maxMessages, size: PULL_SIZE_MAX };
    const scanMax = Math.max(config.maxFilterMessageSize, maxMessages * ENTRY_SIZE) / ENTRY_SIZE;
    const countMax = isInternal ? maxMessages : Math.min(maxMessages, config.maxTransferCountOnMessageInMemory);
    const wanted = matches === undefined ? Math.max(1, countMax) : scanMax;
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

interface Records {
  /** Neighbours in the log share one. */
  readonly buffers: readonly Buffer[];
  readonly count: number;
}

function recordsOf(span: Span, bytes: Buffer): Records {
  const buffers: Buffer[] = [];
  let count = 0;
  let from = 0;
  let to = 0;
  for (const extent of span.extents) {
    const at = extent.physicalOffset - span.from;
    if (!isRecordAt(bytes, at, extent.size)) continue;
    count += 1;
    if (at !== to) {
      if (to > from) buffers.push(bytes.subarray(from, to));
      from = at;
    }
    to = at + extent.size;
  }
  if (to > from) buffers.push(bytes.subarray(from, to));
  return { buffers, count };
}

// Cheap enough for every read: an entry that does not lead to the start of a record of its size must not reach a consumer.
function isRecordAt(bytes: Buffer, at: number, size: number): boolean {
  if (at + size > bytes.length || bytes.readInt32BE(at) !== size) return false;
  const magic = bytes.readInt32BE(at + RecordPosition.magic);
  return magic === MAGIC_V1 || magic === MAGIC_V2;
}
