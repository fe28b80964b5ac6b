import 'reflect-metadata';
import { Controller, Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Payload } from '@nestjs/microservices';
import {
  Idempotent,
  MemoryIdempotencyStore,
  Retry,
  RocketMQListener,
  RocketMQListenerRegistry,
  RocketMQModule,
  RocketMQServer,
  type IdempotencyStore,
} from '../src/index.js';
import { SqlIdempotencyStore } from '../src/idempotency/sql/index.js';
import { Arrivals, Cluster } from './listening.js';

interface Order {
  readonly id: string;
  readonly fails?: 'throws' | 'returns';
}
const keyOf = (order: Order) => (order.id === 'none' ? undefined : order.id);
const json = (order: Order) => JSON.stringify(order);

describe('@Idempotent', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await Cluster.start({ messageDelayLevel: '1s 1s 1s 1s' });
  });
  afterAll(() => cluster.stop());

  it('lets a handler see each key once, unless it fails', async () => {
    await cluster.createTopic('once', 1);
    const seen = new Arrivals<string>();
    const failed = new Set<string>();

    @Injectable()
    class Listener {
      @Idempotent({ store: MemoryIdempotencyStore, key: keyOf })
      @RocketMQListener({ topic: 'once', group: 'once', consumeFrom: 'first', concurrency: 1, retry: { backoff: [1000] } })
      take(@Payload() { id, fails }: Order) {
        seen.add(id);
        if (fails === undefined || failed.has(id)) return undefined;
        failed.add(id);
        if (fails === 'throws') throw new Error('once');
        return Retry({ delayLevel: 1 });
      }
    }
    const app = await cluster.application([Listener, { provide: MemoryIdempotencyStore, useValue: new MemoryIdempotencyStore() }]);
    await cluster.send('once', [{ id: 'a' }, { id: 'a' }, { id: 'none' }, { id: 'none' }].map(json));
    await cluster.send('once', [json({ id: 'b', fails: 'throws' }), json({ id: 'c', fails: 'returns' })]);
    const all = await seen.atLeast(7);
    expect([...all].sort()).toEqual(['a', 'b', 'b', 'c', 'c', 'none', 'none']);
    await cluster.send(
      'once',
      ['b', 'c', 'last'].map((id) => json({ id })),
    );
    expect((await seen.atLeast(8))[7]).toBe('last');
    await app.close();
  });

  it('goes by the id of the message without a key, on controllers too, whatever the order of the decorators', async () => {
    await cluster.createTopic('once-id', 1);
    const keys = new Arrivals<string>();
    const store: IdempotencyStore = {
      run: async ({ key }, work) => {
        await work();
        keys.add(key);
        return 'ran';
      },
    };
    const ids = new Arrivals<string>();
    @Controller()
    class Listener {
      @RocketMQListener({ topic: 'once-id', group: 'once-id', consumeFrom: 'first' })
      @Idempotent({ store })
      take(payload: unknown) {
        ids.add(String(payload));
      }
    }
    @Module({ imports: [RocketMQModule.forRoot({ namesrvAddr: cluster.embedded.namesrvAddr })], controllers: [Listener] })
    class App {}
    const app = await NestFactory.create(App, { logger: false, abortOnError: false });
    app.connectMicroservice({ strategy: app.get(RocketMQServer) });
    await app.startAllMicroservices();
    await app.init();
    const { messageId } = await (await cluster.beside.producer()).send({ topic: 'once-id', body: '1' });
    expect(await keys.atLeast(1)).toEqual([messageId]);
    expect(ids.items).toEqual(['1']);
    await app.close();
  });

  it.each<[string, object, string]>([
    [
      'a store without transactions',
      { store: new SqlIdempotencyStore({} as never) },
      'the idempotency store of Listener.take does not work',
    ],
    ['a store that nobody provides', { store: 'nowhere' }, 'the idempotency store of Listener.take is no provider'],
    ['batches', { store: new MemoryIdempotencyStore(), batch: { size: 2 } }, 'Listener.take is idempotent, which batches cannot be'],
  ])('does not start with %s', async (_what, { store, batch }: { store?: never; batch?: { size: number } }, message) => {
    @Injectable()
    class Listener {
      @Idempotent({ store: store as never })
      @RocketMQListener({ topic: 't', group: 'never', ...(batch && { batch }) })
      take() {
        return undefined;
      }
    }
    await expect(cluster.application([Listener])).rejects.toThrow(message);
  });

  it('is asked only in a process that runs the listener', async () => {
    @Injectable()
    class Listener {
      @Idempotent({ store: new SqlIdempotencyStore({} as never) })
      @RocketMQListener({ topic: 't', group: 'never' })
      take() {
        return undefined;
      }
    }
    const app = await cluster.application([Listener], { listeners: false });
    expect(app.get(RocketMQListenerRegistry).get('Listener.take')?.state).toBe('excluded');
    await app.close();
  });
});
