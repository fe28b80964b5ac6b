export type Verdict = 'commit' | 'rollback';
/** `moved`: the half lives on as a newer copy, or was given up. */
export type HalfEnd = Verdict | 'moved';

/** Entries of either kind that are remembered at most; beyond them an answer that comes twice acts twice, as it does in Java. */
const REMEMBERED_MAX = 1_000_000;

/**
 * What is known of halves since the start, by queue offset: which are being ended, which are, and which copy took the place of which. Memory only:
 * after a restart the op messages tell.
 */
export class HalfTable {
  private readonly ending = new Set<number>();
  private readonly ended = new Map<number, HalfEnd>();
  private readonly newer = new Map<number, number>();
  private passedOffset = 0;

  /** Every half below it is done with. */
  get passed(): number {
    return this.passedOffset;
  }

  /** The copy of a half that is the last one written; the half itself when there is no other. */
  newestOf(queueOffset: number): number {
    let newest = queueOffset;
    for (let next = this.newer.get(newest); next !== undefined; next = this.newer.get(newest)) newest = next;
    return newest;
  }

  endOf(queueOffset: number): HalfEnd | undefined {
    return this.ended.get(queueOffset);
  }

  isEnding(queueOffset: number): boolean {
    return this.ending.has(queueOffset);
  }

  /** @returns false when the half is being ended already or has ended: the first verdict stands */
  begin(queueOffset: number): boolean {
    if (this.ending.has(queueOffset) || this.ended.has(queueOffset)) return false;
    this.ending.add(queueOffset);
    return true;
  }

  /** The half is as it was before `begin`. */
  abort(queueOffset: number): void {
    this.ending.delete(queueOffset);
  }

  end(queueOffset: number, how: HalfEnd): void {
    this.ending.delete(queueOffset);
    this.ended.set(queueOffset, how);
    forgetFirst(this.ended);
  }

  move(from: number, to: number): void {
    this.end(from, 'moved');
    this.newer.set(from, to);
    forgetFirst(this.newer);
  }

  /** Everything below `queueOffset` is done with, and the offsets say so. */
  pass(queueOffset: number): void {
    this.passedOffset = queueOffset;
    for (const offset of this.newer.keys()) if (this.newestOf(offset) < queueOffset) this.newer.delete(offset);
    for (const offset of this.ended.keys()) if (offset < queueOffset && !this.newer.has(offset)) this.ended.delete(offset);
  }
}

function forgetFirst(table: Map<number, unknown>): void {
  if (table.size <= REMEMBERED_MAX) return;
  for (const first of table.keys()) {
    table.delete(first);
    return;
  }
}
