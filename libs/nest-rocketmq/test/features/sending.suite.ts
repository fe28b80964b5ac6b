import { Injectable } from '@nestjs/common';
import { ClientsModule, Payload, type ClientProxy } from '@nestjs/microservices';
import { lastValueFrom } from 'rxjs';
import {
  cloudEventsCodec,
  defineTopics,
  InjectRocketMQTemplate,
  MessageProperties,
  payloadOf,
  rawCodec,
  RocketMQClient,
  RocketMQConnection,
  RocketMQListener,
  RocketMQModule,
  RocketMQTemplate,
  TopicListener,
  TransactionListener,
  type RocketMQTransactionListener,
  type TransactionMessage,
} from '../../src/index.js';
import { Arrivals } from '../listening.js';
import { received, type FeatureWorld } from './feature-world.js';

interface Order {
  readonly id: number;
}

const first = { consumeFrom: 'first' } as const;
const typed = defineTopics({
  placed: { topic: 'typed', tag: 'placed', payload: payloadOf<Order>() },
  price: { topic: 'typed', tag: 'price', payload: payloadOf<Order>(), reply: payloadOf<{ cents: number }>() },
});

/** Everything that sends. */
export function sendingFeatures(world: () => FeatureWorld): void {
  it('sends and asks by the clients of ClientsModule, with a connection of their own or that of the application', async () => {
    const seen = new Arrivals<string>();
    @Injectable()
    class Listener {
      @RocketMQListener({ ...first, topic: 'proxied', group: 'proxied' })
      take(from: string) {
        seen.add(from);
      }
      @RocketMQListener({ ...first, topic: 'proxied-asked', group: 'proxied' })
      double(count: number) {
        return 2 * count;
      }
    }
    const app = await world().application([Listener], {}, [
      ClientsModule.register([{ name: 'OWN', customClass: RocketMQClient, options: world().options() }]),
      ClientsModule.registerAsync([
        {
          name: 'SHARED',
          inject: [RocketMQConnection],
          useFactory: (connection: RocketMQConnection) => ({ customClass: RocketMQClient, options: { connection } }),
        },
      ]),
    ]);
    await lastValueFrom(app.get<ClientProxy>('OWN').emit('proxied', 'own'));
    await lastValueFrom(app.get<ClientProxy>('SHARED').emit('proxied', 'shared'));
    expect(await received(seen, 2)).toEqual(['own', 'shared']);
    expect(await lastValueFrom(app.get<ClientProxy>('SHARED').send('proxied-asked', 21))).toBe(42);
    await app.close();
  });

  it('has connections with names, each with its producer', async () => {
    const seen = new Arrivals<string>();
    @Injectable()
    class Both {
      constructor(
        @InjectRocketMQTemplate() readonly main: RocketMQTemplate,
        @InjectRocketMQTemplate('second') readonly second: RocketMQTemplate,
      ) {}
      @RocketMQListener({ ...first, topic: 'named', group: 'named', connection: 'second' })
      take(from: string) {
        seen.add(from);
      }
    }
    const second = RocketMQModule.forRootAsync({
      connection: 'second',
      useFactory: () => world().options({ producer: { group: 'second-shop', sendMsgTimeoutMs: 20_000 } }),
    });
    const app = await world().application([Both], {}, [second]);
    const both = app.get(Both);
    await both.main.send('named', 'main');
    await both.second.send('named', 'second');
    expect(await received(seen, 2)).toEqual(['main', 'second']);
    await app.close();
  });

  it('shows every send to interceptors, which may change it', async () => {
    const seen = new Arrivals<string | undefined>();
    const kinds: string[] = [];
    @Injectable()
    class Listener {
      @RocketMQListener({ ...first, topic: 'intercepted', group: 'intercepted' })
      take(@MessageProperties('traced') traced: string | undefined) {
        seen.add(traced);
      }
    }
    const app = await world().application([Listener], {
      sendInterceptors: [
        ({ kind, messages }, next) => {
          kinds.push(kind);
          return next(messages.map((message) => ({ ...message, properties: { ...message.properties, traced: 'yes' } })));
        },
      ],
    });
    const template = app.get(RocketMQTemplate);
    await template.send('intercepted', 1);
    await template.sendBatch('intercepted', [2, 3]);
    expect(await received(seen, 3)).toEqual(['yes', 'yes', 'yes']);
    expect(kinds).toEqual(['send', 'batch']);
    await app.close();
  });

  it('shares typed topics between those who send and those who listen', async () => {
    const seen = new Arrivals<number>();
    @Injectable()
    class Listener {
      @TopicListener(typed.placed, { ...first, group: 'typed' })
      placed({ id }: Order) {
        seen.add(id);
      }
      @TopicListener(typed.price, { ...first, group: 'typed' })
      price({ id }: Order) {
        return { cents: 100 * id };
      }
    }
    const app = await world().application([Listener]);
    const template = app.get(RocketMQTemplate);
    await template.send(typed.placed, { id: 5 });
    expect(await received(seen, 1)).toEqual([5]);
    expect((await template.sendAndReceive(typed.price, { id: 2 })).cents).toBe(200);
    await app.close();
  });

  it('takes the work of a transaction as a function, and asks its listener when the work failed', async () => {
    const seen = new Arrivals<number>();
    const done: number[] = [];
    @Injectable()
    class Listener {
      @RocketMQListener({ ...first, topic: 'worked', group: 'worked' })
      take({ id }: Order) {
        seen.add(id);
      }
    }
    @TransactionListener({ topic: 'worked' })
    @Injectable()
    class Checked implements RocketMQTransactionListener<Order> {
      executeLocalTransaction(): never {
        throw new Error('is not called');
      }
      checkLocalTransaction({ payload }: TransactionMessage<Order>) {
        // The third may be asked about before its end is told.
        return payload.id === 2 ? ('commit' as const) : ('unknown' as const);
      }
    }
    const app = await world().application([Listener, Checked], { producer: { group: 'workers', sendMsgTimeoutMs: 20_000 } });
    const template = app.get(RocketMQTemplate);
    const work = (id: number, act: () => unknown) => template.transaction({ destination: 'worked', payload: { id } }, act);
    expect((await work(1, () => done.push(1))).transactionState).toBe('commit');
    expect(await work(2, () => Promise.reject(new Error('lost connection')))).toMatchObject({ transactionState: 'unknown' });
    expect((await work(3, () => 'rollback')).transactionState).toBe('rollback');
    expect(await received(seen, 2)).toEqual([1, 2]);
    expect(done).toEqual([1]);
    await app.close();
  });

  it('writes and reads JSON, bytes and CloudEvents', async () => {
    const seen = new Arrivals<string>();
    const events = cloudEventsCodec({ source: '/orders' });
    @Injectable()
    class Listener {
      @RocketMQListener({ ...first, topic: 'events', group: 'events', codec: events })
      event(@Payload() order: Order, @MessageProperties('CE_type') type: string) {
        seen.add(`event ${JSON.stringify(order)} ${type}`);
      }
      @RocketMQListener({ ...first, topic: 'raw', group: 'events', codec: rawCodec })
      bytes(body: Buffer) {
        seen.add(`raw ${body.toString()}`);
      }
    }
    const app = await world().application([Listener]);
    const template = app.get(RocketMQTemplate);
    await template.send('events', { id: 1 }, { codec: events, tag: 'placed' });
    await template.send('raw', Buffer.from('{'), { codec: rawCodec });
    const [event, raw] = await received(seen, 2);
    expect(event).toContain('events.placed');
    expect(raw).toBe('raw {');
    await app.close();
  });
}
