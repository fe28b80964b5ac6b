import { DecodeError, HandlerTimeoutError } from '../errors/delivery.errors.js';
import { outcomeIn } from '../outcome/outcome.exceptions.js';
import type { RocketMQContext } from '../listener/rocketmq.context.js';
import type { DeliveryEnd } from '../outcome/outcome-table.js';

interface Shape {
  readonly message?: unknown;
  readonly getStatus?: () => unknown;
}

// Nest's own, when a guard returns false: in an RpcException on controllers, in a ForbiddenException on providers.
const FORBIDDEN = 'Forbidden resource';
const FORBIDDEN_STATUS = 403;
const SERVER_FAULT_STATUS = 500;

const statusOf = (error: Shape): unknown => (typeof error.getStatus === 'function' ? error.getStatus() : undefined);

function isDenial(error: Error): boolean {
  return error.message === FORBIDDEN || statusOf(error) === FORBIDDEN_STATUS;
}

/** An HttpException of 500 and above says that the fault is not the payload's. */
function isServerFault(error: Error): boolean {
  const status = statusOf(error);
  return typeof status === 'number' && status >= SERVER_FAULT_STATUS;
}

/** How a delivery ended that failed with this error. */
export function endOfFailure(context: Pick<RocketMQContext, 'failure' | 'entered'>, error: Error): DeliveryEnd {
  const outcome = outcomeIn(error);
  if (outcome !== undefined) return outcome.kind === 'retry' ? 'threw RetryException' : 'threw RejectException';
  if (error instanceof DecodeError) return 'decode failed';
  if (error instanceof HandlerTimeoutError) return 'timed out';
  if (context.entered) return 'threw';
  // Our innermost interceptor sees what pipes throw, and nothing of guards.
  if (context.failure !== undefined) return isServerFault(error) ? 'threw' : 'validation failed';
  return isDenial(error) ? 'guard denied' : 'threw';
}
