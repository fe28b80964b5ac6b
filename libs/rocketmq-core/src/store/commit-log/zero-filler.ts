import { messageOf } from '../../base/index.js';
import type { Logger } from '../../runtime/index.js';
import type { SegmentList } from '../segments/segment-list.js';

/** How far the zeros run ahead of the writer, and in which portions. */
const AHEAD = 16 * 1024 * 1024;
const PORTION = 256 * 1024;
const PAGE = 4096;

/**
 * Writes zeros ahead of the log's end, so that the blocks of the sparse segment are there before the writer comes and a sync of a few records
 * need not make room for them first. One portion at a time and only while there is work, because each sync also writes the zeros of its file.
 *
 * A portion is written in the background: nothing else may write into its range meanwhile, see `busyUntilClear`.
 */
export class ZeroFiller {
  private filledTo = 0;
  private end = 0;
  private portion: { readonly from: number; readonly to: number; readonly done: Promise<void> } | undefined;
  private stopped = false;
  /** There was no room, or the disk refuses for another reason. */
  private refused = false;
  private isLogged = false;
  private zeros: Buffer | undefined;

  constructor(
    private readonly segments: SegmentList,
    private readonly logger: Logger,
  ) {}

  /** The log ends at `end`: continues when there are not enough zeros behind it. */
  advance(end: number): void {
    this.end = end;
    if (this.portion !== undefined || this.stopped || this.refused) return;
    const from = Math.max(this.filledTo, Math.ceil(end / PAGE) * PAGE);
    const segment = this.segments.find(from);
    if (segment === undefined || from >= end + AHEAD) return;
    const zeros = (this.zeros ??= Buffer.alloc(Math.min(PORTION, this.segments.segmentSize)));
    const to = Math.min(from + zeros.length, segment.baseOffset + this.segments.segmentSize);
    const done = this.segments
      .handleOf(segment)
      .write(zeros.subarray(0, to - from), from - segment.baseOffset)
      .then(
        () => this.finish(to),
        (error: unknown) => this.giveUp(error),
      );
    this.portion = { from, to, done };
  }

  /** @returns undefined when `start` to `end` may be written now, else a promise to wait for before asking again */
  busyUntilClear(start: number, end: number): Promise<void> | undefined {
    const portion = this.portion;
    return portion !== undefined && start < portion.to && portion.from < end ? portion.done : undefined;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.portion?.done;
  }

  private finish(to: number): void {
    this.portion = undefined;
    this.filledTo = to;
    this.isLogged = false;
    // Normally each batch brings one portion; a writer that is about to catch up gets more.
    if (to < this.end + AHEAD / 2) this.advance(this.end);
  }

  // Nothing depends on the zeros: without room for them the appends themselves will say so.
  private giveUp(error: unknown): void {
    this.portion = undefined;
    this.refused = true;
    if (!this.isLogged) this.logger.log('warn', 'the commit log is not filled with zeros ahead for now', { error: messageOf(error) });
    this.isLogged = true;
  }

  /** There may be room again. */
  resume(): void {
    this.refused = false;
  }
}
