import 'reflect-metadata';
import { Controller, Logger, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { RocketMQTesting, RocketMQTestingModule } from '../testing/index.js';
import { ROCKETMQ_TRANSPORT, RocketMQContext, RocketMQListener, RocketMQServer, RocketMQTemplate } from '../src/index.js';
import { Arrivals, signal } from './listening.js';

type StartHook = Parameters<RocketMQServer['setOnProcessingStartHook']>[0];
type EndHook = Parameters<RocketMQServer['setOnProcessingEndHook']>[0];

describe('the hooks that Nest gives instrumentations', () => {
  let testing: RocketMQTesting;

  beforeAll(async () => {
    Logger.overrideLogger(['fatal']);
    testing = await RocketMQTesting.start();
  });
  afterAll(() => testing.stop());

  /** An application whose listener handles payloads as it is told, under these hooks. */
  async function hooked(topic: string, handle: (payload: number) => Promise<unknown>, start: StartHook, end: EndHook) {
    await testing.createTopic(topic, 1);
    @Controller()
    class Listens {
      @RocketMQListener({ topic, group: topic, concurrency: 1, consumeFrom: 'first' })
      take(payload: number) {
        return handle(payload);
      }
    }
    @Module({ imports: [RocketMQTestingModule.forRoot({ testing })], controllers: [Listens] })
    class App {}
    const app = await NestFactory.create(App, { logger: ['fatal'], abortOnError: false });
    const server = app.get(RocketMQServer);
    server.setOnProcessingStartHook(start);
    server.setOnProcessingEndHook(end);
    app.connectMicroservice({ strategy: server });
    await app.startAllMicroservices();
    await app.init();
    return { app, template: app.get(RocketMQTemplate) };
  }

  it('run once around each message, and the end one after the handler, whatever the start one does with its promise', async () => {
    const log: string[] = [];
    const ends = new Arrivals<unknown>();
    const finish = signal();
    const { app, template } = await hooked(
      'hooks',
      async (payload) => {
        log.push(`begins ${payload}`);
        if (payload === 1) await finish.fired;
        log.push(`handled ${payload}`);
      },
      (transport, context, done) => {
        log.push(`start ${transport === ROCKETMQ_TRANSPORT} ${context instanceof RocketMQContext}`);
        // As hooks that measure do: later, and without an answer.
        setImmediate(() => void done());
      },
      (transport, context) => {
        log.push(`end ${transport === ROCKETMQ_TRANSPORT} ${context instanceof RocketMQContext}`);
        ends.add(context);
      },
    );
    await template.send('hooks', 1);
    await template.send('hooks', 2);
    finish.fire();
    await ends.atLeast(2);
    await testing.drain();
    const around = (payload: number) => ['start true true', `begins ${payload}`, `handled ${payload}`, 'end true true'];
    expect(log).toEqual([...around(1), ...around(2)]);
    await app.close();
  });

  it('end a message once that fails, and it is delivered again', async () => {
    const starts: number[] = [];
    const ends = new Arrivals<number>();
    let attempts = 0;
    const { app, template } = await hooked(
      'hooks-fail',
      (payload) => {
        attempts += 1;
        return attempts === 1 ? Promise.reject(new Error('not now')) : Promise.resolve(payload);
      },
      (_, __, done) => {
        starts.push(attempts);
        void done();
      },
      () => ends.add(attempts),
    );
    await template.send('hooks-fail', 1);
    await ends.atLeast(1);
    await testing.advance(60_000);
    await ends.atLeast(2);
    await testing.drain();
    expect([starts, ends.items]).toEqual([
      [0, 1],
      [1, 2],
    ]);
    await app.close();
  });

  it('do no harm when the end one throws: the message counts as its handler ended', async () => {
    const handled = new Arrivals<number>();
    const { app, template } = await hooked(
      'hooks-throw',
      (payload) => Promise.resolve(handled.add(payload)),
      (_, __, done) => void done(),
      () => {
        throw new Error('a broken instrumentation');
      },
    );
    await template.send('hooks-throw', 1);
    await template.send('hooks-throw', 2);
    await handled.atLeast(2);
    await testing.drain();
    await testing.advance(60_000);
    await testing.drain();
    expect(handled.items).toEqual([1, 2]);
    await app.close();
  });
});
