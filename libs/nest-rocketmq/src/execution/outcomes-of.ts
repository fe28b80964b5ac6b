import { isOutcome, Ack, type Outcome } from '../outcome/outcome.js';

/**
 * What the handler of a batch said, for each of its messages.
 * @throws Error for a list of outcomes of another length: nobody could tell which message is meant
 */
export function outcomesOf(returned: unknown, messageCount: number): readonly Outcome[] {
  if (isOutcome(returned)) return Array.from({ length: messageCount }, () => returned);
  if (Array.isArray(returned) && returned.some(isOutcome)) {
    if (returned.length !== messageCount) throw new Error(`the handler returned ${returned.length} outcomes for ${messageCount} messages`);
    return returned.map((one: unknown) => (isOutcome(one) ? one : Ack));
  }
  return Array.from({ length: messageCount }, () => Ack);
}
