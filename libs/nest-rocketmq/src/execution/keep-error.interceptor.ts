import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import { catchError, tap, throwError, type Observable } from 'rxjs';
import { isRocketMQContext } from '../listener/rocketmq.context.js';
import { isOutcome } from '../outcome/outcome.js';

/**
 * Keeps the original error for the outcome: every error that is not an RpcException reaches a transport as "Internal server error". Innermost of the
 * interceptors, so it sees what the handler and the pipes threw, and the outcome before other interceptors wrap it. Guard denials pass it by.
 */
export class KeepErrorInterceptor implements NestInterceptor {
  intercept(execution: ExecutionContext, next: CallHandler): Observable<unknown> {
    const context: unknown = execution.switchToRpc().getContext();
    if (!isRocketMQContext(context)) return next.handle();
    return next.handle().pipe(
      tap((value) => {
        if (isOutcome(value) || Array.isArray(value)) context.outcome = value;
      }),
      catchError((error: unknown) => {
        context.failure = { error };
        return throwError(() => error);
      }),
    );
  }
}
