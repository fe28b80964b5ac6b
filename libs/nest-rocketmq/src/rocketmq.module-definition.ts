import { ConfigurableModuleBuilder } from '@nestjs/common';
import type { RocketMQModuleOptions } from './rocketmq.options.js';
import { DEFAULT_CONNECTION, OPTIONS_TOKEN } from './rocketmq.tokens.js';
import { connectionProviders, exportedTokens } from './rocketmq.providers.js';

export interface RocketMQModuleExtras {
  /** Name of the connection; give each module of an application its own. Default `default`. */
  connection?: string;
  /** Whether every module sees the template without importing this one. Default true. */
  isGlobal?: boolean;
}

export const { ConfigurableModuleClass } = new ConfigurableModuleBuilder<RocketMQModuleOptions>({
  moduleName: 'RocketMQ',
  optionsInjectionToken: OPTIONS_TOKEN,
})
  .setClassMethodName('forRoot')
  .setExtras<RocketMQModuleExtras>({}, (definition, { connection = DEFAULT_CONNECTION, isGlobal = true }) => ({
    ...definition,
    global: isGlobal,
    providers: [...(definition.providers ?? []), ...connectionProviders(connection)],
    exports: [...(definition.exports ?? []), ...exportedTokens(connection)],
  }))
  .build();
