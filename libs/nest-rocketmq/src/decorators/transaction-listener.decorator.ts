import { SetMetadata } from '@nestjs/common';
import type { RocketMQTransactionListener, TransactionListenerOptions } from '../transaction/transaction-listener.js';

export const TRANSACTION_METADATA = 'nest-rocketmq:transaction-listener';

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the argument is between the caller of sendInTransaction and the listener
type ListenerClass<Out> = new (...parts: never[]) => RocketMQTransactionListener<Out, any>;

/**
 * Makes a provider the local half of transactions: `executeLocalTransaction` and `checkLocalTransaction`. Any number of them for a connection;
 * `template.sendInTransaction` chooses by name, or by topic and tag.
 */
export const TransactionListener =
  <In, Out>(options: TransactionListenerOptions<In, Out> = {}) =>
  (target: ListenerClass<Out>): void => {
    SetMetadata(TRANSACTION_METADATA, options)(target);
  };
