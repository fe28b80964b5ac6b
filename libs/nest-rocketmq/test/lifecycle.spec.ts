import 'reflect-metadata';
import { jest } from '@jest/globals';
import {
  Controller,
  Injectable,
  Logger,
  Module,
  type DynamicModule,
  type INestApplication,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
  type OnModuleInit,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Ctx, Payload } from '@nestjs/microservices';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { firstValueFrom } from 'rxjs';
import { filter } from 'rxjs/operators';
import { freeListenPort } from 'rocketmq-core/testing';
import { EmbeddedRocketMQ, EmbeddedRocketMQModule } from '../src/embedded/index.js';
import { RocketMQConnection, RocketMQContext, RocketMQListener, RocketMQModule, RocketMQServer, RocketMQTemplate } from '../src/index.js';

const quiet = { logger: ['error' as const], abortOnError: false };

/** A promise with its handle outside. */
function signal<T = void>() {
  let fire!: (value: T) => void;
  const fired = new Promise<T>((resolve) => (fire = resolve));
  return { fire, fired };
}

/** Where nobody listens. */
const deadAddress = async (): Promise<string> => `127.0.0.1:${await freeListenPort()}`;

describe('an application with its broker inside', () => {
  let folder: string;
  let embedded: EmbeddedRocketMQ;

  beforeAll(async () => {
    Logger.overrideLogger(['error']);
    folder = await mkdtemp(join(tmpdir(), 'nest-rocketmq-'));
    embedded = await EmbeddedRocketMQ.start({ dataDir: folder, namesrvPort: 0, brokerPort: 0 });
  });
  afterAll(async () => {
    await embedded.onApplicationShutdown();
    await rm(folder, { recursive: true, force: true });
  });

  const rocketmq = (): DynamicModule => RocketMQModule.forRoot({ namesrvAddr: embedded.namesrvAddr });

  async function createTopic(topic: string): Promise<void> {
    const connection = new RocketMQConnection('setup', { namesrvAddr: embedded.namesrvAddr });
    await (await connection.start()).admin().topics.createOrUpdate({ topic, readQueueNums: 2, writeQueueNums: 2 });
    await connection.close();
  }

  it('delivers to listeners of one group by topic and tag, from providers and controllers', async () => {
    await createTopic('routed');
    const seen: string[] = [];
    const all = signal();
    const note = (line: string) => {
      seen.push(line);
      if (seen.length === 3) all.fire();
    };

    @Injectable()
    class Paid {
      @RocketMQListener({ topic: 'routed', group: 'routing', selector: { tag: 'paid' }, consumeFrom: 'first' })
      paid(order: { id: number }) {
        note(`paid ${order.id}`);
      }
    }
    @Controller()
    class Placed {
      @RocketMQListener({ topic: 'routed', group: 'routing', selector: { tag: 'placed || changed' } })
      placed(@Payload('id') id: number, @Ctx() context: RocketMQContext) {
        note(`${context.getMessage().tags} ${id} ${context.getMetadata().source} ${context.getMessage().keys.join()}`);
      }
    }
    @Module({ imports: [rocketmq()], providers: [Paid], controllers: [Placed] })
    class App {}

    const app = await NestFactory.create(App, quiet);
    app.connectMicroservice({ strategy: app.get(RocketMQServer) });
    await app.startAllMicroservices();
    await app.init();
    const template = app.get(RocketMQTemplate);
    await template.send('routed:paid', { id: 1 });
    await template.sendOrderly('routed', { id: 2 }, 'customer-7', { tag: 'placed', keys: ['k2', 'k3'], properties: { source: 'test' } });
    const results = await template.sendBatch('routed:changed', [{ id: 3 }], { properties: { source: 'batch' }, keys: 'k' });
    expect(results.map((result) => result.sent)).toEqual([true]);
    await all.fired;
    expect(seen.sort()).toEqual(['changed 3 batch k', 'paid 1', 'placed 2 test k2,k3']);
    await app.close();
  });

  it.each(['microservices first', 'init first'])('consumes nothing before the application is ready: %s', async (order) => {
    const topic = order === 'init first' ? 'gate-init' : 'gate-micro';
    await createTopic(topic);
    const log: string[] = [];
    const delivered = signal();

    @Controller()
    class Listener implements OnModuleInit, OnApplicationBootstrap {
      constructor(
        private readonly template: RocketMQTemplate,
        private readonly connection: RocketMQConnection,
      ) {}
      async onModuleInit() {
        await this.template.send(topic, {});
        log.push('init');
      }
      async onApplicationBootstrap() {
        await this.template.send(topic, {});
        log.push('bootstrap');
        expect(this.connection.status.state).toBe('created');
      }
      @RocketMQListener({ topic, group: `${topic}-group`, consumeFrom: 'first' })
      on() {
        log.push('message');
        if (log.length === 4) delivered.fire();
      }
    }
    @Module({ imports: [rocketmq()], controllers: [Listener] })
    class App {}

    const app = await NestFactory.create(App, quiet);
    const server = app.get(RocketMQServer);
    const connected = firstValueFrom(server.status.pipe(filter((status) => status === 'connected')));
    app.connectMicroservice({ strategy: server });
    expect(() => server.unwrap()).toThrow('not listening yet');
    if (order === 'init first') await app.init();
    await app.startAllMicroservices();
    await app.init();
    await connected;
    await delivered.fired;
    expect(log).toEqual(['init', 'bootstrap', 'message', 'message']);
    expect(server.unwrap()).toBe(app.get(RocketMQConnection).unwrap());
    await app.close();
    await server.close();
  });

  it('waits for a running handler, whose database still works, and delivers nothing afterwards', async () => {
    await createTopic('drain');
    const log: string[] = [];
    const running = signal();
    const finish = signal();

    @Injectable()
    class Store implements OnModuleDestroy {
      open = true;
      beforeApplicationShutdown() {
        this.open = false;
        log.push('store closed');
      }
      onModuleDestroy() {
        log.push('destroying');
      }
    }
    @Injectable()
    class Listener {
      constructor(
        private readonly store: Store,
        private readonly template: RocketMQTemplate,
      ) {}
      @RocketMQListener({ topic: 'drain', group: 'drain-group', consumeFrom: 'first', concurrency: 1 })
      async on() {
        running.fire();
        await finish.fired;
        await this.template.send('drain-answers', 'sent while draining');
        log.push(`handled, store open: ${this.store.open}`);
      }
    }
    @Module({ imports: [rocketmq()], providers: [Store, Listener] })
    class App {}

    const app = await NestFactory.createApplicationContext(App, quiet);
    await app.get(RocketMQTemplate).send('drain', 1);
    await running.fired;
    const closed = app.close();
    await new Promise((resolve) => setImmediate(resolve));
    finish.fire();
    await closed;
    expect(log).toEqual(['handled, store open: true', 'destroying', 'store closed']);
  });

  it('waits no longer than it was told to, and tells the handler', async () => {
    await createTopic('drain-deadline');
    const running = signal();
    const aborted = signal<unknown>();
    const again = signal<number>();

    @Injectable()
    class Endless {
      @RocketMQListener({ topic: 'drain-deadline', group: 'drain-deadline', consumeFrom: 'first' })
      on(@Ctx() context: RocketMQContext) {
        running.fire();
        context.getSignal().addEventListener('abort', () => aborted.fire(context.getSignal().reason));
        return new Promise(() => undefined);
      }
    }
    @Injectable()
    class Next {
      @RocketMQListener({ topic: 'drain-deadline', group: 'drain-deadline', consumeFrom: 'first' })
      on(@Payload() payload: number) {
        again.fire(payload);
      }
    }
    const application = (listener: new () => object) => {
      const options = { namesrvAddr: embedded.namesrvAddr, drainTimeoutMs: 20 };
      @Module({ imports: [RocketMQModule.forRoot(options)], providers: [listener] })
      class App {}
      return NestFactory.createApplicationContext(App, quiet);
    };
    const app = await application(Endless);
    await app.get(RocketMQTemplate).send('drain-deadline', 7);
    await running.fired;
    await app.close();
    expect(String(await aborted.fired)).toContain('the consumer is shut down');
    const next = await application(Next);
    expect(await again.fired).toBe(7);
    await next.close();
  });

  it.each(['microservices first', 'init first'])('drains a hybrid application before any module is destroyed: %s', async (order) => {
    const topic = order === 'init first' ? 'hybrid-init' : 'hybrid-micro';
    await createTopic(topic);
    const log: string[] = [];
    const running = signal();
    const finish = signal();

    @Controller()
    class Listener implements OnModuleDestroy {
      onModuleDestroy() {
        log.push('destroyed');
      }
      @RocketMQListener({ topic, group: topic, consumeFrom: 'first' })
      async on() {
        running.fire();
        await finish.fired;
        log.push('handled');
      }
    }
    @Module({ imports: [rocketmq()], controllers: [Listener] })
    class App implements OnModuleDestroy {
      onModuleDestroy() {
        log.push('root destroyed');
      }
    }
    const app = await NestFactory.create(App, quiet);
    app.connectMicroservice({ strategy: app.get(RocketMQServer) });
    if (order === 'init first') await app.init();
    await app.startAllMicroservices();
    await app.init();
    await app.get(RocketMQTemplate).send(topic, 1);
    await running.fired;
    const closed = app.close();
    await new Promise((resolve) => setImmediate(resolve));
    finish.fire();
    await closed;
    expect(log).toEqual(['handled', 'destroyed', 'root destroyed']);
  });

  it('serves a pure microservice without the module', async () => {
    await createTopic('pure');
    const got = signal<unknown>();

    @Controller()
    class Listener {
      @RocketMQListener({ topic: 'pure', group: 'pure-group', consumeFrom: 'first' })
      on(payload: unknown) {
        got.fire(payload);
      }
    }
    @Module({ controllers: [Listener] })
    class App {}

    const strategy = RocketMQServer.standalone({ namesrvAddr: embedded.namesrvAddr });
    const app = await NestFactory.createMicroservice(App, { ...quiet, strategy });
    await app.listen();
    const sender = new RocketMQConnection('sender', { namesrvAddr: embedded.namesrvAddr });
    await new RocketMQTemplate(sender).send('pure', { hello: '世界' });
    expect(await got.fired).toEqual({ hello: '世界' });
    await app.close();
    await sender.close();
  });

  it('fails at start when listeners of one group contradict each other', async () => {
    @Injectable()
    class Listener {
      @RocketMQListener({ topic: 'a', group: 'conflict', selector: { tag: 'x' } })
      one() {
        return undefined;
      }
      @RocketMQListener({ topic: 'a', group: 'conflict' })
      two() {
        return undefined;
      }
    }
    @Module({ imports: [rocketmq()], providers: [Listener] })
    class App {}

    await expect(NestFactory.createApplicationContext(App, { logger: false, abortOnError: false })).rejects.toThrow(
      'Listener.one and Listener.two share the group conflict',
    );
  });

  describe.each(['microservices first', 'init first'])('whose listeners on controllers cannot consume, started with %s', (order) => {
    async function start(app: INestApplication): Promise<void> {
      app.connectMicroservice({ strategy: app.get(RocketMQServer) });
      if (order === 'init first') await app.init();
      await app.startAllMicroservices();
      await app.init();
    }

    it('fails at start when they contradict a provider', async () => {
      const topic = `contradicted-${order.slice(0, 4)}`;
      @Injectable()
      class Provider {
        @RocketMQListener({ topic, group: topic, selector: { tag: 'x' } })
        one() {
          return undefined;
        }
      }
      @Controller()
      class Contradicting {
        @RocketMQListener({ topic, group: topic })
        two() {
          return undefined;
        }
      }
      @Module({ imports: [rocketmq()], providers: [Provider], controllers: [Contradicting] })
      class App {}

      const app = await NestFactory.create(App, { logger: false, abortOnError: false });
      const crashed = jest.fn();
      app.get(RocketMQServer).on('crashed', crashed);
      await expect(start(app)).rejects.toThrow(`Provider.one and Contradicting.two share the group ${topic}`);
      expect(crashed).toHaveBeenCalledTimes(1);
      await app.close();
    });

    it('fails at start when no name server answers', async () => {
      const namesrvAddr = await deadAddress();
      @Controller()
      class Listener {
        @RocketMQListener({ topic: 'lost', group: 'lost' })
        on() {
          return undefined;
        }
      }
      @Module({ imports: [RocketMQModule.forRoot({ namesrvAddr, startup: 'fail' })], controllers: [Listener] })
      class App {}

      const app = await NestFactory.create(App, { logger: false, abortOnError: false });
      const failure: unknown = await start(app).catch((error: unknown) => error);
      await app.close();
      expect(String(failure)).toContain(`cannot connect to ${namesrvAddr}`);
    });
  });

  it('is part of the application when it is a module', async () => {
    const dataDir = join(folder, 'inside');
    @Module({
      imports: [
        EmbeddedRocketMQModule.forRoot({ dataDir, namesrvPort: 0, brokerPort: 0 }),
        RocketMQModule.forRootAsync({
          inject: [EmbeddedRocketMQ],
          useFactory: (own: EmbeddedRocketMQ) => ({ namesrvAddr: own.namesrvAddr }),
        }),
      ],
    })
    class App {}
    const app = await NestFactory.createApplicationContext(App, quiet);
    const result = await app.get(RocketMQTemplate).send('inside', 1);
    expect(result.status).toBe('SEND_OK');
    await app.close();
  });
});
