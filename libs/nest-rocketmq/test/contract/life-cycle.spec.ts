// Nest's contract with a transport for when an application starts and ends, on whatever Nest and test runner this file is run with.
import 'reflect-metadata';
import {
  Controller,
  Injectable,
  Logger,
  Module,
  type CanActivate,
  type INestApplication,
  type INestApplicationContext,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type OnModuleDestroy,
  type OnModuleInit,
  type Type,
} from '@nestjs/common';
import { APP_GUARD, NestFactory } from '@nestjs/core';
import { ClientsModule, type ClientProxy, type MicroserviceOptions } from '@nestjs/microservices';
import { RocketMQClient, RocketMQConnection, RocketMQListener, RocketMQModule, RocketMQServer, RocketMQTemplate } from 'nest-rocketmq';
import { RocketMQTesting, RocketMQTestingModule } from 'nest-rocketmq/testing';
import { filter, firstValueFrom, lastValueFrom, type Observable } from 'rxjs';

const from = { consumeFrom: 'first' } as const;
const quiet = { logger: false, abortOnError: false } as const;

/** A promise with its handle outside. */
function signal<T = void>() {
  let fire!: (value: T) => void;
  const fired = new Promise<T>((resolve) => (fire = resolve));
  return { fire, fired };
}

describe('the life of an application', () => {
  let testing: RocketMQTesting;
  let sender: RocketMQConnection;

  beforeAll(async () => {
    Logger.overrideLogger(false);
    testing = await RocketMQTesting.start();
    sender = new RocketMQConnection('sender', testing.connectionOptions);
  }, 60_000);
  afterAll(async () => {
    await sender.close();
    await testing.stop();
  });

  const send = (topic: string, payload: unknown) => new RocketMQTemplate(sender).send(topic, payload);

  /** A listener of the topic that writes down what happens to its module, and ends its first message when it is told to. */
  function observed(topic: string) {
    const log: string[] = [];
    const running = signal();
    const finish = signal();
    class Listens implements OnModuleInit, OnApplicationBootstrap, OnModuleDestroy, OnApplicationShutdown {
      onModuleInit() {
        log.push('init');
      }
      onApplicationBootstrap() {
        log.push('bootstrap');
      }
      onModuleDestroy() {
        log.push('destroy');
      }
      beforeApplicationShutdown() {
        log.push('before shutdown');
      }
      onApplicationShutdown() {
        log.push('shutdown');
      }
      @RocketMQListener({ topic, group: topic, concurrency: 1, ...from })
      async take() {
        log.push('message');
        running.fire();
        await finish.fired;
        log.push('handled');
      }
    }
    return { log, running: running.fired, finish: finish.fire, Listens };
  }

  function controllerApp(listener: Type) {
    Controller()(listener);
    @Module({ imports: [RocketMQTestingModule.forRoot({ testing })], controllers: [listener] })
    class App {}
    return App;
  }

  interface Ending {
    readonly topic: string;
    readonly app: { close(): Promise<void> };
    readonly states: Observable<string>;
    readonly finish: () => void;
  }
  /** Ends the application while the first message is handled; nothing is delivered from then on. */
  async function endWhileHandling({ topic, app, states, finish }: Ending) {
    await send(topic, 'second');
    const draining = firstValueFrom(states.pipe(filter((state) => state === 'draining')));
    const closed = app.close();
    await draining;
    await new Promise((resolve) => setImmediate(resolve));
    finish();
    await closed;
  }
  const statesOf = (app: INestApplicationContext) => app.get(RocketMQConnection).status.changes;

  const whole = ['init', 'bootstrap', 'message', 'handled', 'destroy', 'before shutdown', 'shutdown'];

  it('createMicroservice with the transport alone: consumes after the bootstrap, drains before anything is destroyed', async () => {
    await testing.createTopic('alone', 1);
    const { log, running, finish, Listens } = observed('alone');
    Controller()(Listens);
    @Module({ controllers: [Listens] })
    class App {}
    await send('alone', 'first');
    const strategy = RocketMQServer.standalone(testing.connectionOptions);
    expect(() => strategy.unwrap()).toThrow('not listening yet');
    const app = await NestFactory.createMicroservice<MicroserviceOptions>(App, { ...quiet, strategy });
    await app.listen();
    await running;
    await endWhileHandling({ topic: 'alone', app, states: strategy.status, finish });
    expect(log).toEqual(whole);
    await strategy.close();
  });

  it.each(['microservices first', 'init first'])('hybrid application, %s: the same', async (order) => {
    const topic = order === 'init first' ? 'hybrid-init' : 'hybrid-micro';
    await testing.createTopic(topic, 1);
    const { log, running, finish, Listens } = observed(topic);
    await send(topic, 'first');
    const app = await NestFactory.create(controllerApp(Listens), quiet);
    const server = app.get(RocketMQServer);
    const connected = firstValueFrom(server.status.pipe(filter((status) => status === 'connected')));
    app.connectMicroservice({ strategy: server });
    if (order === 'init first') await app.init();
    await app.startAllMicroservices();
    await app.init();
    await connected;
    await running;
    await endWhileHandling({ topic, app, states: statesOf(app), finish });
    expect(log).toEqual(whole);
    expect(await firstValueFrom(server.status)).toBe('stopped');
  });

  it.each(['application', 'context'])('listeners on providers, %s: the same', async (form) => {
    const topic = `provider-${form}`;
    await testing.createTopic(topic, 1);
    const { log, running, finish, Listens } = observed(topic);
    Injectable()(Listens);
    @Module({ imports: [RocketMQTestingModule.forRoot({ testing })], providers: [Listens] })
    class App {}
    await send(topic, 'first');
    let app: INestApplicationContext;
    if (form === 'context') app = await NestFactory.createApplicationContext(App, quiet);
    else app = await (await NestFactory.create(App, quiet)).init();
    await running;
    await endWhileHandling({ topic, app, states: statesOf(app), finish });
    expect(log).toEqual(whole);
  });

  it('deferInitialization, whose hooks run twice: consumes once, and drains', async () => {
    await testing.createTopic('deferred', 1);
    const { log, running, finish, Listens } = observed('deferred');
    await send('deferred', 'first');
    const app = await NestFactory.create(controllerApp(Listens), quiet);
    // Nest 11.0 does not know the option, and ignores it.
    const options: object = { deferInitialization: true };
    app.connectMicroservice({ strategy: app.get(RocketMQServer) }, options);
    await app.startAllMicroservices();
    await app.init();
    await running;
    await endWhileHandling({ topic: 'deferred', app, states: statesOf(app), finish });
    expect(log.filter((line) => line === 'bootstrap').length).toBeGreaterThanOrEqual(1);
    expect(log.indexOf('message')).toBeGreaterThan(log.indexOf('bootstrap'));
    expect(log.filter((line) => line === 'message' || line === 'handled' || line === 'destroy').slice(0, 3)).toEqual([
      'message',
      'handled',
      'destroy',
    ]);
  });

  it('drains before any module is destroyed, and its connection works until then', async () => {
    await testing.createTopic('phases', 1);
    const log: string[] = [];
    const running = signal();
    const finish = signal();
    @Injectable()
    class Database implements OnModuleDestroy {
      open = true;
      onModuleDestroy() {
        this.open = false;
        log.push('database closed');
      }
    }
    @Module({ providers: [Database], exports: [Database] })
    class Below implements OnModuleDestroy {
      onModuleDestroy() {
        log.push('below');
      }
    }
    @Injectable()
    class Orders {
      constructor(
        private readonly database: Database,
        private readonly template: RocketMQTemplate,
      ) {}
      @RocketMQListener({ topic: 'phases', group: 'phases', ...from })
      async take() {
        running.fire();
        await finish.fired;
        await this.template.send('phases-answers', 1);
        log.push(`handled, database open: ${this.database.open}`);
      }
    }
    @Module({ imports: [RocketMQTestingModule.forRoot({ testing }), Below], providers: [Orders] })
    class Root implements OnModuleDestroy {
      onModuleDestroy() {
        log.push('root');
      }
    }
    const app = await NestFactory.createApplicationContext(Root, quiet);
    await app.get(RocketMQTemplate).send('phases', 1);
    await running.fired;
    const closed = app.close();
    await new Promise((resolve) => setImmediate(resolve));
    finish.fire();
    await closed;
    expect(log[0]).toBe('handled, database open: true');
    expect(log.slice(1).sort()).toEqual(['below', 'database closed', 'root']);
    expect((await testing.published('phases-answers')).length).toBe(1);
  });

  describe('the guards of the application', () => {
    class DenyAll implements CanActivate {
      canActivate(): boolean {
        return false;
      }
    }

    /** @returns how the message of a listener under a global guard ended */
    async function ended(topic: string, start: (App: Type) => Promise<INestApplicationContext | undefined>, globalEnhancers?: boolean) {
      await testing.createTopic(topic, 1);
      const called = signal<string>();
      class Listens {
        @RocketMQListener({ topic, group: topic, ...from, ...(globalEnhancers === undefined ? {} : { globalEnhancers }) })
        take() {
          called.fire('called');
        }
      }
      const onProvider = topic.startsWith('provider');
      if (onProvider) Injectable()(Listens);
      else Controller()(Listens);
      const guard = { provide: APP_GUARD, useClass: DenyAll };
      @Module({
        imports: [RocketMQTestingModule.forRoot({ testing })],
        ...(onProvider ? { providers: [Listens, guard] } : { controllers: [Listens], providers: [guard] }),
      })
      class App {}
      const app = await start(App);
      await send(topic, 1);
      const how = await Promise.race([
        called.fired,
        testing.waitFor(`%DLQ%${topic}`, () => true, { timeoutMs: 30_000 }).then(() => 'denied'),
      ]);
      await app?.close();
      return how;
    }

    const hybrid = (options?: { inheritAppConfig: boolean }) => async (App: Type) => {
      const app: INestApplication = await NestFactory.create(App, quiet);
      app.connectMicroservice({ strategy: app.get(RocketMQServer) }, options);
      await app.startAllMicroservices();
      return app.init();
    };

    it('apply to controllers of a hybrid application when inheritAppConfig says so, else not', async () => {
      expect(await ended('guards-hybrid', hybrid())).toBe('called');
      expect(await ended('guards-inherit', hybrid({ inheritAppConfig: true }))).toBe('denied');
    });

    it('apply to controllers of a microservice', async () => {
      const strategy = RocketMQServer.standalone(testing.connectionOptions);
      const start = async (App: Type) => {
        const app = await NestFactory.createMicroservice<MicroserviceOptions>(App, { ...quiet, strategy });
        await app.listen();
        return app;
      };
      expect(await ended('guards-microservice', start)).toBe('denied');
    });

    it('apply to providers when the listener asks for them, else not', async () => {
      const start = (App: Type) => NestFactory.createApplicationContext(App, quiet);
      expect(await ended('provider-guards', start)).toBe('called');
      expect(await ended('provider-guards-asked', start, true)).toBe('denied');
    });
  });

  it('ClientsModule makes clients that connect with their first message, and closes them', async () => {
    @Module({
      imports: [
        RocketMQModule.forRoot(testing.connectionOptions),
        ClientsModule.register([
          { name: 'OWN', customClass: RocketMQClient, options: testing.connectionOptions },
          { name: 'LOST', customClass: RocketMQClient, options: { namesrvAddr: '127.0.0.1:1', client: { mqClientApiTimeoutMs: 300 } } },
        ]),
        ClientsModule.registerAsync({
          isGlobal: true,
          clients: [
            {
              name: 'SHARED',
              inject: [RocketMQConnection],
              useFactory: (connection: RocketMQConnection) => ({ customClass: RocketMQClient, options: { connection } }),
            },
          ],
        }),
      ],
    })
    class App {}
    const app = await NestFactory.createApplicationContext(App, quiet);
    for (const name of ['OWN', 'SHARED']) await lastValueFrom(app.get<ClientProxy>(name).emit('clients', name));
    expect((await testing.published('clients')).map(({ payload }) => payload).sort()).toEqual(['OWN', 'SHARED']);
    await expect(lastValueFrom(app.get<ClientProxy>('LOST').emit('clients', 1))).rejects.toThrow();
    const own = app.get<RocketMQClient>('OWN');
    await app.close();
    expect(() => own.unwrap()).toThrow();
  });

  it('fails the start where no cluster answers, and tells the transport', async () => {
    const strategy = RocketMQServer.standalone({ namesrvAddr: '127.0.0.1:1', startup: 'fail', client: { mqClientApiTimeoutMs: 300 } });
    const crashed = signal<Error>();
    strategy.on('crashed', crashed.fire);
    const { Listens } = observed('nowhere');
    Controller()(Listens);
    @Module({ controllers: [Listens] })
    class App {}
    const app = await NestFactory.createMicroservice<MicroserviceOptions>(App, { ...quiet, strategy });
    await expect(app.listen()).rejects.toThrow('cannot connect');
    expect((await crashed.fired).message).toContain('cannot connect');
    await app.close();
  });
});
