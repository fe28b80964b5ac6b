import { join, resolve } from 'node:path';
import type { BrokerConfig } from 'rocketmq-core/broker';
import type { NamesrvConfig } from 'rocketmq-core/namesrv';
import type { EmbeddedRocketMQOptions } from './embedded.options.js';

/** What name server and broker are started with. The broker is told of the name server once that has its address. */
export function embeddedSettings(options: EmbeddedRocketMQOptions): {
  readonly namesrv: Partial<NamesrvConfig>;
  readonly broker: Partial<BrokerConfig>;
} {
  const folder = resolve(options.dataDir ?? 'data');
  return {
    namesrv: { listenPort: options.namesrvPort ?? 9876, kvConfigPath: join(folder, 'namesrv', 'kvConfig.json'), ...options.namesrv },
    broker: { listenPort: options.brokerPort ?? 10_911, storePathRootDir: join(folder, 'store'), ...options.broker },
  };
}
