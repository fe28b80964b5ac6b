import { BLANK_SIZE_MIN } from '../../protocol/index.js';

export interface Spot {
  /** Physical offset of the record. */
  readonly start: number;
  /** Bytes left unused at the end of the segment before it, to be marked as blank; 0 when the record follows directly. */
  readonly blank: number;
}

/**
 * Where the next record goes: a record never crosses a segment, and behind each there is room for the mark of a blank tail.
 * As Java: CommitLog.DefaultAppendMessageCallback.
 * @param end physical offset after the last record
 * @param size of the record; of all records together where they must share a segment
 */
export function placeRecord(end: number, size: number, segmentSize: number): Spot {
  const remaining = segmentSize - (end % segmentSize);
  return size + BLANK_SIZE_MIN > remaining ? { start: end + remaining, blank: remaining } : { start: end, blank: 0 };
}
