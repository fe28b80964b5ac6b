/** A part of the log as it lies on disk. Its bytes are good until the next chunk is asked for. */
export interface Chunk {
  readonly from: number;
  readonly bytes: Buffer;
}

export interface ChunkCacheOptions {
  /** Bytes of one segment: no chunk lies in two of them. */
  readonly segmentSize: number;
  /** Fills `into` from `from` on. @returns the bytes read */
  readonly read: (into: Buffer, from: number) => number;
}

const CHUNK_SIZE = 256 * 1024;
/** 4 MiB together. */
const CHUNKS_MAX = 16;
/** Chunks that one read has wanted, and a second one may. */
const SEEN_MAX = 256;

interface Kept {
  readonly chunk: Chunk;
  readonly memory: Buffer;
}

/**
 * Chunks of the log that several reads want: the queues of a topic lie interleaved in it, so that each of their consumers needs a part of the
 * same bytes, and a read of one queue alone brings its neighbours' records along for nothing.
 *
 * The memory of a chunk is used again for another one. Buffers that live for a while and then die are what makes the collector walk through the
 * whole heap, and these would be a quarter of a megabyte each.
 *
 * A chunk comes in when a second read wants it: a single look into the log costs what it asks for. What it holds never changes in the log, because
 * only what is written completely is read.
 */
export class ChunkCache {
  private readonly chunks = new Map<number, Kept>();
  private spare: Buffer | undefined;
  private readonly seen = new Map<number, number>();
  private latest: Chunk | undefined;
  private reads = 0;

  constructor(private readonly options: ChunkCacheOptions) {}

  /** A new read begins. */
  begin(): void {
    this.reads += 1;
  }

  /**
   * The chunk that holds all bytes from `from` to `to`.
   * @param written physical offset after the last byte that can be read
   * @returns undefined when there is none, or when it is not worth one yet
   */
  chunkOf(from: number, to: number, written: number): Chunk | undefined {
    const { latest } = this;
    if (latest !== undefined && from >= latest.from && to <= latest.from + latest.bytes.length) return latest;
    const { segmentSize } = this.options;
    const inSegment = from % segmentSize;
    const start = from - (inSegment % CHUNK_SIZE);
    const end = Math.min(start + CHUNK_SIZE, from - inSegment + segmentSize);
    if (to > end || end > written) return undefined;
    return (this.latest = this.cached(start) ?? this.wanted(start, end));
  }

  private cached(start: number): Chunk | undefined {
    const kept = this.chunks.get(start);
    if (kept === undefined) return undefined;
    // The order of the map is that of the last use.
    this.chunks.delete(start);
    this.chunks.set(start, kept);
    return kept.chunk;
  }

  private wanted(start: number, end: number): Chunk | undefined {
    const by = this.seen.get(start);
    if (by === undefined || by === this.reads) {
      this.seen.set(start, this.reads);
      forgetFirst(this.seen);
      return undefined;
    }
    this.seen.delete(start);
    const memory = this.takeMemory();
    const bytes = memory.subarray(0, end - start);
    if (this.options.read(bytes, start) < bytes.length) {
      this.spare = memory;
      return undefined;
    }
    const chunk = { from: start, bytes };
    this.chunks.set(start, { chunk, memory });
    return chunk;
  }

  /** New memory until there are chunks enough, then that of the one that was used longest ago. */
  private takeMemory(): Buffer {
    const { spare } = this;
    this.spare = undefined;
    if (spare !== undefined) return spare;
    for (const [start, { chunk, memory }] of this.chunks) {
      if (this.chunks.size < CHUNKS_MAX) break;
      this.chunks.delete(start);
      if (this.latest === chunk) this.latest = undefined;
      return memory;
    }
    return Buffer.allocUnsafeSlow(CHUNK_SIZE);
  }
}

function forgetFirst(seen: Map<number, number>): void {
  if (seen.size <= SEEN_MAX) return;
  for (const key of seen.keys()) return void seen.delete(key);
}
