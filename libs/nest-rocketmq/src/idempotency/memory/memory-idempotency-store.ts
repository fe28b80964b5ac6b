import { SystemClock, type Clock } from 'rocketmq-core/client';
import type { IdempotencyEntry, IdempotencyResult, IdempotencyStore } from '../idempotency-store.js';

export interface MemoryIdempotencyOptions {
  /** Keys that are remembered at most; the oldest ones are forgotten first. Default 100 000. */
  readonly entriesMax?: number;
  readonly clock?: Clock;
}

const ENTRIES_MAX = 100_000;

/** Remembers in this process alone, until it ends: for one process whose handler may do things twice after a restart, and for tests. */
export class MemoryIdempotencyStore implements IdempotencyStore {
  /** By group and key: when it was done is forgotten; undefined while it is in progress. */
  private readonly entries = new Map<string, number | undefined>();
  private readonly entriesMax: number;
  private readonly clock: Clock;

  constructor({ entriesMax = ENTRIES_MAX, clock = new SystemClock() }: MemoryIdempotencyOptions = {}) {
    this.entriesMax = entriesMax;
    this.clock = clock;
  }

  get size(): number {
    return this.entries.size;
  }

  async run({ group, key, ttlMs }: IdempotencyEntry, work: () => Promise<void>): Promise<IdempotencyResult> {
    const id = JSON.stringify([group, key]);
    if (this.entries.has(id)) {
      const forgottenAt = this.entries.get(id);
      // No lease: whoever is at it lives in this process.
      if (forgottenAt === undefined) return 'in progress';
      if (forgottenAt > this.clock.monotonic()) return 'done';
    }
    this.entries.set(id, undefined);
    try {
      await work();
    } catch (error) {
      this.entries.delete(id);
      throw error;
    }
    // Anew, so that the oldest ones stand first.
    this.entries.delete(id);
    this.entries.set(id, this.clock.monotonic() + ttlMs);
    this.forget();
    return 'ran';
  }

  private forget(): void {
    for (const [id, forgottenAt] of this.entries) {
      if (this.entries.size <= this.entriesMax) return;
      if (forgottenAt !== undefined) this.entries.delete(id);
    }
  }
}
