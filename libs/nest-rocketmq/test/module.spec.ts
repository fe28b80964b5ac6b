import 'reflect-metadata';
import { Controller, Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Payload } from '@nestjs/microservices';
import { join } from 'node:path';
import { filter, firstValueFrom } from 'rxjs';
import { eventually, freeListenPort } from 'rocketmq-core/testing';
import { EmbeddedRocketMQ } from '../src/embedded/index.js';
import {
  MissingTopicsError,
  rawCodec,
  RocketMQConnection,
  RocketMQListener,
  RocketMQListenerRegistry,
  RocketMQModule,
  RocketMQServer,
  RocketMQTemplate,
  type ConnectionState,
} from '../src/index.js';
import { Arrivals, Cluster, signal } from './listening.js';

const raw = { codec: rawCodec, consumeFrom: 'first' } as const;

describe('RocketMQModule', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await Cluster.start();
  });
  afterAll(() => cluster.stop());

  const becomes = (connection: RocketMQConnection, state: ConnectionState) =>
    firstValueFrom(connection.status.changes.pipe(filter((now) => now === state)));

  describe('started before its cluster', () => {
    const listening = (topic: string) => {
      const seen = new Arrivals<string>();
      @Injectable()
      class Listener {
        @RocketMQListener({ ...raw, topic, group: `${topic}-group` })
        take(@Payload() body: Buffer) {
          seen.add(body.toString());
        }
      }
      return { seen, Listener };
    };

    it.each(['retry', 'background'] as const)('comes up with it: %s', async (startup) => {
      const namesrvPort = await freeListenPort();
      const { seen, Listener } = listening(`late-${startup}`);
      const tried = signal();
      const logger = { log: () => undefined, error: () => undefined, warn: (line: string) => line.includes('tried again') && tried.fire() };
      const client = { mqClientApiTimeoutMs: 300, pollNameServerIntervalMs: 100 };
      const options = { namesrvAddr: `127.0.0.1:${namesrvPort}`, startup, client, ensureTopics: 'create' as const };
      @Module({ imports: [RocketMQModule.forRoot(options)], providers: [Listener] })
      class App {}
      const starting = NestFactory.createApplicationContext(App, { logger, abortOnError: false });
      if (startup === 'background') await starting;
      await tried.fired;
      const late = await EmbeddedRocketMQ.start({ dataDir: join(cluster.folder, startup), namesrvPort, brokerPort: 0 });
      const app = await starting;
      const connection = app.get(RocketMQConnection);
      if (startup === 'background') expect(connection.status.error?.message).toContain('cannot connect');
      await becomes(connection, 'connected');
      expect(connection.status.error).toBeUndefined();
      await app.get(RocketMQTemplate).send(`late-${startup}`, 'x', { codec: rawCodec });
      expect(await seen.atLeast(1)).toEqual(['x']);
      await app.close();
      await late.onApplicationShutdown();
    });

    it.each([
      ['fail', {}],
      ['retry', { startupTimeoutMs: 100 }],
    ] as const)('does not come up without it: %s', async (startup, more) => {
      const namesrvAddr = `127.0.0.1:${await freeListenPort()}`;
      const options = { namesrvAddr, startup, client: { mqClientApiTimeoutMs: 100 }, ...more };
      @Module({ imports: [RocketMQModule.forRoot(options)] })
      class App {}
      const starting = NestFactory.createApplicationContext(App, { logger: false, abortOnError: false });
      await expect(starting).rejects.toThrow(`cannot connect to ${namesrvAddr}`);
    });

    it('can be closed while it still tries', async () => {
      const { Listener } = listening('never');
      const options = { namesrvAddr: `127.0.0.1:${await freeListenPort()}`, startup: 'background' as const };
      @Module({ imports: [RocketMQModule.forRoot(options)], providers: [Listener] })
      class App {}
      const app = await NestFactory.createApplicationContext(App, { logger: false, abortOnError: false });
      const connection = app.get(RocketMQConnection);
      expect(connection.status.state).toBe('connecting');
      await app.close();
      expect(connection.status.state).toBe('stopped');
    });
  });

  it('refuses a setting that no consumer takes, whatever its startup mode', async () => {
    @Injectable()
    class Listener {
      @RocketMQListener({ topic: 't', group: 'g', concurrency: 0 })
      take() {
        return undefined;
      }
    }
    await expect(cluster.application([Listener], { startup: 'background' })).rejects.toThrow('concurrency');
  });

  describe('with listeners on controllers', () => {
    it('says how its server is, and when that changes', async () => {
      await cluster.createTopic('status');
      @Controller()
      class Listener {
        @RocketMQListener({ ...raw, topic: 'status', group: 'status' })
        take() {
          return undefined;
        }
      }
      @Module({ imports: [RocketMQModule.forRoot({ namesrvAddr: cluster.embedded.namesrvAddr })], controllers: [Listener] })
      class App {}
      const app = await NestFactory.create(App, { logger: false, abortOnError: false });
      const server = app.get(RocketMQServer);
      const states: string[] = [];
      server.status.subscribe((state) => states.push(state));
      const events: string[] = [];
      for (const event of ['connecting', 'connected', 'draining', 'stopped'] as const) server.on(event, () => events.push(event));
      app.connectMicroservice({ strategy: server });
      expect(() => server.unwrap()).toThrow('not listening yet');
      await app.startAllMicroservices();
      await app.init();
      await app.close();
      expect(states).toEqual(['connecting', 'connected', 'draining', 'stopped']);
      expect(events).toEqual(states);
    });
  });

  describe('runs the listeners of its role', () => {
    const listeners = () => {
      @Injectable()
      class Work {
        @RocketMQListener({ ...raw, topic: 'work', group: 'work', id: 'work' })
        work() {
          return undefined;
        }
        @RocketMQListener({ ...raw, topic: 'mail', group: 'mail', id: 'mail' })
        mail() {
          return undefined;
        }
      }
      return Work;
    };

    it.each([
      ['all', {}, ['work running', 'mail running']],
      ['none', { listeners: false }, ['work excluded', 'mail excluded']],
      ['those that it names', { role: ({ id }: { id: string }) => id === 'mail' }, ['mail running', 'work excluded']],
      ['none before it is told to', { autoStart: false }, ['work waiting', 'mail waiting']],
    ] as const)('%s', async (_what, options, expected) => {
      const app = await cluster.application([listeners()], options);
      const list = app.get(RocketMQListenerRegistry).list();
      expect(list.map(({ id, state }) => `${id} ${state}`)).toEqual(expected);
      await app.close();
    });
  });

  describe('sees to its topics', () => {
    it.each(['create', 'check'] as const)('%s', async (ensureTopics) => {
      @Injectable()
      class Listener {
        @RocketMQListener({ ...raw, topic: ['ensured-a', 'ensured-b'], group: 'ensured' })
        take() {
          return undefined;
        }
      }
      const options = { ensureTopics, topics: ['ensured-c', { topic: 'ensured-d', readQueueNums: 3, writeQueueNums: 3 }] };
      const starting = cluster.application([Listener], options);
      if (ensureTopics === 'check') {
        await (await starting).close();
        await expect(cluster.application([Listener], { ...options, topics: ['other', 'ensured-a', 'another'] })).rejects.toThrow(
          new MissingTopicsError(['other', 'another'], 'default'),
        );
        return;
      }
      const app = await starting;
      const { topics } = app.get(RocketMQConnection).unwrap().admin();
      const queueNums = async (topic: string) => (await topics.route(topic))?.queueDatas[0]?.readQueueNums;
      expect(await Promise.all(['a', 'b', 'c', 'd'].map((name) => queueNums(`ensured-${name}`)))).toEqual([8, 8, 8, 3]);
      await app.close();
    });
  });
});

describe('RocketMQListenerRegistry', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await Cluster.start();
  });
  afterAll(() => cluster.stop());

  it('lists, pauses, resumes, scales, stops and starts, and knows the lag', async () => {
    await cluster.createTopic('registered', 1);
    const seen = new Arrivals<string>();
    @Injectable()
    class Listener {
      @RocketMQListener({
        ...raw,
        topic: 'registered',
        group: 'registered',
        id: 'orders',
        concurrency: 3,
        consumer: { persistConsumerOffsetIntervalMs: 50 },
      })
      take(@Payload() body: Buffer) {
        seen.add(body.toString());
      }
      @RocketMQListener({ ...raw, topic: 'registered-too', group: 'registered' })
      other() {
        return undefined;
      }
    }
    const app = await cluster.application([Listener]);
    const registry = app.get(RocketMQListenerRegistry);
    expect(registry.get('orders')).toEqual({
      ...{
        id: 'orders',
        name: 'Listener.take',
        connection: 'default',
        group: 'registered',
        topics: ['registered'],
        selector: { tag: '*' },
      },
      ...{ orderly: false, state: 'running', concurrency: 3, running: 0, sharedWith: ['Listener.other'] },
    });
    await registry.setConcurrency('orders', 5);
    expect(registry.get('Listener.other')?.concurrency).toBe(5);

    await registry.pause('orders');
    expect(registry.get('orders')?.state).toBe('paused');
    await cluster.send('registered', ['1', '2']);
    await eventually(
      'the lag',
      () => registry.lag('orders'),
      (lag) => lag === 2,
    );
    expect(await registry.lag('registered')).toBe(2);
    expect(seen.items).toEqual([]);
    await registry.resume('registered');
    await seen.atLeast(2);
    await eventually(
      'the lag',
      () => registry.lag('orders'),
      (lag) => lag === 0,
    );

    await registry.stop('orders');
    expect(registry.get('orders')?.state).toBe('waiting');
    await cluster.send('registered', ['3']);
    await registry.start('orders');
    expect(registry.get('orders')).toMatchObject({ state: 'running', concurrency: 5 });
    expect((await seen.atLeast(3))[2]).toBe('3');
    expect(() => registry.pause('nobody')).toThrow('connection default runs no listener and no group nobody');
    await app.close();
    expect(registry.get('orders')?.state).toBe('drained');
  });
});
