import type { Frame } from '../protocol/index.js';

/** Who waits for the response with one opaque. */
export interface PendingCall {
  /** Monotonic time. */
  readonly deadlineMs: number;
  answered(frame: Frame): void;
  /** `expired`: the deadline has passed without a response. */
  failed(why: 'expired' | 'closed'): void;
}

const OPAQUE_MAX = 0x7fff_ffff;

/** Opaque -> waiting call. Every entry leaves exactly once: answered, expired, closed or withdrawn. */
export class PendingTable {
  private readonly calls = new Map<number, PendingCall>();
  private last = 0;

  get size(): number {
    return this.calls.size;
  }

  /** @returns the opaque for the request frame */
  add(call: PendingCall): number {
    const opaque = this.nextOpaque();
    this.wait(opaque, call);
    return opaque;
  }

  /** @param opaque from `nextOpaque` */
  wait(opaque: number, call: PendingCall): void {
    this.calls.set(opaque, call);
  }

  /** That nobody waits for. */
  nextOpaque(): number {
    do {
      this.last = this.last === OPAQUE_MAX ? 1 : this.last + 1;
    } while (this.calls.has(this.last));
    return this.last;
  }

  /** @returns false when nobody waits for it (any more) */
  answer(frame: Frame): boolean {
    const call = this.calls.get(frame.opaque);
    if (call === undefined) return false;
    this.calls.delete(frame.opaque);
    call.answered(frame);
    return true;
  }

  /** The caller has given up. */
  withdraw(opaque: number): void {
    this.calls.delete(opaque);
  }

  /** Fails what is due and returns the earliest deadline of the rest, Infinity when there is none. */
  expire(nowMs: number): number {
    let earliest = Infinity;
    const due: PendingCall[] = [];
    for (const [opaque, call] of this.calls) {
      if (call.deadlineMs > nowMs) {
        earliest = Math.min(earliest, call.deadlineMs);
        continue;
      }
      this.calls.delete(opaque);
      due.push(call);
    }
    for (const call of due) call.failed('expired');
    return earliest;
  }

  failAll(): void {
    const all = [...this.calls.values()];
    this.calls.clear();
    for (const call of all) call.failed('closed');
  }
}
