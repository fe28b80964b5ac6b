import type { TransactionState } from 'rocketmq-core/client';
import type { Codec } from '../codec/codec.js';
import type { Setting } from '../listener/setting.js';
import type { TopicRef } from '../topics/topic-ref.js';

/** A message that waits for its local transaction. */
export interface TransactionMessage<T = unknown> {
  /** The same in both methods, and the `messageId` of what consumers get. */
  readonly transactionId: string;
  readonly topic: string;
  readonly tag: string | undefined;
  readonly keys: readonly string[];
  readonly properties: ReadonlyMap<string, string>;
  readonly payload: T;
}

/** What a class with `@TransactionListener` has. */
export interface RocketMQTransactionListener<T = unknown, A = unknown> {
  /**
   * Runs when the broker has the message and shows it to nobody. What became of it must be findable by `transactionId` afterwards, in any process.
   * An error means `unknown`: whether the local transaction took place is for the check to say.
   */
  executeLocalTransaction(message: TransactionMessage<T>, arg: A): TransactionState | Promise<TransactionState>;
  /**
   * The broker asks what became of it, perhaps after a restart, and perhaps about a transaction that never began: then the answer is `rollback`.
   * An error means `unknown`: it asks again.
   */
  checkLocalTransaction(message: TransactionMessage<T>): TransactionState | Promise<TransactionState>;
}

export interface TransactionListenerOptions<In = unknown, Out = In> {
  /** Travels with every message, so that a check finds the listener after a restart: keep it. Default: the name of the class. */
  readonly name?: string;
  /** For messages to this topic that name no listener. A typed topic brings its tag and codec. Default: chosen by name only. */
  readonly topic?: Setting<string> | TopicRef<In, Out>;
  /** Default: every tag. */
  readonly tag?: Setting<string>;
  /** Reads the payload for `checkLocalTransaction`. Default: the codec of the typed topic, else of the connection. */
  readonly codec?: Codec;
  /** Name of the connection. Default `default`. */
  readonly connection?: Setting<string>;
}

/** A listener with everything resolved. */
export interface NamedTransactionListener {
  readonly name: string;
  /** For messages: the name of its class. */
  readonly className: string;
  readonly topic: string | undefined;
  readonly tag: string | undefined;
  readonly codec: Codec | undefined;
  readonly instance: RocketMQTransactionListener;
}
