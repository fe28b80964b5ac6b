import 'reflect-metadata';
import { Controller, Inject, Injectable, Module, Scope } from '@nestjs/common';
import { NestFactory, REQUEST } from '@nestjs/core';
import { Ctx, EventPattern, MessagePattern, Payload, type RequestContext } from '@nestjs/microservices';
import {
  Reject,
  ROCKETMQ_TRANSPORT,
  RocketMQDeadLetters,
  RocketMQContext,
  RocketMQListener,
  RocketMQListenerRegistry,
  RocketMQModule,
  RocketMQServer,
  RocketMQTemplate,
  type RocketMQModuleOptions,
} from '../src/index.js';
import { eventually } from 'rocketmq-core/testing';
import { Arrivals, Cluster } from './listening.js';

interface Order {
  readonly id: number;
}

describe('handlers of other kinds', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await Cluster.start();
  });
  afterAll(() => cluster.stop());

  async function serving(controller: new (...parts: never[]) => unknown, options: RocketMQModuleOptions = {}) {
    @Module({
      imports: [RocketMQModule.forRoot({ namesrvAddr: cluster.embedded.namesrvAddr, startup: 'fail', ...options })],
      controllers: [controller],
    })
    class App {}
    const app = await NestFactory.create(App, { logger: ['fatal'], abortOnError: false });
    app.connectMicroservice({ strategy: app.get(RocketMQServer) });
    await app.startAllMicroservices();
    return app.init();
  }

  it('serves @EventPattern and @MessagePattern of Nest that name our transport and a group', async () => {
    for (const topic of ['bare', 'bare-asked']) await cluster.createTopic(topic);
    const seen = new Arrivals<string>();
    @Controller()
    class Bare {
      @EventPattern('bare:placed', ROCKETMQ_TRANSPORT, { group: 'bare', consumeFrom: 'first', concurrency: 2 })
      placed(@Payload() order: Order, @Ctx() given: unknown) {
        const context = given as RocketMQContext;
        seen.add(`${order.id} ${context.getTag()} ${context.getGroup()}`);
        return order.id === 2 ? Reject('two') : undefined;
      }
      @MessagePattern({ topic: 'bare-asked' }, ROCKETMQ_TRANSPORT, { group: 'bare-asked', consumeFrom: 'first' })
      double(@Payload('id') id: number) {
        return 2 * id;
      }
    }
    const app = await serving(Bare);
    const template = app.get(RocketMQTemplate);
    await template.send('bare:other', { id: 0 });
    for (const id of [1, 2]) await template.send('bare:placed', { id });
    expect([...(await seen.atLeast(2))].sort()).toEqual(['1 placed bare', '2 placed bare']);
    expect(await template.sendAndReceive('bare-asked', { id: 21 }, { timeoutMs: 20_000 })).toBe(42);
    const letters = app.get(RocketMQDeadLetters);
    await eventually(
      'the second is a dead letter',
      () => letters.list({ groups: ['bare'] }),
      ([row]) => row?.messages === 1,
    );
    expect(app.get(RocketMQListenerRegistry).get('bare:placed')).toMatchObject({
      group: 'bare',
      selector: { tag: 'placed' },
      concurrency: 2,
    });
    await app.close();
  });

  it('serves those without a group in the default group, and leaves them alone when there is none', async () => {
    await cluster.createTopic('plain-events');
    const seen = new Arrivals<number>();
    @Controller()
    class Plain {
      @EventPattern('plain-events')
      take({ id }: Order) {
        seen.add(id);
      }
    }
    const idle = await serving(Plain);
    expect(idle.get(RocketMQListenerRegistry).list()).toEqual([]);
    await idle.close();
    const app = await serving(Plain, { defaultGroup: 'everything' });
    expect(app.get(RocketMQListenerRegistry).list()).toMatchObject([{ id: 'plain-events', group: 'everything' }]);
    await eventually(
      'a message arrives',
      async () => {
        await app.get(RocketMQTemplate).send('plain-events', { id: 5 });
        return seen.items.length;
      },
      (count) => count > 0,
    );
    expect(seen.items[0]).toBe(5);
    await app.close();
  });

  it('makes a request-scoped provider anew for each message, with the message as its request', async () => {
    await cluster.createTopic('scoped');
    const seen = new Arrivals<string>();
    let made = 0;

    @Injectable({ scope: Scope.REQUEST })
    class Tenant {
      constructor(@Inject(REQUEST) private readonly request: RequestContext<Order, RocketMQContext>) {}
      get name() {
        return `${this.request.getContext().getMetadata().tenant} ${this.request.getData().id} ${String(this.request.getPattern() as string)}`;
      }
    }
    @Injectable()
    class Listener {
      private readonly number = (made += 1);
      constructor(private readonly tenant: Tenant) {}

      @RocketMQListener({ topic: 'scoped', group: 'scoped', consumeFrom: 'first', concurrency: 1 })
      take(@Payload('id') id: number) {
        seen.add(`${this.number}: ${this.tenant.name} = ${id}`);
      }
    }
    const app = await cluster.application([Listener, Tenant]);
    const template = app.get(RocketMQTemplate);
    for (const id of [1, 2]) await template.send('scoped', { id }, { properties: { tenant: `t${id}` }, shardingKey: 'one' });
    expect(await seen.atLeast(2)).toEqual(['1: t1 1 scoped = 1', '2: t2 2 scoped = 2']);
    await app.close();
  });
});
