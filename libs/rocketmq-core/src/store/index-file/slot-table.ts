import { INDEX_SLOT_SIZE, slotPosition } from './index-layout.js';

const PAGE = 4096;
const RUN_PAGES = 64;

/**
 * The slots of the index file that is being written, in memory: keys scatter over all of them, and a read and a write of the file for each would
 * cost more than the message itself. Pages that have changed are written at a flush.
 */
export class SlotTable {
  private readonly dirty: Uint8Array;

  /** @param bytes as in the file */
  constructor(private readonly bytes: Buffer) {
    this.dirty = new Uint8Array(Math.ceil(bytes.length / PAGE));
  }

  get(slot: number): number {
    return this.bytes.readInt32BE(slot * INDEX_SLOT_SIZE);
  }

  set(slot: number, entry: number): void {
    const at = slot * INDEX_SLOT_SIZE;
    this.bytes.writeInt32BE(entry, at);
    this.dirty[Math.floor(at / PAGE)] = 1;
  }

  /** All slots empty, to be filled again. */
  clear(): void {
    this.bytes.fill(0);
    this.dirty.fill(1);
  }

  /** Hands out what has changed, in runs to be written; a run handed out counts as written. */
  *takeDirty(): Generator<{ readonly position: number; readonly bytes: Buffer }> {
    for (let page = this.dirty.indexOf(1); page >= 0; page = this.dirty.indexOf(1, page)) {
      let end = page;
      while (end < this.dirty.length && end - page < RUN_PAGES && this.dirty[end] === 1) end += 1;
      this.dirty.fill(0, page, end);
      // A copy: slots change while it is on its way to the disk.
      yield { position: slotPosition(0) + page * PAGE, bytes: Buffer.from(this.bytes.subarray(page * PAGE, end * PAGE)) };
      page = end;
    }
  }

  /** A run that could not be written is due again. */
  markDirty(position: number, size: number): void {
    const page = (position - slotPosition(0)) / PAGE;
    this.dirty.fill(1, page, page + Math.ceil(size / PAGE));
  }
}
