import { Controller, Logger } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { MessageId, RocketMQListener } from 'nest-rocketmq';

@Controller()
export class OrderPaidListener {
  private readonly logger = new Logger(OrderPaidListener.name);

  @RocketMQListener({ topic: 'order-paid', group: 'order-paid' })
  handle(@Payload() payload: unknown, @MessageId() messageId: string): void {
    this.logger.log(`${messageId}: ${JSON.stringify(payload)}`);
  }
}
