export interface Patience {
  readonly timeoutMs?: number;
  /** Between two questions. */
  readonly pauseMs?: number;
}

/**
 * Asks until the answer is the expected one, and returns it. Most of what a broker or a name server tells about messages and routes follows the
 * answer to the change: queues are built from the log in the background, and topics reach the name server later still.
 * @throws Error with the last answer, or the last failure of the question, when the time is over.
 */
export async function eventually<T>(
  what: string,
  ask: () => Promise<T>,
  isExpected: (answer: T) => boolean,
  { timeoutMs = 120_000, pauseMs = 50 }: Patience = {},
): Promise<T> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const answer = await ask().then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    );
    if ('value' in answer && isExpected(answer.value)) return answer.value;
    if (Date.now() > end) {
      const last = 'error' in answer ? String(answer.error) : JSON.stringify(answer.value);
      throw new Error(`not within ${timeoutMs} ms: ${what}; the last answer was ${last}`);
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}
