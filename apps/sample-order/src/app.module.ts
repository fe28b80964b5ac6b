import { Module, type DynamicModule } from '@nestjs/common';
import { RocketMQModule, type RocketMQConnectionOptions } from 'nest-rocketmq';
import { EmbeddedRocketMQ, EmbeddedRocketMQModule } from 'nest-rocketmq/embedded';
import { join } from 'node:path';
import { DatabaseModule } from './database/database.module.js';
import { topics } from './orders/order.js';
import { OrdersModule } from './orders/orders.module.js';
import type { Settings } from './settings.js';

const QUEUES = { readQueueNums: 4, writeQueueNums: 4 };
const topicNames = [...new Set(Object.values(topics).map(({ topic }) => topic))];

/** What does not depend on where the cluster is. A group of its own: brokers ask any member of it about transactions. */
const connection: RocketMQConnectionOptions = {
  producer: { group: 'order-service' },
  // A topic of dead letters comes into being with the first of them, and its listener looks for it this often.
  client: { pollNameServerIntervalMs: 5000 },
  ensureTopics: 'create',
  topics: topicNames.map((topic) => ({ topic, ...QUEUES })),
};

// The whole difference between one machine and a cluster is NAMESRV_ADDR.
function messaging(settings: Settings): DynamicModule[] {
  const { NAMESRV_ADDR: namesrvAddr } = settings;
  if (namesrvAddr !== undefined) return [RocketMQModule.forRoot({ namesrvAddr, ...connection })];
  return [
    EmbeddedRocketMQModule.forRoot({
      dataDir: join(settings.DATA_DIR, 'rocketmq'),
      namesrvPort: settings.NAMESRV_PORT,
      brokerPort: settings.BROKER_PORT,
    }),
    RocketMQModule.forRootAsync({
      inject: [EmbeddedRocketMQ],
      useFactory: (embedded: EmbeddedRocketMQ) => ({ namesrvAddr: embedded.namesrvAddr, ...connection }),
    }),
  ];
}

@Module({})
export class AppModule {
  static forRoot(settings: Settings): DynamicModule {
    return { module: AppModule, imports: [DatabaseModule.forRoot(settings), ...messaging(settings), OrdersModule.forRoot(settings)] };
  }
}
