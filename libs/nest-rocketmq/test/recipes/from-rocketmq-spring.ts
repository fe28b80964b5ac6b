import { Injectable, Module } from '@nestjs/common';
import {
  OrderlyListener,
  RocketMQListener,
  RocketMQModule,
  RocketMQTemplate,
  TransactionListener,
  type RocketMQTransactionListener,
  type TransactionMessage,
} from 'nest-rocketmq';

interface OrderPaid {
  readonly orderId: string;
}

// @RocketMQMessageListener(topic = "order-paid", consumerGroup = "invoices", selectorExpression = "A || B", consumeThreadNumber = 8)
@Injectable()
export class InvoiceListener {
  readonly invoiced: string[] = [];

  @RocketMQListener({ topic: 'order-paid', group: 'invoices', selector: { tag: 'A || B' }, concurrency: 8 })
  onMessage({ orderId }: OrderPaid) {
    this.invoiced.push(orderId);
  }

  // consumeMode = ConsumeMode.ORDERLY, suspendCurrentQueueTimeMillis = 2000
  @OrderlyListener({ topic: 'order-steps', group: 'steps', consumer: { suspendCurrentQueueTimeMs: 2000 } })
  onStep({ orderId }: OrderPaid) {
    this.invoiced.push(orderId);
  }
}

// @RocketMQTransactionListener; there may be several
@TransactionListener({ topic: 'order-paid' })
@Injectable()
export class PaidListener implements RocketMQTransactionListener<OrderPaid, { readonly amount: number }> {
  executeLocalTransaction(_message: TransactionMessage<OrderPaid>, { amount }: { readonly amount: number }) {
    return amount > 0 ? ('commit' as const) : ('rollback' as const);
  }

  checkLocalTransaction() {
    return 'unknown' as const;
  }
}

@Injectable()
export class Orders {
  constructor(private readonly template: RocketMQTemplate) {}

  async pay(orderId: string) {
    const payload = { orderId };
    // rocketMQTemplate.syncSend("order-paid:A", payload)
    await this.template.send('order-paid:A', payload);
    // rocketMQTemplate.asyncSendOrderly("order-steps", payload, orderId, callback)
    await this.template.sendOrderly('order-steps', payload, orderId);
    // rocketMQTemplate.syncSendDelayTimeSeconds("order-paid:B", payload, 30)
    await this.template.send('order-paid:B', payload, { delayMs: 30_000 });
    // rocketMQTemplate.sendMessageInTransaction("order-paid", message, arg)
    return this.template.sendInTransaction({ destination: 'order-paid', payload }, { amount: 1 });
  }
}

// rocketmq.name-server, rocketmq.producer.group, rocketmq.producer.send-message-timeout, rocketmq.pull-consumer.group
@Module({
  imports: [
    RocketMQModule.forRoot({
      namesrvAddr: '127.0.0.1:9876',
      producer: { group: 'orders', sendMsgTimeoutMs: 3000 },
      pull: { group: 'orders-pull' },
    }),
  ],
  providers: [InvoiceListener, PaidListener, Orders],
})
export class AppModule {}
