import { isObservable, lastValueFrom } from 'rxjs';

/**
 * Calls a Nest handler and waits for its very end: a value, a promise, or a stream that has to be subscribed and completed.
 * An empty stream is a success. @returns the last value
 */
export async function runToEnd(call: () => unknown): Promise<unknown> {
  const result = await call();
  return isObservable(result) ? lastValueFrom(result, { defaultValue: undefined }) : result;
}
