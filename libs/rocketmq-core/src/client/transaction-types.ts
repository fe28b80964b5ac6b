import type { OutgoingMessage, ReceivedMessage, SendOptions, SendResult } from './message-types.js';

/** What became of a local transaction. `unknown`: not decided yet; the broker asks later. */
export type TransactionState = 'commit' | 'rollback' | 'unknown';

export interface LocalTransaction {
  /** The same in `checkLocalTransaction`, and `messageId` of what consumers get. */
  readonly transactionId: string;
}

/** The local half of transactions. */
export interface TransactionListener<A = unknown> {
  /**
   * Runs when the broker has the message and shows it to nobody. The outcome must be findable by `transactionId` afterwards, in any process of the
   * group. An error is logged, stands in the result, and means `unknown`: whether the local transaction took place is for the check to say.
   */
  executeLocalTransaction(message: OutgoingMessage, arg: A, transaction: LocalTransaction): TransactionState | Promise<TransactionState>;

  /**
   * The broker asks for the outcome: the answer to it was lost, was `unknown`, or the process that ran it is gone. It may ask about a message whose
   * local transaction never began, because the process died before: then the answer is `rollback`. An error means `unknown`. The broker asks
   * `transactionCheckMax` times in all.
   */
  checkLocalTransaction(message: ReceivedMessage): TransactionState | Promise<TransactionState>;
}

export interface TransactionSendOptions extends Pick<SendOptions, 'timeoutMs' | 'signal' | 'queue' | 'selector' | 'shardingKey'> {
  /** Name of the listener; may be left out when there is one only, or one called `default`. */
  readonly listener?: string;
}

export interface TransactionSendResult extends SendResult {
  readonly transactionId: string;
  /** What the broker was told. `rollback` without a local transaction when the status is not `SEND_OK`. */
  readonly transactionState: TransactionState;
  /** What `executeLocalTransaction` threw. */
  readonly localError?: unknown;
}
