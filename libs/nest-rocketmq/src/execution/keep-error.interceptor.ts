import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import { catchError, throwError, type Observable } from 'rxjs';
import { isRocketMQContext } from '../listener/rocketmq.context.js';

/**
 * Keeps the original error for the outcome: every error that is not an RpcException reaches a transport as "Internal server error". Innermost of the
 * interceptors, so it sees what the handler and the pipes threw. Guard denials pass it by.
 */
export class KeepErrorInterceptor implements NestInterceptor {
  intercept(execution: ExecutionContext, next: CallHandler): Observable<unknown> {
    const context: unknown = execution.switchToRpc().getContext();
    return next.handle().pipe(
      catchError((error: unknown) => {
        if (isRocketMQContext(context)) context.failure = { error };
        return throwError(() => error);
      }),
    );
  }
}
