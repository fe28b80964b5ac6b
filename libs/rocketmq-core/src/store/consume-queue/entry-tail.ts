import { ENTRY_SIZE, writeEntry } from './entry-layout.js';

const CAPACITY_START = 16;

/** The newest entries of a queue, which no file has yet. */
export class EntryTail {
  /** Queue offset of the first of them, or of the next one that comes. */
  from = 0;
  count = 0;
  private buffer = Buffer.allocUnsafe(CAPACITY_START * ENTRY_SIZE);

  get end(): number {
    return this.from + this.count;
  }

  /** All of them, until the next `add`. */
  get bytes(): Buffer {
    return this.buffer.subarray(0, this.count * ENTRY_SIZE);
  }

  add(entry: { readonly physicalOffset: number; readonly size: number; readonly tagsCode: number }): void {
    const at = this.count * ENTRY_SIZE;
    if (at + ENTRY_SIZE > this.buffer.length) this.buffer = Buffer.concat([this.buffer], this.buffer.length * 2);
    writeEntry(this.buffer, at, entry);
    this.count += 1;
  }

  /** Forgets all; the next one has `queueOffset`. */
  startAt(queueOffset: number): void {
    this.from = queueOffset;
    this.count = 0;
  }

  /** Fills `target` with entries from `queueOffset` on, which must be here. */
  copyTo(target: Buffer, queueOffset: number): void {
    const at = (queueOffset - this.from) * ENTRY_SIZE;
    this.buffer.copy(target, 0, at, at + target.length);
  }
}
