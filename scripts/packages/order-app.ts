// The smallest service of a user, compiled and run by check-packages in a project of its own with each Nest that the libraries accept, as an ES module
// and as CommonJS. It ends by itself: what the libraries leave open would keep it.
import 'reflect-metadata';
import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { RocketMQListener, RocketMQModule, RocketMQTemplate } from 'nest-rocketmq';
import { EmbeddedRocketMQ, EmbeddedRocketMQModule } from 'nest-rocketmq/embedded';

interface Order {
  readonly id: string;
}

@Injectable()
class Orders {
  private confirmed: (order: Order) => void = () => undefined;
  readonly confirmation = new Promise<Order>((resolve) => (this.confirmed = resolve));

  constructor(private readonly rocketmq: RocketMQTemplate) {}

  async place(order: Order): Promise<void> {
    await this.rocketmq.send('orders:placed', order, { keys: order.id });
  }

  @RocketMQListener({ topic: 'orders', group: 'confirmation', selector: { tag: 'placed' } })
  confirm(order: Order): void {
    this.confirmed(order);
  }
}

@Module({
  imports: [
    EmbeddedRocketMQModule.forRoot({ dataDir: process.argv[2] ?? './data', namesrvPort: 0, brokerPort: 0 }),
    RocketMQModule.forRootAsync({
      inject: [EmbeddedRocketMQ],
      useFactory: (embedded: EmbeddedRocketMQ) => ({ namesrvAddr: embedded.namesrvAddr }),
    }),
  ],
  providers: [Orders],
})
class AppModule {}

async function main(): Promise<void> {
  const app = await NestFactory.create(AppModule, { logger: ['error', 'warn'] });
  await app.listen(0, '127.0.0.1');
  const orders = app.get(Orders);
  await orders.place({ id: 'first' });
  const { id } = await orders.confirmation;
  await app.close();
  console.log(`confirmed ${id}`);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
