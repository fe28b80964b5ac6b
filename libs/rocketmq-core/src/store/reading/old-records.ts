import { inspectRecord, RECORD_SIZE_MIN, type InspectedRecord } from '../../protocol/index.js';
import type { CommitLog } from '../commit-log/commit-log.js';
import { AnswerMemory } from './answer-memory.js';
import { spansOf, type Extent, type Span } from './entry-selection.js';
import { gather } from './gathering.js';
import { OldChunks } from './old-chunks.js';
import type { ReadGate } from './read-gate.js';
import { recordsOf, type Records } from './span-records.js';

export interface OldRecordsOptions {
  readonly log: Pick<CommitLog, 'read' | 'hasRoomFor' | 'written' | 'segments'>;
  readonly gate: ReadGate;
  /** Physical offset from which on records are read synchronously. */
  readonly recentFrom: () => number;
}

/** Most records are no larger, so that one read brings the whole of them. */
const FIRST_SIZE = 4096;

/** Reads records that may have to come from the disk: in the background, a few reads at a time, ahead of who reads on. */
export class OldRecords {
  private readonly chunks: OldChunks;
  private readonly memory = new AnswerMemory();

  constructor(private readonly options: OldRecordsOptions) {
    const { log, gate, recentFrom } = options;
    const { segments } = log;
    this.chunks = new OldChunks({
      segmentSize: segments.segmentSize,
      read: (into, from) => segments.read(into, into.length, from),
      written: () => log.written,
      ...{ gate, recentFrom },
    });
  }

  /** @returns the records in the order of the extents, in parts, each to be released; at once when they are in memory. @throws OperationFailed `io` */
  read(extents: readonly Extent[]): readonly Records[] | Promise<readonly Records[]> {
    const loads = this.chunks.prepare(extents);
    return loads === undefined ? this.gather(extents) : loads.then(() => this.gather(extents));
  }

  private gather(extents: readonly Extent[]): readonly Records[] | Promise<readonly Records[]> {
    const { table } = this.chunks;
    const direct: Promise<Records>[] = [];
    const parts = gather<Promise<Records>>(extents, {
      memory: this.memory,
      table,
      chunkOf: ({ physicalOffset, size }) => table.find(physicalOffset, physicalOffset + size),
      readDirectly: (some) => {
        const reads = this.readSpans(some);
        direct.push(...reads);
        return reads;
      },
    });
    return direct.length === 0 ? (parts as Records[]) : allOf(parts, direct);
  }

  /** The same into memory that belongs to the caller. */
  readDirectly(extents: readonly Extent[]): Promise<readonly Records[]> {
    return Promise.all(this.readSpans(extents));
  }

  private readSpans(extents: readonly Extent[]): Promise<Records>[] {
    return spansOf(extents, this.options.log.segments.segmentSize).map((span) => this.readSpan(span));
  }

  private async readSpan(span: Span): Promise<Records> {
    return recordsOf(span, await this.readBytes(span.from, span.to));
  }

  /** @returns undefined when no whole record starts there. @throws OperationFailed `io` */
  async recordAt(physicalOffset: number): Promise<InspectedRecord | undefined> {
    const { log } = this.options;
    const { written } = log;
    if (!log.hasRoomFor(physicalOffset, RECORD_SIZE_MIN)) return undefined;
    const first = await this.readBytes(physicalOffset, Math.min(physicalOffset + FIRST_SIZE, written));
    const size = first.length < RECORD_SIZE_MIN ? 0 : first.readInt32BE(0);
    if (!log.hasRoomFor(physicalOffset, size, written)) return undefined;
    const bytes = size <= first.length ? first.subarray(0, size) : await this.readBytes(physicalOffset, physicalOffset + size);
    const record = inspectRecord(bytes, 0, { physicalOffset, checkCrc: true });
    return record.kind === 'record' ? record : undefined;
  }

  readBytes(from: number, to: number): Promise<Buffer> {
    return this.options.gate.run(() => this.options.log.read(from, to));
  }
}

async function allOf(parts: readonly (Records | Promise<Records>)[], direct: readonly Promise<Records>[]): Promise<Records[]> {
  try {
    await Promise.all(direct);
  } catch (error) {
    for (const part of parts) if (!(part instanceof Promise)) part.release?.();
    throw error;
  }
  const all: Records[] = [];
  for (const part of parts) all.push(await part);
  return all;
}
