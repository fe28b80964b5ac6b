import { Module, type DynamicModule } from '@nestjs/common';
import { EmbeddedRocketMQ } from './embedded-rocketmq.js';
import type { EmbeddedRocketMQOptions } from './embedded.options.js';

/**
 * Starts a name server and a broker before anything that injects EmbeddedRocketMQ:
 * `RocketMQModule.forRootAsync({ inject: [EmbeddedRocketMQ], useFactory: (embedded) => ({ namesrvAddr: embedded.namesrvAddr }) })`.
 */
@Module({})
export class EmbeddedRocketMQModule {
  static forRoot(options: EmbeddedRocketMQOptions = {}): DynamicModule {
    return {
      module: EmbeddedRocketMQModule,
      global: true,
      providers: [{ provide: EmbeddedRocketMQ, useFactory: () => EmbeddedRocketMQ.start(options) }],
      exports: [EmbeddedRocketMQ],
    };
  }
}
