import { Logger, type OnApplicationShutdown } from '@nestjs/common';
import { Broker } from 'rocketmq-core/broker';
import { NameServer } from 'rocketmq-core/namesrv';
import { coreLogger } from './core-logger.js';
import type { EmbeddedRocketMQOptions } from './embedded.options.js';
import { embeddedSettings } from './embedded-settings.js';

const STOP_TIMEOUT_MS = 5000;

/** The running name server and broker. Ends in `onApplicationShutdown`, after every client has ended. */
export class EmbeddedRocketMQ implements OnApplicationShutdown {
  private constructor(
    private readonly namesrv: NameServer,
    private readonly broker: Broker,
    private readonly options: EmbeddedRocketMQOptions,
  ) {}

  /** Resolves when clients can send: the broker is registered. */
  static async start(options: EmbeddedRocketMQOptions): Promise<EmbeddedRocketMQ> {
    const config = embeddedSettings(options);
    const logger = coreLogger(new Logger('EmbeddedRocketMQ'));
    const doors = { logger, ...(options.clock === undefined ? {} : { clock: options.clock }) };
    const namesrv = new NameServer({ ...doors, config: config.namesrv });
    await namesrv.start();
    try {
      const intercept = options.intercept === undefined ? {} : { intercept: options.intercept };
      const broker = new Broker({ ...doors, ...intercept, config: { namesrvAddr: namesrv.address, ...config.broker } });
      await broker.start();
      return new EmbeddedRocketMQ(namesrv, broker, options);
    } catch (error) {
      await namesrv.stop(0);
      throw error;
    }
  }

  /** `host:port` for `RocketMQModule`. */
  get namesrvAddr(): string {
    return this.namesrv.address;
  }

  get brokerAddr(): string {
    return this.broker.address;
  }

  /** Whether the store accepts writes, and why not. */
  health(): ReturnType<Broker['health']> {
    return this.broker.health();
  }

  async onApplicationShutdown(): Promise<void> {
    const timeoutMs = this.options.stopTimeoutMs ?? STOP_TIMEOUT_MS;
    await this.broker.stop(timeoutMs);
    await this.namesrv.stop(timeoutMs);
  }
}
