import { Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import type { RocketMQConnection } from '../connection/rocketmq.connection.js';
import type { RocketMQListenerRegistry } from '../discovery/listener.registry.js';
import { connectionToken, DEFAULT_CONNECTION, registryToken } from '../rocketmq.tokens.js';
import { RocketMQMetrics, type RocketMQMetricsOptions } from './rocketmq.metrics.js';

export interface RocketMQMetricsModuleOptions<Registry> extends RocketMQMetricsOptions<Registry> {
  /** Names of the connections. Default: `default` alone. */
  readonly connections?: readonly string[];
}

const METRICS = 'nest-rocketmq:metrics';

class MetricsLifecycle implements OnApplicationShutdown {
  constructor(private readonly metrics: RocketMQMetrics<unknown>) {
    metrics.start();
  }

  onApplicationShutdown(): void {
    this.metrics.stop();
  }
}

/** Counts what the listeners of an application do: `RocketMQMetricsModule.register({ prometheus })`. */
@Module({})
export class RocketMQMetricsModule {
  static register<Registry>({ connections = [DEFAULT_CONNECTION], ...options }: RocketMQMetricsModuleOptions<Registry>): DynamicModule {
    const metrics = {
      provide: METRICS,
      inject: connections.flatMap((name) => [connectionToken(name), registryToken(name)]),
      useFactory: (...parts: unknown[]) =>
        new RocketMQMetrics(
          options,
          connections.map((_, at) => ({
            connection: parts[2 * at] as RocketMQConnection,
            registry: parts[2 * at + 1] as RocketMQListenerRegistry,
          })),
        ),
    };
    const lifecycle = {
      provide: MetricsLifecycle,
      inject: [METRICS],
      useFactory: (all: RocketMQMetrics<unknown>) => new MetricsLifecycle(all),
    };
    return { module: RocketMQMetricsModule, providers: [metrics, lifecycle] };
  }
}
