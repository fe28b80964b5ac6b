import 'reflect-metadata';
import { Controller, Logger, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually, freeListenPort } from 'rocketmq-core/testing';
import { filter, firstValueFrom } from 'rxjs';
import { RocketMQTesting } from '../testing/index.js';
import { EmbeddedRocketMQ } from '../src/embedded/index.js';
import { RocketMQHealthIndicator } from '../src/health/index.js';
import {
  RocketMQClient,
  RocketMQConnection,
  RocketMQListener,
  RocketMQListenerRegistry,
  RocketMQModule,
  RocketMQServer,
  type RocketMQModuleOptions,
} from '../src/index.js';

@Controller()
class Listener {
  @RocketMQListener({ topic: 'status', group: 'status', consumer: { rebalanceIntervalMs: 500 } })
  take() {
    return undefined;
  }
}

async function listening(options: RocketMQModuleOptions) {
  Logger.overrideLogger(['fatal']);
  @Module({ imports: [RocketMQModule.forRoot(options)], controllers: [Listener] })
  class App {}
  const app = await NestFactory.create(App, { logger: ['fatal'], abortOnError: false });
  const server = app.get(RocketMQServer);
  app.connectMicroservice({ strategy: server });
  const states: string[] = [];
  const events: string[] = [];
  server.status.subscribe((state) => states.push(state));
  for (const event of ['connected', 'disconnected', 'reconnecting', 'rebalancing'] as const) server.on(event, () => events.push(event));
  await app.startAllMicroservices();
  await app.init();
  const becomes = (wanted: string) => firstValueFrom(server.status.pipe(filter((state) => state === wanted)));
  return { app, server, states, events, becomes };
}

describe('the status of a connection', () => {
  it('tells that its queues move to another member of the group, and that they are back', async () => {
    const testing = await RocketMQTesting.start({ topics: ['status'] });
    const { app, states, events, becomes } = await listening({ namesrvAddr: testing.namesrvAddr });
    const { clients } = (await app.get(RocketMQConnection).start()).admin();
    await expect(clients.offsets('status', 'status')).resolves.toBeDefined();
    const moved = becomes('rebalancing');
    await testing.rebalance('status');
    await moved;
    await becomes('connected');
    await app.close();
    await testing.stop();
    expect([...new Set(states)]).toEqual(['connecting', 'connected', 'rebalancing', 'draining', 'stopped']);
    expect(events.slice(0, 3)).toEqual(['connected', 'rebalancing', 'connected']);
  });

  it('tells that the broker is lost, also to its health, and that it is back', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'nest-status-'));
    const ports = { namesrvPort: await freeListenPort(), brokerPort: await freeListenPort() };
    const first = await EmbeddedRocketMQ.start({ dataDir, ...ports, stopTimeoutMs: 100 });
    const { namesrvAddr } = first;
    const client = new RocketMQClient({ namesrvAddr });
    const clientStates: string[] = [];
    client.status.subscribe((state) => clientStates.push(state));
    await client.connect();
    // Only now the client has to do with a broker; that the broker knows it says that its heartbeat was answered.
    await firstValueFrom(client.emit('status', { id: 1 }));
    const { clients } = client.unwrap().admin();
    await eventually(
      'the producer is known',
      () => clients.producerConnections('nest-producer', first.brokerAddr),
      ({ connectionSet }) => connectionSet.length > 0,
    );
    const { app, states, becomes } = await listening({ namesrvAddr });
    const connection = app.get(RocketMQConnection);
    const indicator = new RocketMQHealthIndicator(connection, app.get(RocketMQListenerRegistry));
    const clientBecomes = (wanted: string) => firstValueFrom(client.status.pipe(filter((state) => state === wanted)));

    const lost = [becomes('disconnected'), clientBecomes('disconnected')];
    await first.onApplicationShutdown();
    await Promise.all(lost);
    expect(await indicator.check()).toMatchObject({ rocketmq: { status: 'down', state: 'disconnected' } });
    const back = [becomes('connected'), clientBecomes('connected')];
    const second = await EmbeddedRocketMQ.start({ dataDir, ...ports, stopTimeoutMs: 100 });
    await Promise.all(back);
    expect(await indicator.check()).toMatchObject({ rocketmq: { status: 'up' } });
    connection.status.reaches('reconnecting');
    expect(await indicator.check()).toMatchObject({ rocketmq: { status: 'degraded', state: 'reconnecting' } });
    connection.status.reaches('connected');
    await client.close();
    await app.close();
    await second.onApplicationShutdown();
    await rm(dataDir, { recursive: true, force: true });
    const courses = states.filter((state) => !['rebalancing', 'reconnecting'].includes(state));
    const steps = courses.filter((state, at) => state !== courses[at - 1]);
    expect(steps).toEqual(['connecting', 'connected', 'disconnected', 'connected', 'draining', 'stopped']);
    expect(clientStates).toEqual(['connecting', 'connected', 'disconnected', 'connected', 'disconnected']);
  });
});
