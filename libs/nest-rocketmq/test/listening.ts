import { Logger, Module, type Provider, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrokerConfig } from 'rocketmq-core/broker';
import { EmbeddedRocketMQ } from '../src/embedded/index.js';
import { RocketMQConnection, RocketMQModule, type RocketMQModuleOptions } from '../src/index.js';

/** Items that arrive, and those who wait for them. */
export class Arrivals<T> {
  readonly items: T[] = [];
  private waiting: { readonly count: number; readonly arrived: (items: readonly T[]) => void }[] = [];

  add(item: T): void {
    this.items.push(item);
    for (const { count, arrived } of this.waiting) if (this.items.length >= count) arrived(this.items);
    this.waiting = this.waiting.filter(({ count }) => this.items.length < count);
  }

  /** Resolves when so many have arrived in all. */
  atLeast(count: number): Promise<readonly T[]> {
    if (this.items.length >= count) return Promise.resolve(this.items);
    return new Promise((arrived) => this.waiting.push({ count, arrived }));
  }
}

/** A promise with its handle outside. */
export function signal<T = void>() {
  let fire!: (value: T) => void;
  const fired = new Promise<T>((resolve) => (fire = resolve));
  return { fire, fired };
}

/** A name server and a broker in this process, and what listens to them. */
export class Cluster {
  private constructor(
    readonly folder: string,
    readonly embedded: EmbeddedRocketMQ,
    /** Of the test itself, beside the applications. */
    readonly beside: RocketMQConnection,
  ) {}

  static async start(broker: Partial<BrokerConfig> = {}): Promise<Cluster> {
    Logger.overrideLogger(['fatal']);
    const folder = await mkdtemp(join(tmpdir(), 'nest-rocketmq-'));
    const embedded = await EmbeddedRocketMQ.start({ dataDir: folder, namesrvPort: 0, brokerPort: 0, broker });
    return new Cluster(folder, embedded, new RocketMQConnection('beside', { namesrvAddr: embedded.namesrvAddr }));
  }

  async stop(): Promise<void> {
    await this.beside.close();
    await this.embedded.onApplicationShutdown();
    await rm(this.folder, { recursive: true, force: true });
  }

  async createTopic(topic: string, queueNums = 2): Promise<void> {
    const admin = (await this.beside.start()).admin();
    await admin.topics.createOrUpdate({ topic, readQueueNums: queueNums, writeQueueNums: queueNums });
  }

  /** Sends texts, one after the other, to one queue. */
  async send(
    topic: string,
    bodies: readonly string[],
    more: { readonly tags?: string; readonly properties?: Record<string, string> } = {},
  ) {
    const producer = await this.beside.producer();
    for (const body of bodies) await producer.send({ topic, body, ...more }, { shardingKey: 'one' });
  }

  /** An application whose providers listen, started. */
  async application(
    providers: (Type | Provider)[],
    options: Partial<RocketMQModuleOptions> = {},
    imports: NonNullable<Parameters<typeof Module>[0]['imports']> = [],
  ) {
    @Module({
      imports: [RocketMQModule.forRoot({ namesrvAddr: this.embedded.namesrvAddr, startup: 'fail', ...options }), ...imports],
      providers,
    })
    class Application {}
    const app = await NestFactory.createApplicationContext(Application, { logger: ['fatal'], abortOnError: false });
    return app.init();
  }
}
