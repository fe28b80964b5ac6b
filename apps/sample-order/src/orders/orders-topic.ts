import { Injectable, type OnModuleInit } from '@nestjs/common';
import { RocketMQConnection } from 'nest-rocketmq';
import { ORDERS_TOPIC } from './order.js';

const QUEUES = 4;

/** Sees to it that the topic exists before anything consumes: a consumer learns of a topic that appears later only with its next look at the routes. */
@Injectable()
export class OrdersTopic implements OnModuleInit {
  constructor(private readonly connection: RocketMQConnection) {}

  async onModuleInit(): Promise<void> {
    const { topics } = (await this.connection.start()).admin();
    if ((await topics.route(ORDERS_TOPIC)) !== undefined) return;
    await topics.createOrUpdate({ topic: ORDERS_TOPIC, readQueueNums: QUEUES, writeQueueNums: QUEUES });
  }
}
