import { Injectable } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { RocketMQListener } from 'nest-rocketmq';
import { CONFIRMATION_GROUP, orderPlaced, ORDERS_TOPIC, type OrderPlaced } from './order.js';
import { OrdersService } from './orders.service.js';
import { ZodPipe } from './zod.pipe.js';

@Injectable()
export class OrderPlacedListener {
  constructor(private readonly orders: OrdersService) {}

  @RocketMQListener({ topic: ORDERS_TOPIC, group: CONFIRMATION_GROUP, selector: { tag: 'placed' }, consumeFrom: 'first' })
  async confirm(@Payload(new ZodPipe(orderPlaced)) event: OrderPlaced): Promise<void> {
    await this.orders.confirm(event);
  }
}
