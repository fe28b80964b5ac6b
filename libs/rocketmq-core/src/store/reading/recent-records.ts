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
      readDirectly: (direct) => this.readDirectly(direct),
    });
  }

  /** The same into memory that belongs to the caller. */
  readDirectly(extents: readonly Extent[]): Records[] {
    return spansOf(extents, this.log.segments.segmentSize).map((span) => recordsOf(span, this.log.readSync(span.from, span.to)));
  }
}
