// The testing module under whatever Nest and test runner this file is run with: many applications in one process, and time that is moved.
import 'reflect-metadata';
import { Injectable, Logger, Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Payload } from '@nestjs/microservices';
import { MessageAttempt, RocketMQListener, RocketMQTemplate } from 'nest-rocketmq';
import { RocketMQTesting, RocketMQTestingModule } from 'nest-rocketmq/testing';

async function start(testing: RocketMQTesting | undefined, ...providers: Type[]) {
  @Module({ imports: [RocketMQTestingModule.forRoot(testing === undefined ? { topics: ['orders'] } : { testing })], providers })
  class App {}
  const app = await NestFactory.createApplicationContext(App, { logger: false, abortOnError: false });
  return { app, template: app.get(RocketMQTemplate), testing: app.get(RocketMQTesting) };
}

describe('the testing module', () => {
  beforeAll(() => {
    Logger.overrideLogger(false);
  });

  it('starts many applications, on brokers of their own and on a common one', async () => {
    const common = await RocketMQTesting.start({ topics: ['common'] });
    const [one, two, own, other] = await Promise.all([start(common), start(common), start(undefined), start(undefined)]);
    await Promise.all([one, two].map(({ template }) => template.send('common', 1)));
    await own.template.send('orders', 2);
    await one.app.close();
    expect((await common.published('common')).length).toBe(2);
    expect((await own.testing.published('orders')).map(({ payload }) => payload)).toEqual([2]);
    expect(await other.testing.published('orders')).toEqual([]);
    await Promise.all([two, own, other].map(({ app }) => app.close()));
    await common.stop();
  }, 60_000);

  it('moves delays and retries, and waits until all is consumed', async () => {
    const seen: string[] = [];
    @Injectable()
    class Orders {
      @RocketMQListener({ topic: 'orders', group: 'orders', consumeFrom: 'first' })
      take(@Payload('id') id: number, @MessageAttempt() attempt: number) {
        seen.push(`${id} ${attempt}`);
        if (attempt < 2) throw new Error('not yet');
      }
    }
    const { app, template, testing } = await start(undefined, Orders);
    await template.send('orders', { id: 1 }, { delayMs: 60 * 60_000 });
    expect(await testing.published('orders')).toEqual([]);
    await testing.advance(60 * 60_000 + 2000);
    await testing.waitFor('orders');
    await testing.drain();
    expect(seen).toEqual(['1 1']);
    await testing.advance(11_000);
    await testing.waitFor('%RETRY%orders');
    await testing.drain();
    expect(seen).toEqual(['1 1', '1 2']);
    await app.close();
  }, 60_000);
});
