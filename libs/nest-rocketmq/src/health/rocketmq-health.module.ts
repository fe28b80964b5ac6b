import { Module, type DynamicModule } from '@nestjs/common';
import type { RocketMQConnection } from '../connection/rocketmq.connection.js';
import type { RocketMQListenerRegistry } from '../discovery/listener.registry.js';
import { connectionToken, registryToken } from '../rocketmq.tokens.js';
import { RocketMQHealthIndicator, type RocketMQHealthOptions } from './rocketmq.health-indicator.js';

export interface RocketMQHealthModuleOptions extends RocketMQHealthOptions {
  /** Name of the connection. Default `default`. */
  readonly connection?: string;
}

/** Provides RocketMQHealthIndicator for one connection. */
@Module({})
export class RocketMQHealthModule {
  static register({ connection, ...options }: RocketMQHealthModuleOptions = {}): DynamicModule {
    const indicator = {
      provide: RocketMQHealthIndicator,
      inject: [connectionToken(connection), registryToken(connection)],
      useFactory: (to: RocketMQConnection, registry: RocketMQListenerRegistry) => new RocketMQHealthIndicator(to, registry, options),
    };
    return { module: RocketMQHealthModule, providers: [indicator], exports: [RocketMQHealthIndicator] };
  }
}
