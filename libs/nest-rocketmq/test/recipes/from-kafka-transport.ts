import { Controller, Inject, Injectable, Module } from '@nestjs/common';
import { ClientsModule, Payload, RpcException } from '@nestjs/microservices';
import {
  MessageAttempt,
  MessageKeys,
  RetryException,
  RocketMQClient,
  RocketMQListener,
  RocketMQModule,
  RocketMQRecordBuilder,
} from 'nest-rocketmq';
import { firstValueFrom } from 'rxjs';

interface Payment {
  readonly id: string;
}

@Controller()
export class PaymentsController {
  // @EventPattern('payments'); the group was that of the transport, here it is the listener's.
  @RocketMQListener({ topic: 'payments', group: 'booking' })
  book(@Payload() payment: Payment, @MessageKeys() [key]: readonly string[], @MessageAttempt() attempt: number) {
    // throw new KafkaRetriableException(...)
    if (payment.id === '' && attempt < 3) throw new RetryException(`payment ${key} is not complete`, { delayMs: 1000 });
  }

  // @MessagePattern('fees'): what is returned is the answer; there is no reply topic to subscribe to.
  @RocketMQListener({ topic: 'fees', group: 'fees' })
  fee(@Payload('id') id: string) {
    if (id === '') throw new RpcException({ status: 'error', code: 404, message: 'no such payment' });
    return { cents: 30 };
  }
}

@Injectable()
export class Payments {
  constructor(@Inject('PAYMENTS') private readonly client: RocketMQClient) {}

  async pay(payment: Payment): Promise<{ readonly cents: number }> {
    // client.emit('payments', { key: payment.id, value: payment, headers }): what had one key in Kafka has one sharding key here.
    const record = new RocketMQRecordBuilder(payment).setKeys(payment.id).setShardingKey(payment.id).setProperty('source', 'web').build();
    await firstValueFrom(this.client.emit('payments', record));
    // client.send(...), without client.subscribeToResponseOf('fees')
    return firstValueFrom(this.client.send<{ readonly cents: number }>('fees', { id: payment.id }));
  }
}

export const paymentsModule = (namesrvAddr: string) => {
  @Module({
    imports: [
      RocketMQModule.forRoot({ namesrvAddr }),
      ClientsModule.register([{ name: 'PAYMENTS', customClass: RocketMQClient, options: { namesrvAddr } }]),
    ],
    controllers: [PaymentsController],
    providers: [Payments],
  })
  class PaymentsModule {}
  return PaymentsModule;
};
