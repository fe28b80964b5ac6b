import { RpcException } from '@nestjs/microservices';
import { Reject, Retry, type Outcome, type RetryOptions } from './outcome.js';

const brand = Symbol.for('nest-rocketmq.outcome-exception');

interface OutcomeException {
  readonly outcome: Outcome;
}

/** Thrown by a handler, a pipe, a guard or an interceptor: deliver the message again. Logged with its cause. */
export class RetryException extends RpcException implements OutcomeException {
  readonly [brand] = true;
  readonly outcome: Outcome;

  constructor(message: string, { cause, ...options }: RetryOptions & { readonly cause?: unknown } = {}) {
    super(message);
    this.cause = cause;
    this.outcome = Retry(options);
  }

  // Nest hands a transport what getError returns: itself, so that it arrives whole.
  override getError(): this {
    return this;
  }
}

/** Thrown by a handler, a pipe, a guard or an interceptor: the message is a dead letter. */
export class RejectException extends RpcException implements OutcomeException {
  readonly [brand] = true;
  readonly outcome: Outcome;

  constructor(message: string, { cause }: { readonly cause?: unknown } = {}) {
    super(message);
    this.cause = cause;
    this.outcome = Reject(message);
  }

  override getError(): this {
    return this;
  }
}

/** The outcome that an error asks for itself. */
export function outcomeIn(error: unknown): Outcome | undefined {
  return typeof error === 'object' && error !== null && brand in error ? (error as unknown as OutcomeException).outcome : undefined;
}
