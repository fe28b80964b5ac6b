import type { CommitLog } from '../commit-log/commit-log.js';
import { AnswerMemory } from './answer-memory.js';
import { ChunkCache, type Chunk } from './chunk-cache.js';
import { spansOf, type Extent } from './entry-selection.js';
import { isRecordAt, recordsOf, type Records } from './span-records.js';

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
    const parts: Records[] = [];
    let copies: Copies | undefined;
    let direct: Extent[] = [];
    this.cache.begin();
    for (const extent of extents) {
      const chunk = this.cache.chunkOf(extent.physicalOffset, extent.physicalOffset + extent.size, this.log.written);
      if (chunk === undefined) {
        if (copies !== undefined) parts.push(copies.records());
        copies = undefined;
        direct.push(extent);
        continue;
      }
      parts.push(...this.readDirectly(direct));
      direct = [];
      copies ??= new Copies(this.memory, extents);
      copies.add(chunk, extent);
    }
    if (copies !== undefined) parts.push(copies.records());
    parts.push(...this.readDirectly(direct));
    return parts;
  }

  /** The same into memory that belongs to the caller. */
  readDirectly(extents: readonly Extent[]): Records[] {
    return spansOf(extents).map((span) => recordsOf(span, this.log.readSync(span.from, span.to)));
  }
}

/** Records copied out of chunks, back to back: they leave in one piece, and the chunks may go. */
class Copies {
  private readonly bytes: Buffer;
  private readonly release: (() => void) | undefined;
  private used = 0;
  private count = 0;

  constructor(memory: AnswerMemory, extents: readonly Extent[]) {
    const { bytes, release } = memory.take(extents.reduce((sum, extent) => sum + extent.size, 0));
    this.bytes = bytes;
    this.release = release;
  }

  add(chunk: Chunk, { physicalOffset, size }: Extent): void {
    const at = physicalOffset - chunk.from;
    if (!isRecordAt(chunk.bytes, at, size)) return;
    this.used += chunk.bytes.copy(this.bytes, this.used, at, at + size);
    this.count += 1;
  }

  records(): Records {
    return { buffers: [this.bytes.subarray(0, this.used)], count: this.count, release: this.release };
  }
}
