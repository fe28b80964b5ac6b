import type { BatchResult, ConsumeResult, PartlyConsumed, RetryChoice } from '../message-types.js';

/** What becomes of one message: undefined means consumed. */
export type Verdict = undefined | ({ readonly retry: true } & RetryChoice);

const DEAD_LETTER: Verdict = { retry: true, delayLevel: -1 };

const isPartly = (result: ConsumeResult | PartlyConsumed | null): result is PartlyConsumed =>
  typeof result === 'object' && result !== null && 'ackIndex' in result;

/**
 * What a listener said, for each of its messages.
 * @throws Error when it returned a list of another length
 */
export function verdictsOf(result: BatchResult, messageCount: number): readonly Verdict[] {
  if (Array.isArray(result)) {
    const results = result as readonly ConsumeResult[];
    if (results.length !== messageCount) throw new Error(`the listener returned ${results.length} results for ${messageCount} messages`);
    return results.map((one) => verdictOf(one));
  }
  // What a listener without a type returns by chance, a number for example, is no verdict.
  const one = result as ConsumeResult | PartlyConsumed | null;
  if (!isPartly(one)) return Array.from({ length: messageCount }, () => verdictOf(one));
  const { ackIndex, ...choice } = one;
  return Array.from({ length: messageCount }, (_, at) => (at <= ackIndex ? undefined : { retry: true, ...choice }));
}

function verdictOf(result: ConsumeResult | null): Verdict {
  if (typeof result !== 'object' || result === null) return undefined;
  if ('deadLetter' in result) return DEAD_LETTER;
  const { retry, ...choice } = result;
  return retry ? { retry, ...choice } : undefined;
}
