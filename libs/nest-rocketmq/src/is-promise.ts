// By its method: a promise may come from another realm.
/** What is there already need not be awaited, and on hot paths is not. */
export const isPromise = <T>(value: T | PromiseLike<T>): value is PromiseLike<T> =>
  typeof (value as { readonly then?: unknown } | null | undefined)?.then === 'function';
