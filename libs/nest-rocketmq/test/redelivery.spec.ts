import 'reflect-metadata';
import { Injectable, Logger, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Ctx, Payload } from '@nestjs/microservices';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dlqTopic } from 'rocketmq-core/client';
import { EmbeddedRocketMQ } from '../src/embedded/index.js';
import { RocketMQConnection, RocketMQContext, RocketMQListener, RocketMQModule, RocketMQTemplate } from '../src/index.js';

/** Resolves when `add` was called so many times. */
function counted<T>(count: number) {
  const items: T[] = [];
  let finish!: (items: readonly T[]) => void;
  const all = new Promise<readonly T[]>((resolve) => (finish = resolve));
  return { all, add: (item: T) => items.push(item) === count && finish(items) };
}

describe('a listener that fails', () => {
  let folder: string;
  let embedded: EmbeddedRocketMQ;
  let connection: RocketMQConnection;

  beforeAll(async () => {
    Logger.overrideLogger(['error']);
    folder = await mkdtemp(join(tmpdir(), 'nest-redelivery-'));
    // Level 3 is the first that a retry takes.
    const broker = { messageDelayLevel: '1s 1s 1s 1s' };
    embedded = await EmbeddedRocketMQ.start({ dataDir: folder, namesrvPort: 0, brokerPort: 0, broker });
    connection = new RocketMQConnection('beside', { namesrvAddr: embedded.namesrvAddr });
  });
  afterAll(async () => {
    await connection.close();
    await embedded.onApplicationShutdown();
    await rm(folder, { recursive: true, force: true });
  });

  async function running(listener: new () => object) {
    @Module({ imports: [RocketMQModule.forRoot({ namesrvAddr: embedded.namesrvAddr })], providers: [listener] })
    class AppModule {}
    const app = await NestFactory.createApplicationContext(AppModule, { logger: ['error'], abortOnError: false });
    await app.init();
    return app;
  }

  it('gets the message again, with the number of the attempt, and loses it to the dead letters after the last', async () => {
    const client = await connection.start();
    await client.admin().groups.createOrUpdate({ groupName: 'failing', retryMaxTimes: 1 });
    const attempts = counted<[id: number, attempt: number]>(2);

    @Injectable()
    class Failing {
      @RocketMQListener({ topic: 'failures', group: 'failing', consumeFrom: 'first' })
      take(@Payload('id') id: number, @Ctx() context: RocketMQContext): void {
        attempts.add([id, context.getAttempt()]);
        throw new Error('never');
      }
    }
    const app = await running(Failing);
    const letters = counted<string>(1);
    const reader = client.pushConsumer({
      group: 'readers',
      subscriptions: new Map([[dlqTopic('failing'), '*']]),
      consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET',
      onMessage: (message) => void letters.add(`${message.body.toString()} ${message.reconsumeTimes}`),
    });
    await app.get(RocketMQTemplate).send('failures', { id: 7 });
    expect(await attempts.all).toEqual([
      [7, 1],
      [7, 2],
    ]);
    while ((await client.admin().topics.route(dlqTopic('failing'))) === undefined) await new Promise((resolve) => setTimeout(resolve, 20));
    await reader.start();
    expect(await letters.all).toEqual(['{"id":7} 2']);
    await app.close();
  });
});
