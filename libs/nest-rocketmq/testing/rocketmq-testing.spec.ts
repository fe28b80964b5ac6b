import 'reflect-metadata';
import { Injectable, Logger, Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Ctx, Payload } from '@nestjs/microservices';
import { RocketMQContext, RocketMQListener, RocketMQModule, RocketMQTemplate, defineTopics, payloadOf } from '../src/index.js';
import { RocketMQTesting, RocketMQTestingModule } from './index.js';

const from = { consumeFrom: 'first' } as const;

async function running(testing: RocketMQTesting | undefined, ...providers: Type[]) {
  @Module({ imports: [RocketMQTestingModule.forRoot(testing === undefined ? { topics: ['orders'] } : { testing })], providers })
  class App {}
  const app = await NestFactory.createApplicationContext(App, { logger: false, abortOnError: false });
  const found = app.get<RocketMQTesting>(RocketMQTesting);
  return { app, template: app.get<RocketMQTemplate>(RocketMQTemplate), testing: found };
}

describe('RocketMQTestingModule', () => {
  beforeAll(() => {
    Logger.overrideLogger(false);
  });

  it('shows what was published, waits for it, and tells when all is consumed', async () => {
    const topics = defineTopics({ paid: { topic: 'orders', tag: 'paid', payload: payloadOf<{ id: number }>() } });
    const seen: number[] = [];
    @Injectable()
    class Orders {
      constructor(private readonly rocketmq: RocketMQTemplate) {}
      @RocketMQListener({ topic: 'orders', group: 'orders', selector: { tag: 'placed' }, ...from })
      async placed(@Payload('id') id: number) {
        await this.rocketmq.send(topics.paid, { id });
        seen.push(id);
      }
    }
    const { app, template, testing } = await running(undefined, Orders);
    await template.sendBatch('orders:placed', [{ id: 1 }, { id: 2 }]);
    const { payload } = await testing.waitFor(topics.paid, (message) => message.payload.id === 2);
    expect(payload.id).toBe(2);
    await testing.drain();
    expect(seen.sort()).toEqual([1, 2]);
    expect((await testing.published('orders')).length).toBe(4);
    expect((await testing.published(topics.paid)).map(({ tag }) => tag)).toEqual(['paid', 'paid']);
    expect(await testing.published('nothing')).toEqual([]);
    await expect(testing.waitFor('orders', ({ tag }) => tag === 'lost', { timeoutMs: 50 })).rejects.toThrow('paid {"id":1}');
    await app.close();
  });

  it('moves time: delays and retries come when they are due, not before', async () => {
    const attempts: number[] = [];
    @Injectable()
    class Failing {
      @RocketMQListener({ topic: 'orders', group: 'failing', ...from })
      take(@Ctx() context: RocketMQContext) {
        attempts.push(context.getAttempt());
        if (context.getAttempt() < 3) throw new Error('not yet');
      }
    }
    const { app, template, testing } = await running(undefined, Failing);
    const startMs = testing.now();
    await template.send('orders', 'late', { delayMs: 30 * 60_000 });
    await testing.advance(29 * 60_000);
    expect(await testing.published('orders')).toEqual([]);
    await testing.advance(62_000);
    await testing.waitFor('orders');
    await testing.drain();
    expect(attempts).toEqual([1]);
    // The first retry after 10 s, the second after 30 s.
    await testing.advance(11_000);
    await testing.waitFor('%RETRY%failing');
    await testing.drain();
    await testing.advance(31_000);
    await testing.waitFor('%RETRY%failing', ({ queueOffset }) => queueOffset === 1);
    await testing.drain();
    expect(attempts).toEqual([1, 2, 3]);
    expect(testing.now() - startMs).toBeGreaterThanOrEqual(30 * 60_000 + 44_000);
    await app.close();
  });

  it('loses acknowledgements: the producer tries again, and the message is there twice', async () => {
    const { app, template, testing } = await running(undefined);
    testing.faults.dropAcks();
    const { messageId } = await template.send('orders', 'once');
    const published = await testing.published('orders');
    expect(published.map((message) => message.messageId)).toEqual([messageId, messageId]);
    await app.close();
  });

  it('slows the broker down, until a send gives up', async () => {
    const { app, template, testing } = await running(undefined);
    testing.faults.slow(5000);
    await expect(template.send('orders', 'slow', { timeoutMs: 100 })).rejects.toMatchObject({ outcome: 'unknown', reason: 'timeout' });
    testing.faults.clear();
    expect((await template.send('orders', 'fast')).status).toBe('SEND_OK');
    await app.close();
  });

  it('lets members of a group lose queues and get them back', async () => {
    const seen: unknown[] = [];
    @Injectable()
    class Listening {
      @RocketMQListener({ topic: 'orders', group: 'moving', ...from })
      take(payload: unknown) {
        seen.push(payload);
      }
    }
    const { app, template, testing } = await running(undefined, Listening);
    await template.send('orders', 1);
    await testing.drain();
    await testing.rebalance('moving');
    for (let id = 2; id <= 9; id += 1) await template.send('orders', id);
    await testing.drain();
    expect([...new Set(seen)].sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    await expect(testing.rebalance('nobody')).rejects.toThrow('no consumer of group nobody');
    await app.close();
  });

  it('serves many applications in one process, with brokers of their own or a common one', async () => {
    const common = await RocketMQTesting.start({ topics: ['common'] });
    const apps = await Promise.all([running(common), running(common), running(undefined), running(undefined)]);
    const [one, two, own, other] = apps;
    for (const { template } of [one, two]) await template.send('common', 'x');
    await own.template.send('orders', 'y');
    await one.app.close();
    expect((await common.published('common')).length).toBe(2);
    expect((await own.testing.published('orders')).length).toBe(1);
    expect(await other.testing.published('orders')).toEqual([]);
    await Promise.all([two, own, other].map(({ app }) => app.close()));
    @Module({ imports: [RocketMQModule.forRoot(common.connectionOptions)] })
    class Bare {}
    const bare = await NestFactory.createApplicationContext(Bare, { logger: false });
    await bare.get(RocketMQTemplate).send('common', 'z');
    await bare.close();
    expect((await common.published('common')).length).toBe(3);
    await common.stop();
    await common.stop();
  });
});
