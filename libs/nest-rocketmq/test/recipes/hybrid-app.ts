import { Body, Controller, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { RocketMQListener, RocketMQModule, RocketMQServer, RocketMQTemplate } from 'nest-rocketmq';

interface Order {
  readonly id: string;
  readonly total: number;
}

@Controller('orders')
export class OrdersController {
  readonly billed: Order[] = [];

  constructor(private readonly template: RocketMQTemplate) {}

  @Post()
  async place(@Body() order: Order) {
    const { messageId } = await this.template.send('orders:placed', order, { keys: order.id });
    return { messageId };
  }

  @RocketMQListener({ topic: 'orders', group: 'billing', selector: { tag: 'placed' } })
  bill(order: Order) {
    this.billed.push(order);
  }
}

export async function start(namesrvAddr: string, port: number) {
  @Module({ imports: [RocketMQModule.forRoot({ namesrvAddr })], controllers: [OrdersController] })
  class AppModule {}

  const app = await NestFactory.create(AppModule);
  // Guards, pipes, interceptors and filters of the application apply to messages, too, only with inheritAppConfig.
  app.connectMicroservice({ strategy: app.get(RocketMQServer) }, { inheritAppConfig: true });
  app.enableShutdownHooks();
  await app.startAllMicroservices();
  await app.listen(port);
  return app;
}
