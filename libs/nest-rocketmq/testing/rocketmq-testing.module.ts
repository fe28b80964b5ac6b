import { Module, type DynamicModule } from '@nestjs/common';
import { RocketMQModule, type RocketMQConnectionOptions } from '../src/index.js';
import { RocketMQTesting, type RocketMQTestingOptions } from './rocketmq-testing.js';

export interface RocketMQTestingModuleOptions extends RocketMQTestingOptions {
  /** Settings of the connection under test, beside those that the test needs. */
  readonly options?: RocketMQConnectionOptions;
  /** Name of the connection. Default `default`. */
  readonly connection?: string;
  /** A broker that several applications share; it is stopped by whoever started it. Default: one of its own. */
  readonly testing?: RocketMQTesting;
}

/** In place of `RocketMQModule.forRoot`: the same, on a broker inside the process. `module.get(RocketMQTesting)` is the harness. */
@Module({})
export class RocketMQTestingModule {
  static forRoot({ options, connection, testing, ...broker }: RocketMQTestingModuleOptions = {}): DynamicModule {
    const harness = testing === undefined ? { provide: RocketMQTesting, useFactory: () => RocketMQTesting.start(broker) } : shared(testing);
    return {
      module: RocketMQTestingModule,
      global: true,
      imports: [
        RocketMQModule.forRootAsync({
          ...(connection === undefined ? {} : { connection }),
          inject: [RocketMQTesting],
          useFactory: ({ connectionOptions }: RocketMQTesting) => joined(connectionOptions, options),
        }),
      ],
      providers: [harness],
      exports: [RocketMQTesting],
    };
  }
}

// Without the hook, or the first application that ends would end the broker of the others.
function shared(testing: RocketMQTesting) {
  const view = new Proxy(testing, {
    get: (target, key) => {
      const value: unknown = key === 'onApplicationShutdown' ? undefined : Reflect.get(target, key, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
  return { provide: RocketMQTesting, useValue: view };
}

function joined(needed: RocketMQConnectionOptions, given: RocketMQConnectionOptions = {}): RocketMQConnectionOptions {
  return {
    ...needed,
    ...given,
    client: { ...needed.client, ...given.client },
    producer: { ...needed.producer, ...given.producer },
  };
}
