import { Module, type DynamicModule } from '@nestjs/common';
import { RocketMQModule } from 'nest-rocketmq';
import { EmbeddedRocketMQ, EmbeddedRocketMQModule } from 'nest-rocketmq/embedded';
import { join } from 'node:path';
import { DatabaseModule } from './database/database.module.js';
import { OrdersModule } from './orders/orders.module.js';
import type { Settings } from './settings.js';

// The whole difference between one machine and a cluster is NAMESRV_ADDR.
function messaging(settings: Settings): DynamicModule[] {
  const { NAMESRV_ADDR: namesrvAddr } = settings;
  if (namesrvAddr !== undefined) return [RocketMQModule.forRoot({ namesrvAddr })];
  return [
    EmbeddedRocketMQModule.forRoot({
      dataDir: join(settings.DATA_DIR, 'rocketmq'),
      namesrvPort: settings.NAMESRV_PORT,
      brokerPort: settings.BROKER_PORT,
    }),
    RocketMQModule.forRootAsync({
      inject: [EmbeddedRocketMQ],
      useFactory: (embedded: EmbeddedRocketMQ) => ({ namesrvAddr: embedded.namesrvAddr }),
    }),
  ];
}

@Module({})
export class AppModule {
  static forRoot(settings: Settings): DynamicModule {
    return { module: AppModule, imports: [DatabaseModule.forRoot(settings), ...messaging(settings), OrdersModule] };
  }
}
