import { ChunkTable, type Chunk } from './chunk-table.js';

export interface ChunkCacheOptions {
  /** Bytes of one segment. */
  readonly segmentSize: number;
  /** Fills `into` from `from` on. @returns the bytes read */
  readonly read: (into: Buffer, from: number) => number;
}

/** 4 MiB together. */
const CHUNKS_MAX = 16;
const PINNED_MAX = 8;

/**
 * Chunks of the recent log that several reads want: the queues of a topic lie interleaved in it, so that each of their consumers needs a part of
 * the same bytes, and a read of one queue alone brings its neighbours' records along for nothing.
 *
 * A chunk comes in when a second read wants it. What it holds never changes in the log, because only what is written completely is read.
 */
export class ChunkCache {
  readonly table: ChunkTable;

  constructor(private readonly options: ChunkCacheOptions) {
    this.table = new ChunkTable({ segmentSize: options.segmentSize, chunksMax: CHUNKS_MAX, pinnedMax: PINNED_MAX });
  }

  /** A new read begins. */
  begin(): void {
    this.table.begin();
  }

  /**
   * The chunk that holds all bytes from `from` to `to`.
   * @param written physical offset after the last byte that can be read
   * @returns undefined when there is none, or when it is not worth one yet
   */
  chunkOf(from: number, to: number, written: number): Chunk | undefined {
    const { table } = this;
    const found = table.find(from, to);
    if (found !== undefined) return found;
    const start = table.startOf(from);
    const end = table.endOf(start);
    if (to > end || end > written || !table.isWantedAgain(start)) return undefined;
    const memory = table.takeMemory();
    if (this.options.read(memory.subarray(0, end - start), start) === end - start) return table.put(start, memory);
    table.giveBack(memory);
    return undefined;
  }
}
