import { Injectable } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { TopicListener } from 'nest-rocketmq';
import { CONFIRMATION_GROUP, topics, type OrderNamed, type OrderPlaced } from './order.js';
import { OrdersService } from './orders.service.js';

/** Two listeners of one group: each gets the messages of its tag. */
@Injectable()
export class OrderListeners {
  constructor(private readonly orders: OrdersService) {}

  @TopicListener(topics.placed, { group: CONFIRMATION_GROUP, consumeFrom: 'first' })
  async confirm(@Payload() event: OrderPlaced): Promise<void> {
    await this.orders.confirm(event);
  }

  @TopicListener(topics.paymentDue, { group: CONFIRMATION_GROUP })
  async cancelUnpaid(@Payload() { orderId }: OrderNamed): Promise<void> {
    await this.orders.cancelUnpaid(orderId);
  }
}
