import { isObservable, lastValueFrom } from 'rxjs';

/**
 * Calls a Nest handler and waits for its very end: a value, a promise, or a stream that has to be subscribed and completed.
 * An empty stream is a success.
 */
export async function runToEnd(call: () => unknown): Promise<void> {
  const result = await call();
  if (isObservable(result)) await lastValueFrom(result, { defaultValue: undefined });
}
