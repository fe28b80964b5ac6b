import { Module, type DynamicModule } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import type { ConfiguredListeners } from './listener/configured-listeners.js';
import { ConfigurableModuleClass } from './rocketmq.module-definition.js';
import type { RocketMQFeatureOptions } from './rocketmq.options.js';
import { configuredListenersToken } from './rocketmq.tokens.js';

/** `RocketMQModule.forRoot({ namesrvAddr: '127.0.0.1:9876' })`, once for each connection. */
@Module({ imports: [DiscoveryModule] })
export class RocketMQModule extends ConfigurableModuleClass {
  /**
   * Settings of the listeners of a feature, by the key that their decorators name, beside those of `forRoot`. A connection that is not global has to be
   * imported by the module, too.
   */
  static forFeature({ connection, listeners }: RocketMQFeatureOptions): DynamicModule {
    const configured = {
      provide: Symbol('nest-rocketmq:feature'),
      inject: [configuredListenersToken(connection)],
      useFactory: (all: ConfiguredListeners) => all.add(listeners),
    };
    return { module: RocketMQFeatureModule, providers: [configured] };
  }
}

@Module({})
class RocketMQFeatureModule {}
