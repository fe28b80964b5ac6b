import { markIdempotent, type IdempotentOptions } from '../idempotency/idempotent.metadata.js';

/**
 * Handles each message once: a delivery whose key was handled before counts as consumed, without a call; one whose key is being handled is delivered
 * again. A handler that fails, or returns `Retry` or `Reject`, has not handled it. What is promised depends on the store.
 *
 * Beside `@RocketMQListener` or `@OrderlyListener`, in either order; not with batches.
 */
export function Idempotent(options: IdempotentOptions): MethodDecorator {
  return markIdempotent(options);
}
