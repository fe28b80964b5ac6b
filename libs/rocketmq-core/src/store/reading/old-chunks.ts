import { ChunkTable } from './chunk-table.js';
import type { Extent } from './entry-selection.js';
import type { ReadGate } from './read-gate.js';

export interface OldChunksOptions {
  /** Bytes of one segment. */
  readonly segmentSize: number;
  readonly gate: ReadGate;
  /** Fills `into` from `from` on. @returns the bytes read */
  readonly read: (into: Buffer, from: number) => Promise<number>;
  /** Physical offset after the last byte that can be read. */
  readonly written: () => number;
  /** Physical offset from which on reading ahead is not worth it. */
  readonly recentFrom: () => number;
}

/** 8 MiB together. */
const CHUNKS_MAX = 32;
const PINNED_MAX = 16;
/** Chunks that were read ahead and that nobody has used yet. */
const AHEAD_MAX = 16;

/**
 * Chunks of the old log. A chunk comes in when a second read wants it; while it is used the next one is read ahead, so that a consumer that reads
 * on finds it in memory.
 */
export class OldChunks {
  readonly table: ChunkTable;
  private readonly loads = new Map<number, Promise<void>>();
  private readonly ahead = new Set<number>();

  constructor(private readonly options: OldChunksOptions) {
    this.table = new ChunkTable({ segmentSize: options.segmentSize, chunksMax: CHUNKS_MAX, pinnedMax: PINNED_MAX });
  }

  /**
   * Brings in the chunks that are worth it. A new read begins.
   * @returns undefined when nothing has to be waited for. @throws OperationFailed `io`
   */
  prepare(extents: readonly Extent[]): Promise<unknown> | undefined {
    this.table.begin();
    const loads = new Set<Promise<void>>();
    for (const { physicalOffset, size } of extents) {
      const load = this.loadFor(physicalOffset, physicalOffset + size);
      if (load !== undefined) loads.add(load);
    }
    return loads.size === 0 ? undefined : Promise.all(loads);
  }

  private loadFor(from: number, to: number): Promise<void> | undefined {
    const { table } = this;
    const start = table.startOf(from);
    const end = table.endOf(start);
    // A record that lies in two chunks is read by itself.
    if (to > end || end > this.options.written()) return undefined;
    if (table.has(start)) return this.used(start);
    const load = this.loads.get(start) ?? (table.isWantedAgain(start) ? this.load(start) : undefined);
    return load?.then(() => this.used(start));
  }

  private used(start: number): undefined {
    this.ahead.delete(start);
    this.readAhead(this.table.endOf(start));
  }

  private readAhead(start: number): void {
    const { gate, recentFrom } = this.options;
    if (this.table.has(start) || this.loads.has(start) || this.table.endOf(start) > recentFrom()) return;
    if (!gate.isFree || !this.hasRoomAhead()) return;
    this.ahead.add(start);
    // Whoever needs it reads it again, and is told.
    this.load(start).catch(() => this.ahead.delete(start));
  }

  // What is read ahead must not push out what was read ahead for others.
  private hasRoomAhead(): boolean {
    if (this.ahead.size < AHEAD_MAX) return true;
    for (const start of this.ahead) if (!this.table.has(start) && !this.loads.has(start)) this.ahead.delete(start);
    return this.ahead.size < AHEAD_MAX;
  }

  private load(start: number): Promise<void> {
    const load = this.options.gate.run(() => this.readChunk(start)).finally(() => this.loads.delete(start));
    this.loads.set(start, load);
    return load;
  }

  private async readChunk(start: number): Promise<void> {
    const { table } = this;
    const size = table.endOf(start) - start;
    const memory = table.takeMemory();
    let done = 0;
    try {
      done = await this.options.read(memory.subarray(0, size), start);
    } finally {
      // Less when the segment has expired meanwhile.
      if (done === size) table.put(start, memory);
      else table.giveBack(memory);
    }
  }
}
