// Two copies of the package may be loaded, and interceptors may copy what a handler returns: an outcome is told by its brand.
const brand = Symbol.for('nest-rocketmq.outcome');

export interface RetryOptions {
  /** Deliver again after this time, ms. In order: 10 to 30000, how long the queue pauses. */
  readonly delayMs?: number;
  /** Deliver again after the delay of this level of the broker's table, 1 to 18. */
  readonly delayLevel?: number;
}

/** What becomes of a message, in the words of a handler. */
export type Outcome =
  | { readonly [brand]: true; readonly kind: 'ack' }
  | ({ readonly [brand]: true; readonly kind: 'retry' } & RetryOptions)
  | { readonly [brand]: true; readonly kind: 'reject'; readonly reason?: string };

/** The message is consumed: what a handler says that returns anything else, or nothing. */
export const Ack: Outcome = Object.freeze<Outcome>({ [brand]: true, kind: 'ack' });

/** The message is delivered again: after `delayMs`, at `delayLevel`, or as the broker says. It counts as a failure. */
export const Retry = (options: RetryOptions = {}): Outcome => Object.freeze<Outcome>({ [brand]: true, kind: 'retry', ...options });

/** The message is a dead letter, now. */
export const Reject = (reason?: string): Outcome =>
  Object.freeze<Outcome>({ [brand]: true, kind: 'reject', ...(reason === undefined ? {} : { reason }) });

export function isOutcome(value: unknown): value is Outcome {
  return typeof value === 'object' && value !== null && brand in value;
}
