import type { RocketMQContext } from '../listener/rocketmq.context.js';

/** The error to report: the original one where an interceptor saw it, else what came out of Nest's filters (a guard's denial, for one). */
export function errorOfOutcome(context: Pick<RocketMQContext, 'failure'>, outcome: unknown): Error {
  const error = context.failure?.error ?? outcome;
  if (error instanceof Error) return error;
  const message = typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : JSON.stringify(error);
  return new Error(message, { cause: error });
}
