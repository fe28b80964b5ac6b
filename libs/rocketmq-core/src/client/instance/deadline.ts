import { OperationFailed } from '../../base/index.js';
import type { Clock } from '../../runtime/index.js';
import type { CallLimits } from './calls.js';

/**
 * The outcome of `work`, if it comes in time. The work itself goes on.
 * @throws OperationFailed `timeout`, `aborted`
 */
export function within<T>(work: Promise<T>, limits: CallLimits & { readonly clock: Clock; readonly what: string }): Promise<T> {
  const { clock, timeoutMs, signal, what } = limits;
  return new Promise((resolve, reject) => {
    const end = () => {
      timer.cancel();
      signal?.removeEventListener('abort', abort);
    };
    const abort = () => {
      end();
      reject(new OperationFailed('aborted', `${what}: aborted`, { cause: signal?.reason }));
    };
    const timer = clock.after(timeoutMs, () => {
      end();
      reject(new OperationFailed('timeout', `${what} took more than ${timeoutMs} ms`));
    });
    signal?.addEventListener('abort', abort, { once: true });
    if (signal?.aborted) abort();
    work
      .then(resolve, reject)
      .finally(end)
      .catch(() => undefined);
  });
}
