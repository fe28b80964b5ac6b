import type { BatchResult, ConsumeResult, PartlyConsumed, RetryChoice } from '../message-types.js';

/** What becomes of one message: undefined means consumed. */
export type Verdict = undefined | ({ readonly retry: true; readonly reason?: string } & RetryChoice);

/** What becomes of the messages of a call, each in its place; undefined, as nearly always, when all are consumed. */
export type Verdicts = undefined | readonly Verdict[];

const DEAD_LETTER = { retry: true, delayLevel: -1 } as const;

const isPartly = (result: object): result is PartlyConsumed => 'ackIndex' in result;

/**
 * What a listener said of its messages.
 * @throws Error when it returned a list of another length
 */
export function verdictsOf(result: BatchResult | null, messageCount: number): Verdicts {
  // What a listener without a type returns by chance, a number for example, is no verdict.
  if (typeof result !== 'object' || result === null) return undefined;
  const verdicts = listOf(result, messageCount);
  return verdicts.every((verdict) => verdict === undefined) ? undefined : verdicts;
}

function listOf(result: object, messageCount: number): Verdict[] {
  if (Array.isArray(result)) {
    const results = result as readonly ConsumeResult[];
    if (results.length !== messageCount) throw new Error(`the listener returned ${results.length} results for ${messageCount} messages`);
    return results.map((one) => verdictOf(one));
  }
  if (!isPartly(result)) return Array.from({ length: messageCount }, () => verdictOf(result as ConsumeResult));
  const { ackIndex, ...choice } = result;
  return Array.from({ length: messageCount }, (_, at) => (at <= ackIndex ? undefined : { retry: true, ...choice }));
}

function verdictOf(result: ConsumeResult | null): Verdict {
  if (typeof result !== 'object' || result === null) return undefined;
  if ('deadLetter' in result) return result.reason === undefined ? DEAD_LETTER : { ...DEAD_LETTER, reason: String(result.reason) };
  const { retry, ...choice } = result;
  return retry ? { retry, ...choice } : undefined;
}
