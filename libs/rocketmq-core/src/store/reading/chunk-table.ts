/** A part of the log as it lies on disk. Its bytes are good until the end of the turn, longer only while it is pinned. */
export interface Chunk {
  /** Physical offset of its first byte. */
  readonly from: number;
  readonly bytes: Buffer;
}

export interface ChunkTableOptions {
  /** Bytes of one segment: no chunk lies in two of them. */
  readonly segmentSize: number;
  /** Chunks kept at most. */
  readonly chunksMax: number;
  /** Chunks that answers may hold at once; less than `chunksMax`. */
  readonly pinnedMax: number;
}

interface Kept extends Chunk {
  readonly memory: Buffer;
  pins: number;
  /** The read that pinned it last. */
  pinnedBy: number;
}

/** Bytes. */
export const CHUNK_SIZE = 256 * 1024;
/** Chunks that one read has wanted, and a second one may. */
const SEEN_MAX = 256;
/** A chunk that so many reads later is still pinned belongs to an answer that was never sent, because its connection ended. */
const PINNED_READS_MAX = 100_000;

/**
 * Chunks of the log by where they start, the one that was used longest ago given up first.
 *
 * The memory of a chunk is used again for another one. Buffers that live for a while and then die are what makes the collector walk through the
 * whole heap, and these would be a quarter of a megabyte each.
 */
export class ChunkTable {
  private readonly chunks = new Map<number, Kept>();
  private readonly seen = new Map<number, number>();
  private readonly pinned = new Set<Kept>();
  private readonly spare: Buffer[] = [];
  /** Memory that was taken and has come back in neither way. */
  private lent = 0;
  private latest: Chunk | undefined;
  private reads = 0;

  constructor(private readonly options: ChunkTableOptions) {}

  /** A new read begins. */
  begin(): void {
    this.reads += 1;
  }

  /** Where the chunk around a physical offset starts. */
  startOf(physicalOffset: number): number {
    return physicalOffset - ((physicalOffset % this.options.segmentSize) % CHUNK_SIZE);
  }

  /** Where the chunk that starts there ends: the last one of a segment is shorter. */
  endOf(start: number): number {
    const { segmentSize } = this.options;
    return Math.min(start + CHUNK_SIZE, start - (start % segmentSize) + segmentSize);
  }

  has(start: number): boolean {
    return this.chunks.has(start);
  }

  /** The chunk that is here and holds all bytes from `from` to `to`. */
  find(from: number, to: number): Chunk | undefined {
    const { latest } = this;
    if (latest !== undefined && from >= latest.from && to <= latest.from + latest.bytes.length) return latest;
    const kept = this.chunks.get(this.startOf(from));
    if (kept === undefined || to > kept.from + kept.bytes.length) return undefined;
    // The order of the map is that of the last use.
    this.chunks.delete(kept.from);
    this.chunks.set(kept.from, kept);
    return (this.latest = kept);
  }

  /** Whether an earlier read has wanted this chunk too: a single look into the log costs what it asks for. */
  isWantedAgain(start: number): boolean {
    const by = this.seen.get(start);
    if (by !== undefined && by !== this.reads) {
      this.seen.delete(start);
      return true;
    }
    this.seen.set(start, this.reads);
    if (this.seen.size > SEEN_MAX) forgetFirst(this.seen);
    return false;
  }

  /** Memory for a chunk, to be given to `put` or `giveBack`. */
  takeMemory(): Buffer {
    const memory = this.spare.pop() ?? this.reclaimed() ?? Buffer.allocUnsafeSlow(CHUNK_SIZE);
    this.lent += 1;
    return memory;
  }

  giveBack(memory: Buffer): void {
    this.lent -= 1;
    this.spare.push(memory);
  }

  /** @param memory what `takeMemory` gave, filled with the bytes from `start` on */
  put(start: number, memory: Buffer): Chunk {
    this.lent -= 1;
    const chunk = { from: start, bytes: memory.subarray(0, this.endOf(start) - start), memory, pins: 0, pinnedBy: 0 };
    this.chunks.set(start, chunk);
    return (this.latest = chunk);
  }

  /** New memory until there are chunks enough, then that of the one that was used longest ago. */
  private reclaimed(): Buffer | undefined {
    if (this.chunks.size + this.lent < this.options.chunksMax) return undefined;
    for (const chunk of this.chunks.values()) {
      if (chunk.pins > 0) continue;
      this.forget(chunk);
      return chunk.memory;
    }
    return undefined;
  }

  private forget(chunk: Kept): void {
    this.chunks.delete(chunk.from);
    this.pinned.delete(chunk);
    if (this.latest === chunk) this.latest = undefined;
  }

  /**
   * Keeps the bytes of a chunk as they are.
   * @returns how to let go of it, once; undefined when too many are held already: the bytes are to be copied then
   */
  pin(chunk: Chunk): (() => void) | undefined {
    const kept = this.chunks.get(chunk.from);
    if (kept !== chunk || (kept.pins === 0 && !this.hasRoomForPin())) return undefined;
    kept.pins += 1;
    kept.pinnedBy = this.reads;
    this.pinned.add(kept);
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      kept.pins -= 1;
      if (kept.pins === 0) this.pinned.delete(kept);
    };
  }

  // What is forgotten with a pin is left to the collector: should an answer have it after all, nobody writes over it.
  private hasRoomForPin(): boolean {
    if (this.pinned.size < this.options.pinnedMax) return true;
    for (const chunk of this.pinned) if (this.reads - chunk.pinnedBy > PINNED_READS_MAX) this.forget(chunk);
    return this.pinned.size < this.options.pinnedMax;
  }
}

function forgetFirst(seen: Map<number, number>): void {
  for (const key of seen.keys()) return void seen.delete(key);
}
