import type { ReceivedMessage } from 'rocketmq-core/client';
import { outcomeIn } from './outcome.exceptions.js';
import { Ack, Reject, Retry, type Outcome } from './outcome.js';
import { outcomeTable, type DeliveryEnd } from './outcome-table.js';

/** A failed delivery, as a policy sees it. */
export interface FailedDelivery {
  /** What was thrown first: not what Nest's filters made of it. */
  readonly error: Error;
  readonly end: DeliveryEnd;
  readonly message: ReceivedMessage;
  /** 1 for the first delivery. */
  readonly attempt: number;
}

/** Told by `instanceof`, or by the name of the class. */
export type ErrorClass = (abstract new (...args: never[]) => unknown) | string;

/** What becomes of a message whose handler failed. The first that has an opinion decides: in the order of the fields. */
export interface RetryPolicy {
  /** May say anything; undefined leaves it to the others. */
  readonly decide?: (failed: FailedDelivery) => Outcome | undefined;
  /** Errors that are as good as success. */
  readonly ackOn?: readonly ErrorClass[];
  /** Errors that no repetition mends: dead letters. */
  readonly rejectOn?: readonly ErrorClass[];
  /** Errors that a repetition may mend. When it is given, all others of the handler are dead letters. */
  readonly retryOn?: readonly ErrorClass[];
  /** Time before the next delivery, ms: of each attempt (the last one counts for all further ones), or computed. Default: as the broker says. */
  readonly backoff?: readonly number[] | ((failed: FailedDelivery) => number | undefined);
}

function isOneOf(error: Error, classes: readonly ErrorClass[] = []): boolean {
  const names = new Set<string>();
  for (let type: unknown = error; type !== null && type !== undefined; type = Object.getPrototypeOf(type)) {
    names.add((type as { readonly constructor: { readonly name: string } }).constructor.name);
  }
  names.add(error.name);
  return classes.some((one) => (typeof one === 'string' ? names.has(one) : error instanceof one));
}

function delayMsOf({ backoff }: RetryPolicy, failed: FailedDelivery): number | undefined {
  if (typeof backoff === 'function') return backoff(failed);
  return backoff?.[Math.min(failed.attempt, backoff.length) - 1];
}

function opinion(policy: RetryPolicy, failed: FailedDelivery): Outcome | undefined {
  const { error, end } = failed;
  const decided = policy.decide?.(failed);
  if (decided !== undefined) return decided;
  if (isOneOf(error, policy.ackOn)) return Ack;
  if (isOneOf(error, policy.rejectOn)) return Reject(error.message);
  if (policy.retryOn === undefined) return undefined;
  if (isOneOf(error, policy.retryOn)) return Retry();
  return end === 'threw' ? Reject(error.message) : undefined;
}

/**
 * What becomes of a failed delivery. A policy that throws has no opinion: the message must not be lost to its fault.
 * @param policies the listener's before the connection's
 * @param complain is told of a policy that threw
 */
export function decideFailure(
  failed: FailedDelivery,
  policies: readonly (RetryPolicy | undefined)[],
  complain: (error: unknown) => void,
): Outcome {
  const asked = policies.filter((policy) => policy !== undefined);
  const ask = <T>(question: (policy: RetryPolicy) => T | undefined): T | undefined => {
    for (const policy of asked) {
      try {
        const answer = question(policy);
        if (answer !== undefined) return answer;
      } catch (error) {
        complain(error);
      }
    }
    return undefined;
  };
  const row = outcomeTable[failed.end];
  const byTable = row.fate === 'retry' ? Retry() : Reject(failed.error.message);
  const outcome = outcomeIn(failed.error) ?? (row.policyAsked ? ask((policy) => opinion(policy, failed)) : undefined) ?? byTable;
  if (outcome.kind !== 'retry' || outcome.delayMs !== undefined || outcome.delayLevel !== undefined) return outcome;
  const delayMs = ask((policy) => delayMsOf(policy, failed));
  return delayMs === undefined ? outcome : Retry({ delayMs });
}
