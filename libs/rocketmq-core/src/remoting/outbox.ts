import type { Clock } from '../runtime/index.js';
import type { Budget } from './budget.js';
import type { ByteStream } from './byte-stream.js';
import type { RemotingLimits } from './config.js';
import { CopySlab } from './copy-slab.js';

/** Writes what was gathered during one turn of the event loop: frames that are made in the same turn leave in as few system calls as possible. */
export class TurnFlush {
  /** Small answers of all connections. */
  readonly copies = new CopySlab();
  private waiting: Outbox[] = [];

  constructor(private readonly clock: Clock) {}

  add(outbox: Outbox): void {
    if (this.waiting.push(outbox) > 1) return;
    this.clock.nextTurn(() => {
      const ready = this.waiting;
      this.waiting = [];
      for (const one of ready) one.endTurn();
    });
  }
}

export interface OutboxOptions {
  readonly stream: ByteStream;
  readonly turns: TurnFlush;
  /** Output of all connections. */
  readonly budget: Budget;
  readonly limits: RemotingLimits;
  /** Bytes that do not wait for the end of the turn. */
  readonly promptSize: number;
}

/** What one connection has yet to send: gathered in this turn, or waiting for the socket. */
export class Outbox {
  private gathered: Buffer[] = [];
  /** The last copies, as long as they are neighbours: a part of a slab. */
  private run: { slab: Buffer; from: number; to: number } | undefined;
  private gatheredSize = 0;
  private releases: (() => void)[] = [];
  private queued = false;
  private accounted = 0;
  private open = true;

  constructor(private readonly options: OutboxOptions) {}

  get size(): number {
    return this.gatheredSize + this.options.stream.pendingSize;
  }

  /** Whether `bytes` more stay within the limits. */
  accepts(bytes: number): boolean {
    const { budget, limits } = this.options;
    const size = this.size + bytes;
    return size <= limits.outputBytesMax && (!budget.exhausted || size <= limits.fairShareSize);
  }

  /** @param release called when the buffers are needed no more */
  add(buffers: readonly Buffer[], release?: () => void): void {
    if (!this.open) return;
    if (release !== undefined) this.releases.push(release);
    let size = 0;
    this.closeRun();
    for (const buffer of buffers) {
      this.gathered.push(buffer);
      size += buffer.length;
    }
    this.account(size);
  }

  /** Adds the first `size` bytes of a buffer that is used again. */
  addCopy(bytes: Buffer, size: number): void {
    if (!this.open) return;
    const { copies } = this.options.turns;
    const at = copies.add(bytes, size);
    if (this.run?.slab !== copies.bytes || this.run.to !== at) {
      this.closeRun();
      this.run = { slab: copies.bytes, from: at, to: at };
    }
    this.run.to += size;
    this.account(size);
  }

  private closeRun(): void {
    if (this.run === undefined) return;
    const { slab, from, to } = this.run;
    this.gathered.push(slab.subarray(from, to));
    this.run = undefined;
  }

  private account(size: number): void {
    this.gatheredSize += size;
    this.accounted += size;
    this.options.budget.take(size);
    if (this.gatheredSize >= this.options.promptSize) this.flush();
    if (this.queued) return;
    this.queued = true;
    this.options.turns.add(this);
  }

  endTurn(): void {
    this.queued = false;
    this.flush();
  }

  flush(): void {
    if (!this.open) return;
    this.closeRun();
    if (this.gathered.length === 0) return;
    const buffers = this.gathered;
    this.gathered = [];
    this.gatheredSize = 0;
    const { releases } = this;
    if (releases.length === 0) return this.options.stream.write(buffers);
    this.releases = [];
    this.options.stream.write(buffers, () => {
      for (const release of releases) release();
    });
  }

  /** The stream has sent something: gives its share of the budget back. */
  drained(): void {
    const size = this.open ? this.size : 0;
    const left = this.accounted - size;
    this.accounted = size;
    if (left > 0) this.options.budget.give(left);
  }

  close(): void {
    this.open = false;
    this.run = undefined;
    this.gathered = [];
    this.releases = [];
    this.gatheredSize = 0;
    this.drained();
  }
}
