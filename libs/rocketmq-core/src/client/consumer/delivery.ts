import type { HeldMessage, ProcessQueue } from './process-queue.js';

/** Brings messages to the listener, in one way or another. */
export interface Delivery {
  /** Calls of the listener that have not ended. */
  readonly running: number;
  /** Calls that may run at once. */
  readonly concurrency: number;
  start(): void;
  setConcurrency(concurrency: number): void;
  /** No call begins until `resume`. */
  pause(): void;
  resume(): void;
  submit(processQueue: ProcessQueue, held: readonly HeldMessage[]): void;
  /** The queue belongs to another consumer now: what waits is forgotten, running calls are told. */
  drop(processQueue: ProcessQueue): void;
  /** No call begins any more; resolves when the running ones have ended, or when `deadlineMs` have passed and their signals have fired. */
  stop(deadlineMs: number): Promise<void>;
}
