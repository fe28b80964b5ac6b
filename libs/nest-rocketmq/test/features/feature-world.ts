import { Logger, Module, type INestApplication, type Provider, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { eventually } from 'rocketmq-core/testing';
import { RocketMQConnection, RocketMQModule, RocketMQServer, type RocketMQModuleOptions } from '../../src/index.js';
import type { Arrivals } from '../listening.js';

/** A name server and a broker, whoever wrote them. */
export interface FeatureCluster {
  readonly namesrvAddr: string;
  stop(): Promise<void>;
}

/** Keys of broker.conf that the examples need. */
export const featureConf = {
  ...{ mappedFileSizeCommitLog: 16 * 1024 * 1024, enablePropertyFilter: true, recallMessageEnable: true },
  ...{ messageDelayLevel: '1s 2s 3s', transactionTimeOut: 1000, transactionCheckInterval: 1000 },
} as const;

/** Of all examples: they are made at once, because an Apache broker tells the name server of a topic some time after it has made it. */
const topics = [
  ...['jobs', 'steps', 'failing', 'later', 'asked', 'once', 'deals', 'pulled', 'iterated'],
  ...['proxied', 'proxied-asked', 'named', 'intercepted', 'typed', 'worked', 'events', 'raw'],
  ...['bare', 'bare-asked', 'places', 'enhanced', 'scoped', 'slow', 'correlated', 'order-placed', 'order-paid', 'order-signed'],
  ...['configured-a', 'configured-b', 'configured-c', 'roles', 'gate', 'background', 'status', 'traced'],
  ...['redis', 'sql', 'outbox'],
];

type Imports = NonNullable<Parameters<typeof Module>[0]['imports']>;

/** Where the examples of the features run: one cluster for all, applications of their own. */
export class FeatureWorld {
  private constructor(
    private readonly cluster: FeatureCluster,
    private readonly beside: RocketMQConnection,
  ) {}

  static async start(startCluster: () => Promise<FeatureCluster>): Promise<FeatureWorld> {
    Logger.overrideLogger(['fatal']);
    const cluster = await startCluster();
    const { namesrvAddr } = cluster;
    const world = new FeatureWorld(cluster, new RocketMQConnection('beside', { namesrvAddr, client: { mqClientApiTimeoutMs: 20_000 } }));
    const admin = (await world.beside.start()).admin();
    for (const topic of topics) await admin.topics.createOrUpdate({ topic, readQueueNums: 2, writeQueueNums: 2 });
    for (const topic of topics) await world.routed(topic);
    return world;
  }

  get namesrvAddr(): string {
    return this.cluster.namesrvAddr;
  }

  /** Until the name server knows the topic. */
  async routed(topic: string): Promise<void> {
    const admin = (await this.beside.start()).admin();
    await eventually(
      `a route to ${topic}`,
      () => admin.topics.route(topic),
      (route) => route !== undefined,
    );
  }

  /** With the times of a busy machine. */
  options(more: Partial<RocketMQModuleOptions> = {}): RocketMQModuleOptions {
    return {
      namesrvAddr: this.namesrvAddr,
      producer: { group: 'shop', sendMsgTimeoutMs: 20_000 },
      client: { mqClientApiTimeoutMs: 20_000, pollNameServerIntervalMs: 1000 },
      ...more,
    };
  }

  /** An application without HTTP whose providers listen. */
  async application(providers: readonly (Type | Provider)[], options: Partial<RocketMQModuleOptions> = {}, imports: Imports = []) {
    @Module({ imports: [RocketMQModule.forRoot(this.options(options)), ...imports], providers: [...providers] })
    class App {}
    return (await NestFactory.createApplicationContext(App, { logger: ['fatal'], abortOnError: false })).init();
  }

  /** A hybrid application whose controllers listen. */
  async serving(controllers: readonly Type[], providers: readonly Provider[] = []): Promise<INestApplication> {
    @Module({ imports: [RocketMQModule.forRoot(this.options())], controllers: [...controllers], providers: [...providers] })
    class App {}
    const app = await NestFactory.create(App, { logger: ['fatal'], abortOnError: false });
    app.connectMicroservice({ strategy: app.get(RocketMQServer) });
    await app.startAllMicroservices();
    return app.init();
  }

  async stop(): Promise<void> {
    await this.beside.close();
    await this.cluster.stop();
  }
}

/** Waits with the patience that a busy machine needs. @returns what has arrived, in its order */
export const inOrder = <T>(seen: Arrivals<T>, count: number): Promise<readonly T[]> =>
  eventually(
    `${count} arrivals`,
    () => Promise.resolve([...seen.items]),
    (items) => items.length >= count,
  );

export const received = async <T>(seen: Arrivals<T>, count: number): Promise<readonly T[]> => [...(await inOrder(seen, count))].sort();
