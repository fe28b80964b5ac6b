import { MAGIC_V1, MAGIC_V2, RECORD_SIZE_MIN, RecordPosition } from '../../protocol/index.js';
import type { Span } from './entry-selection.js';

export interface Records {
  /** Neighbours in the log share one. */
  readonly buffers: readonly Buffer[];
  readonly count: number;
  /** Gives the memory of the buffers back. */
  readonly release?: (() => void) | undefined;
}

/**
 * The records of a span, cut out of its bytes.
 * @param wants whether the record at this position is taken; default every one
 */
export function recordsOf(span: Span, bytes: Buffer, wants: (bytes: Buffer, at: number) => boolean = () => true): Records {
  const buffers: Buffer[] = [];
  let count = 0;
  let from = 0;
  let to = 0;
  for (const extent of span.extents) {
    const at = extent.physicalOffset - span.from;
    if (!isRecordAt(bytes, at, extent.size) || !wants(bytes, at)) continue;
    count += 1;
    if (at !== to) {
      if (to > from) buffers.push(bytes.subarray(from, to));
      from = at;
    }
    to = at + extent.size;
  }
  if (to > from) buffers.push(bytes.subarray(from, to));
  return { buffers, count };
}

// Cheap enough for every read: an entry that does not lead to the start of a record of its size must not reach a consumer.
export function isRecordAt(bytes: Buffer, at: number, size: number): boolean {
  if (size < RECORD_SIZE_MIN || at + size > bytes.length || bytes.readInt32BE(at) !== size) return false;
  const magic = bytes.readInt32BE(at + RecordPosition.magic);
  return magic === MAGIC_V1 || magic === MAGIC_V2;
}
