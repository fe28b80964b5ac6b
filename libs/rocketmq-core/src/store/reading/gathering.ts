import type { AnswerMemory } from './answer-memory.js';
import type { Chunk, ChunkTable } from './chunk-table.js';
import type { Extent } from './entry-selection.js';
import { isRecordAt, type Records } from './span-records.js';

interface Run {
  readonly chunk: Chunk;
  /** Positions in the chunk. */
  readonly from: number;
  to: number;
  count: number;
}

export interface GatherParts<T> {
  readonly memory: AnswerMemory;
  readonly table: ChunkTable;
  /** The chunk that holds the whole record; undefined when it is to be read by itself. */
  readonly chunkOf: (extent: Extent) => Chunk | undefined;
  readonly readDirectly: (extents: readonly Extent[]) => readonly T[];
}

/** @returns the records in the order of the extents: what chunks hold, and what was read directly between them */
export function gather<T>(extents: readonly Extent[], parts: GatherParts<T>): (Records | T)[] {
  const found: (Records | T)[] = [];
  let gathering: Gathering | undefined;
  let direct: Extent[] = [];
  for (const extent of extents) {
    const chunk = parts.chunkOf(extent);
    if (chunk === undefined) {
      if (gathering !== undefined) found.push(gathering.records());
      gathering = undefined;
      direct.push(extent);
      continue;
    }
    if (direct.length > 0) found.push(...parts.readDirectly(direct));
    direct = [];
    gathering ??= new Gathering(parts, extents);
    gathering.add(chunk, extent);
  }
  if (gathering !== undefined) found.push(gathering.records());
  if (direct.length > 0) found.push(...parts.readDirectly(direct));
  return found;
}

/**
 * Records out of chunks that leave in one piece: neighbours as the slice of their chunk, which is pinned until they are sent; what lies apart is
 * copied together.
 */
class Gathering {
  private run: Run | undefined;
  private copies: Copies | undefined;

  constructor(
    private readonly parts: { readonly memory: AnswerMemory; readonly table: ChunkTable },
    private readonly extents: readonly Extent[],
  ) {}

  add(chunk: Chunk, { physicalOffset, size }: Extent): void {
    const at = physicalOffset - chunk.from;
    if (!isRecordAt(chunk.bytes, at, size)) return;
    const { run } = this;
    if (this.copies === undefined && run === undefined) this.run = { chunk, from: at, to: at + size, count: 1 };
    else if (run?.chunk === chunk && run.to === at) {
      run.to += size;
      run.count += 1;
    } else this.startCopies().add({ chunk, from: at, to: at + size, count: 1 });
  }

  private startCopies(): Copies {
    const copies = (this.copies ??= new Copies(this.parts.memory, this.extents));
    if (this.run !== undefined) copies.add(this.run);
    this.run = undefined;
    return copies;
  }

  records(): Records {
    const { run } = this;
    const release = run === undefined ? undefined : this.parts.table.pin(run.chunk);
    if (run === undefined || release === undefined) return this.startCopies().records();
    return { buffers: [run.chunk.bytes.subarray(run.from, run.to)], count: run.count, release };
  }
}

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

  add({ chunk, from, to, count }: Run): void {
    this.used += chunk.bytes.copy(this.bytes, this.used, from, to);
    this.count += count;
  }

  records(): Records {
    return { buffers: [this.bytes.subarray(0, this.used)], count: this.count, release: this.release };
  }
}
