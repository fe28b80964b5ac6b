import { Injectable } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { OrderlyListener } from 'nest-rocketmq';
import { Database } from '../database/database.js';
import { orderHistory } from '../database/schema.js';
import { topics, type OrderChanged } from './order.js';

/** Writes down what happens to an order, in its order: one message of an order after the other, different orders side by side. */
@Injectable()
export class OrderHistoryListener {
  constructor(private readonly database: Database) {}

  @OrderlyListener({ topic: topics.changed.topic, codec: topics.changed.codec, group: 'order-history', consumeFrom: 'first' })
  async note(@Payload() { orderId, event }: OrderChanged): Promise<void> {
    await this.database.queries.insert(orderHistory).values({ orderId, event }).onConflictDoNothing();
  }
}
