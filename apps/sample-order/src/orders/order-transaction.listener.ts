import { Injectable } from '@nestjs/common';
import { TransactionListener, type RocketMQTransactionListener, type TransactionMessage } from 'nest-rocketmq';
import { topics, type OrderPlaced, type OrderRequest } from './order.js';
import { OrdersService } from './orders.service.js';

/** The message that an order was placed is seen if the order is stored, and only then. */
@TransactionListener({ topic: topics.placed })
@Injectable()
export class OrderTransactionListener implements RocketMQTransactionListener<
  OrderPlaced,
  { request: OrderRequest; idempotencyKey: string }
> {
  constructor(private readonly orders: OrdersService) {}

  async executeLocalTransaction(
    { payload }: TransactionMessage<OrderPlaced>,
    { request, idempotencyKey }: { request: OrderRequest; idempotencyKey: string },
  ) {
    return (await this.orders.store(payload.orderId, request, idempotencyKey)) ? ('commit' as const) : ('rollback' as const);
  }

  /** The process died before it could say what became of it. */
  async checkLocalTransaction({ payload }: TransactionMessage<OrderPlaced>) {
    return (await this.orders.exists(payload.orderId)) ? ('commit' as const) : ('rollback' as const);
  }
}
