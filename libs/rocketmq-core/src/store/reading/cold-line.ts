import type { CommitLog } from '../commit-log/commit-log.js';
import type { ConsumeQueue } from '../consume-queue/consume-queue.js';

export interface ColdLineOptions {
  readonly log: Pick<CommitLog, 'written' | 'openOffset'>;
  /** Bytes of the newest messages that the page cache may hold. */
  readonly memorySize: () => number;
}

/** A synchronous read that took longer than this had to wait for the disk. */
const SLOW_READ_MS = 20;

/**
 * Tells what has to be read in the background, because the page cache may not have it any more. No call of the system says so without a copy of
 * its own, so three things draw the line: what was there before the store was opened, what lies further back than the memory reaches, and what a
 * synchronous read has had to wait for.
 */
export class ColdLine {
  /** Nothing below has to be in memory. */
  private learned = 0;
  /** Of each queue an entry that leads to a recent record, as far as one was met. */
  private readonly marks = new WeakMap<object, { readonly queueOffset: number; readonly physicalOffset: number }>();

  constructor(private readonly options: ColdLineOptions) {}

  /** Physical offset below which records may have to come from the disk. */
  get physicalOffset(): number {
    const { log, memorySize } = this.options;
    return Math.max(log.openOffset, log.written - memorySize(), this.learned);
  }

  /** Whether the entry there leads to a recent record: then it is as recent itself. False also when that is not known. */
  isRecent(queue: Pick<ConsumeQueue, 'openOffset'>, queueOffset: number): boolean {
    if (queueOffset < queue.openOffset) return false;
    const line = this.physicalOffset;
    if (line === this.options.log.openOffset) return true;
    const mark = this.marks.get(queue);
    return mark !== undefined && queueOffset >= mark.queueOffset && mark.physicalOffset >= line;
  }

  /** The entry of a queue leads there. */
  note(queue: Pick<ConsumeQueue, 'openOffset'>, queueOffset: number, physicalOffset: number): void {
    if (physicalOffset < this.physicalOffset) return;
    if (!this.isRecent(queue, queueOffset)) this.marks.set(queue, { queueOffset, physicalOffset });
  }

  /** A synchronous read that ended at `to` has taken so long. */
  took(durationMs: number, to: number): void {
    if (durationMs > SLOW_READ_MS) this.learned = Math.max(this.learned, to);
  }
}
