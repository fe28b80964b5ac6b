import { Injectable, Module } from '@nestjs/common';
import { InjectRocketMQTemplate, RocketMQListener, RocketMQModule, RocketMQTemplate } from 'nest-rocketmq';

interface Order {
  readonly id: string;
}

/** Takes what happens in one cluster to the other. */
@Injectable()
export class Bridge {
  constructor(@InjectRocketMQTemplate('archive') private readonly archive: RocketMQTemplate) {}

  @RocketMQListener({ topic: 'orders', group: 'bridge', consumeFrom: 'first' })
  async copy(order: Order) {
    await this.archive.send('orders-of-all-time', order, { keys: order.id });
  }

  @RocketMQListener({ topic: 'archive-questions', group: 'bridge', connection: 'archive' })
  answer(question: { readonly id: string }) {
    return { known: question.id !== '' };
  }
}

export const clusters = (main: string, archive: string) => [
  RocketMQModule.forRoot({ namesrvAddr: main }),
  RocketMQModule.forRoot({ connection: 'archive', namesrvAddr: archive, startup: 'background' }),
];

@Module({ imports: clusters('10.0.0.1:9876', '10.0.1.1:9876'), providers: [Bridge] })
export class AppModule {}
