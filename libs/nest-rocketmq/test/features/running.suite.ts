import { Controller, Injectable, Module, type OnApplicationBootstrap, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { connect, createServer, type Server } from 'node:net';
import * as prometheus from 'prom-client';
import { eventually, freeListenPort } from 'rocketmq-core/testing';
import { RocketMQMetricsModule } from '../../src/metrics/index.js';
import {
  MissingTopicsError,
  RocketMQConnection,
  RocketMQListener,
  RocketMQListenerRegistry,
  RocketMQModule,
  RocketMQServer,
  RocketMQTemplate,
} from '../../src/index.js';
import { Arrivals, signal } from '../listening.js';
import { RecordedTracing } from '../recorded-tracing.js';
import { inOrder, received, type FeatureWorld } from './feature-world.js';

interface Order {
  readonly id: number;
}

const first = { consumeFrom: 'first' } as const;

/** Hands connections on to the name server, once it listens. */
function relayTo(address: string): Server {
  const [host, port] = address.split(':');
  return createServer((socket) => {
    const onward = connect(Number(port), host);
    for (const [one, other] of [
      [socket, onward],
      [onward, socket],
    ] as const) {
      one.on('error', () => other.destroy());
      one.on('close', () => other.destroy());
      one.pipe(other);
    }
  });
}

/** How an application starts, ends, and is watched. */
export function runningFeatures(world: () => FeatureWorld): void {
  it('takes its names from the module, from features and from resolvers', async () => {
    const seen = new Arrivals<string>();
    @Injectable()
    class Names {
      readonly topic = 'configured-b';
    }
    @Injectable()
    class Listener {
      @RocketMQListener('byKey')
      byKey(body: string) {
        seen.add(`key ${body}`);
      }
      @RocketMQListener({ ...first, topic: ({ get }) => get(Names).topic, group: 'configured' })
      byResolver(body: string) {
        seen.add(`resolver ${body}`);
      }
      @RocketMQListener({ ...first, listener: 'feature', group: 'configured' })
      byFeature(body: string) {
        seen.add(`feature ${body}`);
      }
    }
    @Module({ imports: [RocketMQModule.forFeature({ listeners: { feature: { topic: 'configured-c' } } })] })
    class Feature {}
    const listeners = { byKey: { ...first, topic: 'configured-a', group: 'configured' } };
    const options = RocketMQModule.forRootAsync({ useFactory: () => Promise.resolve(world().options({ listeners })) });
    @Module({ imports: [options, Feature], providers: [Listener, Names] })
    class App {}
    const app = await NestFactory.createApplicationContext(App, { logger: ['fatal'], abortOnError: false });
    for (const topic of ['configured-a', 'configured-b', 'configured-c']) await app.get(RocketMQTemplate).send(topic, 'x');
    expect(await received(seen, 3)).toEqual(['feature x', 'key x', 'resolver x']);
    await app.close();
  });

  it('runs the listeners of its role, when it is told to', async () => {
    const seen = new Arrivals<string>();
    @Injectable()
    class Listener {
      @RocketMQListener({ ...first, topic: 'roles', group: 'work', id: 'work' })
      work() {
        seen.add('work');
      }
      @RocketMQListener({ ...first, topic: 'roles', group: 'mail', id: 'mail' })
      mail() {
        seen.add('mail');
      }
    }
    const app = await world().application([Listener], { role: ({ id }) => id === 'mail', autoStart: false });
    const registry = app.get(RocketMQListenerRegistry);
    const states = () => registry.list().map(({ id, state }) => `${id} ${state}`);
    expect(states().sort()).toEqual(['mail waiting', 'work excluded']);
    await app.get(RocketMQTemplate).send('roles', 1);
    await registry.start('mail');
    expect(await inOrder(seen, 1)).toEqual(['mail']);
    await registry.pause('mail');
    expect(states()).toContain('mail paused');
    await app.close();
    expect(states()).toContain('mail drained');
  });

  it('consumes nothing before it is ready, and drains before anything is destroyed', async () => {
    const log = new Arrivals<string>();
    const finish = signal();
    @Controller()
    class Listener implements OnModuleInit, OnApplicationBootstrap, OnModuleDestroy {
      constructor(private readonly template: RocketMQTemplate) {}
      async onModuleInit() {
        await this.template.send('gate', { id: 1 });
        log.add('init');
      }
      onApplicationBootstrap() {
        log.add('bootstrap');
      }
      onModuleDestroy() {
        log.add('destroyed');
      }
      @RocketMQListener({ ...first, topic: 'gate', group: 'gate' })
      async take() {
        log.add('message');
        await finish.fired;
        log.add('handled');
      }
    }
    const app = await world().serving([Listener]);
    await inOrder(log, 3);
    const closed = app.close();
    await new Promise((resolve) => setImmediate(resolve));
    finish.fire();
    await closed;
    expect(log.items).toEqual(['init', 'bootstrap', 'message', 'handled', 'destroyed']);
  });

  it('starts without its cluster, and listens when it is there', async () => {
    const seen = new Arrivals<number>();
    const tried = signal();
    @Injectable()
    class Listener {
      @RocketMQListener({ ...first, topic: 'background', group: 'background' })
      take({ id }: Order) {
        seen.add(id);
      }
    }
    const port = await freeListenPort();
    const logger = { log: () => undefined, error: () => undefined, warn: (line: string) => line.includes('tried again') && tried.fire() };
    const options = world().options({ namesrvAddr: `127.0.0.1:${port}`, startup: 'background' });
    @Module({ imports: [RocketMQModule.forRoot(options)], providers: [Listener] })
    class App {}
    const app = await NestFactory.createApplicationContext(App, { logger, abortOnError: false });
    await tried.fired;
    const connection = app.get(RocketMQConnection);
    expect(connection.status.state).toBe('connecting');
    const relay = relayTo(world().namesrvAddr);
    await new Promise<void>((resolve) => relay.listen(port, '127.0.0.1', resolve));
    await eventually(
      'a connection',
      () => Promise.resolve(connection.status.state),
      (state) => state === 'connected',
    );
    await app.get(RocketMQTemplate).send('background', { id: 1 });
    expect(await received(seen, 1)).toEqual([1]);
    await app.close();
    await new Promise((resolve) => relay.close(resolve));
  });

  it('tells its status, and hands the client out', async () => {
    @Controller()
    class Listener {
      @RocketMQListener({ ...first, topic: 'status', group: 'status' })
      take() {
        return undefined;
      }
    }
    @Module({ imports: [RocketMQModule.forRoot(world().options())], controllers: [Listener] })
    class App {}
    const app = await NestFactory.create(App, { logger: ['fatal'], abortOnError: false });
    const server = app.get(RocketMQServer);
    const states: string[] = [];
    const events: string[] = [];
    server.status.subscribe((state) => states.push(state));
    for (const event of ['connecting', 'connected', 'draining', 'stopped'] as const) server.on(event, () => events.push(event));
    app.connectMicroservice({ strategy: server });
    await app.startAllMicroservices();
    await app.init();
    expect(server.unwrap()).toBe(app.get(RocketMQConnection).unwrap());
    await app.close();
    const steps = ['connecting', 'connected', 'draining', 'stopped'];
    expect(states.filter((state) => steps.includes(state))).toEqual(steps);
    expect(events).toEqual(steps);
  });

  it('sees to its topics', async () => {
    const made = { topic: 'made-by-it', readQueueNums: 3, writeQueueNums: 3 };
    const app = await world().application([], { topics: [made], ensureTopics: 'create' });
    await world().routed('made-by-it');
    const route = await app.get(RocketMQConnection).unwrap().admin().topics.route('made-by-it');
    expect(route?.queueDatas[0]?.readQueueNums).toBe(3);
    await app.close();
    await (await world().application([], { topics: [made], ensureTopics: 'check' })).close();
    const lost = world().application([], { topics: ['made-by-it', 'made-by-nobody'], ensureTopics: 'check', startup: 'fail' });
    await expect(lost).rejects.toThrow(new MissingTopicsError(['made-by-nobody'], 'default'));
  });

  it('counts for Prometheus, and continues the trace of the sender', async () => {
    const tracing = new RecordedTracing();
    const seen = new Arrivals<string | undefined>();
    @Injectable()
    class Listener {
      @RocketMQListener({ ...first, topic: 'traced', group: 'traced' })
      take() {
        seen.add(tracing.currentSpan());
      }
    }
    const register = new prometheus.Registry();
    const metrics = RocketMQMetricsModule.register({ prometheus, register });
    const app = await world().application([Listener], { tracing: tracing.api }, [metrics]);
    for (const id of [1, 2]) await app.get(RocketMQTemplate).send('traced', { id });
    await received(seen, 2);
    const consumed = 'fate="consumed",end="returned"} 2';
    await eventually(
      'both counted',
      () => register.metrics(),
      (text) => text.includes(`group="traced",listener="Listener.take",topic="traced",${consumed}`),
    );
    await eventually(
      'the end of all spans',
      () => Promise.resolve(tracing.ended),
      (ended) => ended.length === 4,
    );
    const named = (name: string) => tracing.ended.filter((span) => span.name === name);
    expect(
      named('process traced')
        .map(({ parent }) => parent)
        .sort(),
    ).toEqual(
      named('send traced')
        .map(({ id }) => id)
        .sort(),
    );
    expect([...seen.items].sort()).toEqual(
      named('process traced')
        .map(({ id }) => id)
        .sort(),
    );
    await app.close();
  });
}
