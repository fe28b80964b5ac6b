import { Injectable, Logger } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { MessageId, OrderlyListener } from 'nest-rocketmq';

@Injectable()
export class OrderShippedListener {
  private readonly logger = new Logger(OrderShippedListener.name);

  @OrderlyListener({ topic: 'order-shipped', group: 'order-shipped' })
  handle(@Payload() payload: unknown, @MessageId() messageId: string): void {
    this.logger.log(`${messageId}: ${JSON.stringify(payload)}`);
  }
}
