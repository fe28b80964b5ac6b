/** What is done once. */
export interface IdempotencyEntry {
  /** The consumer group: each handles a message for itself. */
  readonly group: string;
  readonly key: string;
  /** How long it is remembered that it was done, ms. */
  readonly ttlMs: number;
  /** How long a process that began may stay silent before another one begins, ms. */
  readonly leaseMs: number;
}

/** `ran`: now, to its end. `done`: it was done before. `in progress`: another delivery is at it. */
export type IdempotencyResult = 'ran' | 'done' | 'in progress';

/** Remembers what was done. */
export interface IdempotencyStore {
  /** Called before the first message. @throws what keeps the store from working: the application does not start */
  prepare?(): void | Promise<void>;
  /**
   * Runs the work unless it was done or is in progress. Work that rejects was not done: the key is free again, and the error goes on.
   */
  run(entry: IdempotencyEntry, work: () => Promise<void>): Promise<IdempotencyResult>;
}
