/** How a delivery may end. */
export type DeliveryEnd =
  | 'returned'
  | 'returned Ack'
  | 'returned Retry'
  | 'returned Reject'
  | 'threw RetryException'
  | 'threw RejectException'
  | 'decode failed'
  | 'validation failed'
  | 'guard denied'
  | 'timed out'
  | 'threw'
  | 'no listener';

/** What the group does with the message then. */
export type Fate = 'consumed' | 'retry' | 'dead letter';

export interface OutcomeRow {
  readonly fate: Fate;
  /** Whether `retry` of the listener or the connection may decide otherwise. */
  readonly policyAsked: boolean;
  readonly logged: 'no' | 'warn' | 'error';
  readonly means: string;
}

/** What becomes of a message: the only place where it is said. */
export const outcomeTable: Readonly<Record<DeliveryEnd, OutcomeRow>> = {
  returned: {
    ...{ fate: 'consumed', policyAsked: false, logged: 'no' },
    means: 'The handler returned anything that is no outcome; its promise or stream ended.',
  },
  'returned Ack': { fate: 'consumed', policyAsked: false, logged: 'no', means: 'The same, in words.' },
  'returned Retry': {
    fate: 'retry',
    policyAsked: false,
    logged: 'warn',
    means: 'After `delayMs`, at `delayLevel`, or as the broker says.',
  },
  'returned Reject': { fate: 'dead letter', policyAsked: false, logged: 'error', means: 'At once, whatever the number of attempts.' },
  'threw RetryException': { fate: 'retry', policyAsked: false, logged: 'warn', means: 'As `Retry`, from anywhere in the pipeline.' },
  'threw RejectException': {
    fate: 'dead letter',
    policyAsked: false,
    logged: 'error',
    means: 'As `Reject`, from anywhere in the pipeline.',
  },
  'decode failed': {
    fate: 'dead letter',
    policyAsked: true,
    logged: 'error',
    means: 'The codec could not read the body; the handler was not called.',
  },
  'validation failed': {
    ...{ fate: 'dead letter', policyAsked: true, logged: 'error' },
    means: 'A pipe threw, other than an HttpException of 500 and above; the handler was not called.',
  },
  'guard denied': {
    fate: 'dead letter',
    policyAsked: true,
    logged: 'error',
    means: 'A guard returned false or threw a ForbiddenException.',
  },
  'timed out': { fate: 'retry', policyAsked: true, logged: 'warn', means: 'The handler did not end within `handlerTimeoutMs`.' },
  threw: {
    fate: 'retry',
    policyAsked: true,
    logged: 'warn',
    means: 'The handler, or an interceptor or filter, ended with any other error.',
  },
  'no listener': {
    ...{ fate: 'dead letter', policyAsked: false, logged: 'error' },
    means: 'No listener of the group takes it: a retry of a message that an earlier subscription fetched.',
  },
};
