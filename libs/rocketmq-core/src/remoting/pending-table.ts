import type { Frame } from '../protocol/index.js';

/** Who waits for the response with one opaque. */
export interface PendingCall {
  /** From `nextOpaque`. */
  readonly opaque: number;
  /** Monotonic time. */
  readonly deadlineMs: number;
  answered(frame: Frame): void;
  /** `expired`: the deadline has passed without a response. */
  failed(why: 'expired' | 'closed'): void;
}

const OPAQUE_MAX = 0x7fff_ffff;
const SLOTS_MIN = 16;

/**
 * Opaque -> waiting call. Every entry leaves exactly once: answered, expired, closed or withdrawn.
 *
 * Opaques are counted, so their last bits are a place in an array. A map that is added to and deleted from for every call grows anew now and then, and
 * each old table keeps the next one alive, with the calls in it, until a full collection.
 */
export class PendingTable {
  private slots: (PendingCall | undefined)[] = emptySlots(SLOTS_MIN);
  private last = 0;
  private count = 0;

  get size(): number {
    return this.count;
  }

  wait(call: PendingCall): void {
    this.slots[this.placeOf(call.opaque)] = call;
    this.count += 1;
  }

  /** For the next request frame: nobody waits for it. */
  nextOpaque(): number {
    // Half of the places are free, so that one is near.
    if (2 * this.count >= this.slots.length) this.resize(2 * this.slots.length);
    do {
      this.last = this.last === OPAQUE_MAX ? 1 : this.last + 1;
    } while (this.slots[this.placeOf(this.last)] !== undefined);
    return this.last;
  }

  /** @returns false when nobody waits for it (any more) */
  answer(frame: Frame): boolean {
    const waiting = this.take(frame.opaque);
    waiting?.answered(frame);
    return waiting !== undefined;
  }

  /** The caller has given up. */
  withdraw(opaque: number): void {
    this.take(opaque);
  }

  /** Fails what is due and returns the earliest deadline of the rest, Infinity when there is none. */
  expire(nowMs: number): number {
    let earliest = Infinity;
    const due: PendingCall[] = [];
    for (const call of this.slots) {
      if (call === undefined) continue;
      if (call.deadlineMs > nowMs) {
        earliest = Math.min(earliest, call.deadlineMs);
        continue;
      }
      this.take(call.opaque);
      due.push(call);
    }
    for (const call of due) call.failed('expired');
    return earliest;
  }

  failAll(): void {
    const all = this.slots.filter((waiting) => waiting !== undefined);
    this.slots = emptySlots(SLOTS_MIN);
    this.count = 0;
    for (const call of all) call.failed('closed');
  }

  private placeOf(opaque: number): number {
    return opaque & (this.slots.length - 1);
  }

  private take(opaque: number): PendingCall | undefined {
    const place = this.placeOf(opaque);
    const waiting = this.slots[place];
    if (waiting?.opaque !== opaque) return undefined;
    this.slots[place] = undefined;
    this.count -= 1;
    return waiting;
  }

  /** @param length a power of two */
  private resize(length: number): void {
    const { slots } = this;
    this.slots = emptySlots(length);
    for (const waiting of slots) if (waiting !== undefined) this.slots[this.placeOf(waiting.opaque)] = waiting;
  }
}

const emptySlots = (length: number) => new Array<PendingCall | undefined>(length).fill(undefined);
