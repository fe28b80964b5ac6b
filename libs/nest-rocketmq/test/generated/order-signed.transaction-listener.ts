import { Injectable } from '@nestjs/common';
import { TransactionListener, type RocketMQTransactionListener, type TransactionMessage } from 'nest-rocketmq';

@TransactionListener({ topic: 'order-signed' })
@Injectable()
export class OrderSignedTransactionListener implements RocketMQTransactionListener {
  /** In the place of a database: what became of a transaction must be found by its id, in any process, also after a restart. */
  private readonly committed = new Set<string>();

  executeLocalTransaction({ transactionId }: TransactionMessage) {
    this.committed.add(transactionId);
    return 'commit' as const;
  }

  checkLocalTransaction({ transactionId }: TransactionMessage) {
    return this.committed.has(transactionId) ? ('commit' as const) : ('rollback' as const);
  }
}
