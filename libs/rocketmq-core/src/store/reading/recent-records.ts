import type { CommitLog } from '../commit-log/commit-log.js';
import { AnswerMemory } from './answer-memory.js';
import { ChunkCache } from './chunk-cache.js';
import { spansOf, type Extent } from './entry-selection.js';
import { gather } from './gathering.js';
import { recordsOf, type Records } from './span-records.js';

/** Reads records that are in the page cache, out of chunks that several readers share where it pays. */
export class RecentRecords {
  private readonly cache: ChunkCache;
  private readonly memory = new AnswerMemory();

  constructor(private readonly log: Pick<CommitLog, 'readSync' | 'written' | 'segments'>) {
    const { segmentSize } = log.segments;
    this.cache = new ChunkCache({ segmentSize, read: (into, from) => log.segments.readSync(into, into.length, from) });
  }

  /** @returns the records in the order of the extents, in parts, each to be released */
  read(extents: readonly Extent[]): Records[] {
    const { cache, memory, log } = this;
    cache.begin();
    return gather(extents, {
      memory,
      table: cache.table,
      chunkOf: ({ physicalOffset, size }) => cache.chunkOf(physicalOffset, physicalOffset + size, log.written),
      readDirectly: (direct) => this.readTogether(direct),
    });
  }

  /** What no chunk has, with its gaps, and then without them: one piece of memory that is used again instead of a new one for each record. */
  private readTogether(extents: readonly Extent[]): Records[] {
    const { log, memory } = this;
    const spans = spansOf(extents, log.segments.segmentSize);
    const { bytes, release } = memory.take(spans.reduce((sum, { from, to }) => sum + to - from, 0));
    let size = 0;
    let count = 0;
    for (const span of spans) {
      const records = recordsOf(span, log.readSync(span.from, span.to, bytes.subarray(size, size + span.to - span.from)));
      // Nothing moves over what has yet to move: it only goes towards the front.
      for (const buffer of records.buffers) size += buffer.copy(bytes, size);
      count += records.count;
    }
    if (count > 0) return [{ buffers: [bytes.subarray(0, size)], count, release }];
    release?.();
    return [];
  }

  /** The same into memory that belongs to the caller. */
  readDirectly(extents: readonly Extent[]): Records[] {
    return spansOf(extents, this.log.segments.segmentSize).map((span) => recordsOf(span, this.log.readSync(span.from, span.to)));
  }
}
