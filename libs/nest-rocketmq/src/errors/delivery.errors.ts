/** Anything that was thrown, as an error. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error
    ? thrown
    : new Error(`something that is no error was thrown: ${JSON.stringify(thrown)}`, { cause: thrown });
}

/** The body of a message is not what the codec reads. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError';
}

/** A handler did not end within its `handlerTimeoutMs`. */
export class HandlerTimeoutError extends Error {
  override readonly name = 'HandlerTimeoutError';
  constructor(name: string, timeoutMs: number) {
    super(`${name} did not end within ${timeoutMs} ms`);
  }
}
