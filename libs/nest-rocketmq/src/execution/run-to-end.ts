import { isObservable, lastValueFrom, type Observable } from 'rxjs';

/** The last value of a stream; undefined for an empty one, which is a success. */
export const lastValueOf = (stream: Observable<unknown>): Promise<unknown> => lastValueFrom(stream, { defaultValue: undefined });

/**
 * Calls a Nest handler and waits for its very end: a value, a promise, or a stream that has to be subscribed and completed.
 * @returns the last value
 */
export async function runToEnd(call: () => unknown): Promise<unknown> {
  const result = await call();
  return isObservable(result) ? lastValueOf(result) : result;
}
