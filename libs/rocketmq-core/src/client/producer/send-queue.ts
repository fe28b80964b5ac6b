import { OperationFailed } from '../../base/index.js';
import type { Clock } from '../../runtime/index.js';

interface Waiter {
  readonly size: number;
  admit(): void;
  refuse(error: OperationFailed): void;
}

export interface AdmissionLimits {
  /** Longest wait, ms; default for as long as it takes. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Bounds the sends that are under way, by count and by bytes; further ones wait, first in first out.
 *
 * Invariant: nobody waits while there is room for the first in the line. A send larger than all the room goes when nothing else is under way.
 */
export class SendQueue {
  private readonly waiting = new Set<Waiter>();
  private count = 0;
  private bytes = 0;
  private closed = false;
  private whenIdle: (() => void)[] = [];

  constructor(private readonly options: { readonly clock: Clock; readonly countMax: number; readonly bytesMax: number }) {}

  /** Sends under way. */
  get inFlight(): number {
    return this.count;
  }

  /** Bytes of their bodies. */
  get inFlightBytes(): number {
    return this.bytes;
  }

  /** Whether a send could begin now. */
  get hasRoom(): boolean {
    return this.waiting.size === 0 && this.fits(1);
  }

  /**
   * Takes room; `leave` gives it back.
   * @throws OperationFailed `overload` when there was none in time, `aborted`, `closed`
   */
  enter(size: number, limits: AdmissionLimits): Promise<void> | undefined {
    if (this.waiting.size === 0 && this.fits(size)) {
      this.take(size);
      return undefined;
    }
    return this.wait(size, limits);
  }

  /**
   * Waits in the line like a send, and takes no room.
   * @throws OperationFailed `overload` when there was none in time, `aborted`, `closed`
   */
  async whenRoom(limits: AdmissionLimits): Promise<void> {
    const room = this.enter(1, limits);
    if (room !== undefined) await room;
    this.leave(1);
  }

  /** Those that wait for room are refused; nobody waits afterwards. */
  close(): void {
    this.closed = true;
    for (const waiter of [...this.waiting]) waiter.refuse(new OperationFailed('closed', 'the producer was shut down'));
  }

  leave(size: number): void {
    this.count -= 1;
    this.bytes -= size;
    for (const waiter of this.waiting) {
      if (!this.fits(waiter.size)) break;
      this.waiting.delete(waiter);
      this.take(waiter.size);
      waiter.admit();
    }
    if (this.count > 0) return;
    for (const resolve of this.whenIdle.splice(0)) resolve();
  }

  /** Resolves when nothing is under way and nobody waits. */
  idle(): Promise<void> {
    return this.count === 0 ? Promise.resolve() : new Promise((resolve) => this.whenIdle.push(resolve));
  }

  private fits(size: number): boolean {
    return this.count === 0 || (this.count < this.options.countMax && this.bytes + size <= this.options.bytesMax);
  }

  private take(size: number): void {
    this.count += 1;
    this.bytes += size;
  }

  private wait(size: number, { timeoutMs, signal }: AdmissionLimits): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (finish: () => void) => () => {
        timer?.cancel();
        signal?.removeEventListener('abort', abort);
        this.waiting.delete(waiter);
        finish();
      };
      const refuse = (error: OperationFailed) => settle(() => reject(error))();
      const waiter: Waiter = { size, admit: settle(resolve), refuse };
      const abort = () => refuse(new OperationFailed('aborted', 'aborted', { cause: signal?.reason }));
      const expire = () => refuse(new OperationFailed('overload', `${this.count} sends are under way, no room for ${timeoutMs} ms`));
      const timer = timeoutMs === undefined ? undefined : this.options.clock.after(timeoutMs, expire);
      if (this.closed) return refuse(new OperationFailed('closed', 'the producer was shut down'));
      if (signal?.aborted) return abort();
      signal?.addEventListener('abort', abort, { once: true });
      this.waiting.add(waiter);
    });
  }
}
