import { Injectable, Logger } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { DeadLetterListener, Reject, TopicListener } from 'nest-rocketmq';
import { SHIPPING_GROUP, topics, type OrderNamed } from './order.js';

/** Stands for a carrier somewhere else, which may be down or refuse. */
@Injectable()
export class Carrier {
  /** @throws Error while it cannot be reached */
  ship(orderId: string): Promise<'accepted' | 'refused'> {
    return Promise.resolve(orderId === '' ? 'refused' : 'accepted');
  }
}

@Injectable()
export class ShippingListener {
  private readonly logger = new Logger(ShippingListener.name);
  /** Orders that nobody ships, for people to look at. */
  readonly refused: string[] = [];

  constructor(private readonly carrier: Carrier) {}

  /** An error is tried again after 10 s, 30 s, 1 min and so on; a refusal is final. */
  @TopicListener(topics.shipment, { group: SHIPPING_GROUP, consumeFrom: 'first' })
  async ship(@Payload() { orderId }: OrderNamed) {
    if ((await this.carrier.ship(orderId)) === 'refused') return Reject(`the carrier refuses ${orderId}`);
    this.logger.log(`order ${orderId} is on its way`);
    return undefined;
  }

  @DeadLetterListener({ of: SHIPPING_GROUP, group: `${SHIPPING_GROUP}-refused`, codec: topics.shipment.codec, consumeFrom: 'first' })
  note(@Payload() { orderId }: OrderNamed): void {
    this.refused.push(orderId);
    this.logger.warn(`order ${orderId} was not shipped`);
  }
}
