import { Injectable, Logger } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { MessageId, RocketMQListener } from 'nest-rocketmq';

@Injectable()
export class OrderPlacedListener {
  private readonly logger = new Logger(OrderPlacedListener.name);

  @RocketMQListener({ topic: 'order-placed', group: 'order-placed' })
  handle(@Payload() payload: unknown, @MessageId() messageId: string): void {
    this.logger.log(`${messageId}: ${JSON.stringify(payload)}`);
  }
}
