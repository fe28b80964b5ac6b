import { javaHashCode, SCHEDULE_TOPIC, type InspectedRecord } from '../../protocol/index.js';
import type { FileSystem } from '../../runtime/index.js';
import { ENTRY_SIZE, entryMessageSize, entryPhysicalOffset, entryTagsCode, isBlankEntry, isEntry } from '../consume-queue/entry-layout.js';
import { isQueued } from '../dispatch/builders.js';
import type { FileReader } from './file-reader.js';
import type { Report } from './finding.js';
import type { LogView } from './log-view.js';
import { RowView } from './row-view.js';

export interface QueueView {
  readonly topic: string;
  readonly queueId: number;
  readonly row: RowView;
}

/** Queues of light topics: a message is in them beside its own queue. As Java: MixAll.LMQ_PREFIX. */
const LIGHT_PREFIX = '%LMQ%';
/** Smaller tags codes are places in a file of extended entries. As Java: ConsumeQueueExt.MAX_ADDR. */
const EXTENDED_BELOW = -0x80000000n;

/** Every consume queue below a folder. */
export function* queueViews(reader: FileReader, folder: string, report?: Report): Generator<QueueView> {
  for (const topic of foldersIn(reader.files, folder)) {
    for (const name of foldersIn(reader.files, `${folder}/${topic}`)) {
      if (/^\d{1,10}$/.test(name)) {
        yield { topic, queueId: Number(name), row: new RowView(reader, `${folder}/${topic}/${name}`, report) };
      }
    }
  }
}

function foldersIn(files: FileSystem, folder: string): string[] {
  return files.listSync(folder).filter((name) => files.statSync(`${folder}/${name}`)?.isDirectory === true);
}

/** Log and queues in both directions: every entry leads to its record, and every record has its entry. */
export class QueueCheck {
  /** Entries looked at. */
  entries = 0;
  private readonly queues = new Map<string, QueueView & { firstPhysicalOffset: number }>();
  private readonly missing = new Set<string>();

  constructor(
    views: Iterable<QueueView>,
    private readonly log: LogView,
    private readonly report: Report,
    /** Of a topic that was deleted the messages stay in the log. */
    private readonly isTopic: (topic: string) => boolean,
  ) {
    for (const view of views) this.queues.set(keyOf(view.topic, view.queueId), { ...view, firstPhysicalOffset: firstIn(view.row, log) });
  }

  /** A record of the log, in the order of the log. */
  visit(record: InspectedRecord): void {
    const { sysFlag, topic, queueId, queueOffset, physicalOffset, size } = record;
    if (!isQueued(sysFlag)) return;
    const key = keyOf(topic, queueId);
    const queue = this.queues.get(key);
    if (queue === undefined) {
      if (this.missing.has(key) || !this.isTopic(topic)) return;
      this.missing.add(key);
      this.log.reportAt(physicalOffset, `a message of queue ${queueId} of ${topic}, which has no files`);
      return;
    }
    // What lies before the first entry has expired, or was there before the topic was deleted and made again.
    if (physicalOffset < queue.firstPhysicalOffset) return;
    const at = queueOffset * ENTRY_SIZE;
    const entry = queue.row.peek(at, ENTRY_SIZE);
    if (entry.length === ENTRY_SIZE && entryPhysicalOffset(entry, 0) === physicalOffset && entryMessageSize(entry, 0) === size) return;
    const { path, position } = queue.row.locate(at);
    this.report(path, position, `no entry ${queueOffset} for the message at ${physicalOffset}`);
  }

  /** Every entry of every queue. */
  checkEntries(): void {
    for (const queue of this.queues.values()) this.checkQueue(queue);
  }

  private checkQueue({ topic, queueId, row }: QueueView): void {
    let before = -1;
    for (let at = row.begin; at < row.end; at += ENTRY_SIZE) {
      const entry = Buffer.from(row.peek(at, ENTRY_SIZE));
      if (entry.length < ENTRY_SIZE || !isEntry(entry, 0)) return this.checkEnd(row, at);
      if (isBlankEntry(entry, 0)) continue;
      this.entries += 1;
      const physicalOffset = entryPhysicalOffset(entry, 0);
      const problem =
        physicalOffset <= before
          ? `leads to ${physicalOffset}, before the one in front of it`
          : this.problemOf(entry, at, { topic, queueId });
      if (problem !== undefined) this.reportEntry(row, at, problem);
      before = physicalOffset;
    }
  }

  private checkEnd(row: RowView, end: number): void {
    const used = row.firstUsed(end);
    if (used !== undefined)
      this.reportEntry(row, used - (used % ENTRY_SIZE), `lies behind the end of the queue, which is ${end / ENTRY_SIZE}`);
  }

  private reportEntry(row: RowView, at: number, problem: string): void {
    const { path, position } = row.locate(at);
    this.report(path, position, `entry ${at / ENTRY_SIZE} ${problem}`);
  }

  private problemOf(entry: Buffer, at: number, queue: Omit<QueueView, 'row'>): string | undefined {
    const physicalOffset = entryPhysicalOffset(entry, 0);
    if (physicalOffset < this.log.row.begin) return undefined;
    const record = this.log.recordAt(physicalOffset);
    if (record?.size !== entryMessageSize(entry, 0)) return `leads to ${physicalOffset}, where no message of its size is`;
    if (queue.topic.startsWith(LIGHT_PREFIX)) return undefined;
    const isItsOwn = record.queueOffset === at / ENTRY_SIZE && record.queueId === queue.queueId && record.topic === queue.topic;
    if (!isItsOwn) return `leads to message ${record.queueOffset} of queue ${record.queueId} of ${record.topic}`;
    const tagsCode = entryTagsCode(entry, 0);
    if (queue.topic === SCHEDULE_TOPIC || tagsCode < EXTENDED_BELOW) return undefined;
    const expected = record.tags === undefined ? 0 : javaHashCode(record.tags);
    return tagsCode === BigInt(expected) ? undefined : `has the tags code ${tagsCode}, its message ${expected}`;
  }

  /** The offset behind the last entry of a queue; undefined without its files. */
  endOf(topic: string, queueId: number): number | undefined {
    const row = this.queues.get(keyOf(topic, queueId))?.row;
    if (row === undefined) return undefined;
    let low = row.begin / ENTRY_SIZE;
    let high = row.end / ENTRY_SIZE;
    while (low < high) {
      const middle = low + Math.floor((high - low) / 2);
      const entry = row.peek(middle * ENTRY_SIZE, ENTRY_SIZE);
      if (entry.length === ENTRY_SIZE && isEntry(entry, 0)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

const keyOf = (topic: string, queueId: number): string => `${topic}/${queueId}`;

/** The place of the oldest message that is still in the log and that an entry leads to; Infinity without any. */
function firstIn(row: RowView, log: LogView): number {
  for (let at = row.begin; at < row.end; at += ENTRY_SIZE) {
    const entry = row.peek(at, ENTRY_SIZE);
    if (entry.length < ENTRY_SIZE || !isEntry(entry, 0)) return Infinity;
    if (!isBlankEntry(entry, 0) && entryPhysicalOffset(entry, 0) >= log.row.begin) return entryPhysicalOffset(entry, 0);
  }
  return Infinity;
}
