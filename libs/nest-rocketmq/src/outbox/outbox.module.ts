import { ConfigurableModuleBuilder, Logger, Module, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { RocketMQConnection } from '../connection/rocketmq.connection.js';
import { connectionToken, DEFAULT_CONNECTION } from '../rocketmq.tokens.js';
import { intercepted } from '../observation/send-interceptor.js';
import type { OutboxStore } from './outbox-store.js';
import { OutboxRelay, type RelayOptions } from './relay-loop.js';
import { RocketMQOutbox } from './rocketmq-outbox.js';

export interface RocketMQOutboxModuleOptions {
  readonly store: OutboxStore<never>;
  /** Settings of the relay; false: this process adds messages and leaves the sending to others. */
  readonly relay?: RelayOptions | false;
}

export interface RocketMQOutboxModuleExtras {
  /** Name of the connection. Default `default`. */
  connection?: string;
  /** Whether every module sees RocketMQOutbox without importing this one. Default true. */
  isGlobal?: boolean;
}

const OPTIONS = 'nest-rocketmq:outbox-options';

/** Runs the relay while the application runs. */
class OutboxRelayLifecycle implements OnApplicationBootstrap, OnModuleDestroy {
  constructor(private readonly relay: OutboxRelay | undefined) {}

  onApplicationBootstrap(): void {
    this.relay?.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.relay?.stop();
  }
}

function relayOf(connection: RocketMQConnection, { store, relay }: RocketMQOutboxModuleOptions): OutboxRelay | undefined {
  if (relay === false) return undefined;
  const logger = new Logger(OutboxRelay.name);
  return new OutboxRelay({
    store,
    clock: connection.clock,
    logger: {
      log: (level, message, fields) => logger[level === 'info' ? 'log' : level](`${message} ${JSON.stringify(fields ?? {})}`),
    },
    send: async (message, shardingKey) => {
      const producer = await connection.producer();
      return intercepted(connection.sendInterceptors, { kind: 'send', messages: [message] }, ([changed = message]) =>
        producer.send(changed, shardingKey === undefined ? {} : { shardingKey }),
      );
    },
    ...(relay === undefined ? {} : { options: relay }),
  });
}

const { ConfigurableModuleClass } = new ConfigurableModuleBuilder<RocketMQOutboxModuleOptions>({ optionsInjectionToken: OPTIONS })
  .setClassMethodName('forRoot')
  .setExtras<RocketMQOutboxModuleExtras>({}, (definition, { connection = DEFAULT_CONNECTION, isGlobal = true }) => ({
    ...definition,
    global: isGlobal,
    providers: [
      ...(definition.providers ?? []),
      {
        provide: RocketMQOutbox,
        inject: [connectionToken(connection), OPTIONS],
        useFactory: (to: RocketMQConnection, { store }: RocketMQOutboxModuleOptions) => new RocketMQOutbox(to, store),
      },
      {
        provide: OutboxRelayLifecycle,
        inject: [connectionToken(connection), OPTIONS],
        useFactory: (to: RocketMQConnection, options: RocketMQOutboxModuleOptions) => new OutboxRelayLifecycle(relayOf(to, options)),
      },
    ],
    exports: [...(definition.exports ?? []), RocketMQOutbox],
  }))
  .build();

/** `RocketMQOutboxModule.forRootAsync({ inject: [Pool], useFactory: (pool) => ({ store: new PostgresOutboxStore({ pool }) }) })`. */
@Module({})
export class RocketMQOutboxModule extends ConfigurableModuleClass {}
