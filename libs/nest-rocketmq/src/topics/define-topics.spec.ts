import type { Codec } from '../codec/codec.js';
import { rawCodec } from '../codec/raw-codec.js';
import { isDestination, placeOf, type Destination } from '../template/destination.js';
import type { PayloadOrRecord } from '../template/rocketmq.template.js';
import { RocketMQRecordBuilder } from '../template/rocketmq-record.js';
import { defineTopics, payloadOf } from './define-topics.js';
import { PayloadInvalidError } from './standard-schema.js';
import { daySchema } from '../../test/day-schema.js';
import { TopicListener } from '../decorators/topic-listener.decorator.js';
import type { PayloadOf, ReceivedOf, ReplyOf } from './topic-ref.js';

interface Order {
  readonly id: string;
  readonly amount: number;
}

const topics = defineTopics({
  orderPlaced: { topic: 'orders', tag: 'placed', payload: payloadOf<Order>() },
  day: { topic: 'days', payload: daySchema },
  price: { topic: 'prices', payload: payloadOf<{ sku: string }>(), reply: payloadOf<number>() },
  raw: { topic: 'raw', payload: payloadOf<string>(), codec: rawCodec },
});

const about = { topic: 'days', tag: undefined, keys: [] };
const message = { topic: 'days', tags: undefined, properties: new Map<string, string>() };
const written = async (codec: Codec, payload: unknown) => {
  const encoded = await codec.encode(payload, about);
  return Buffer.isBuffer(encoded) ? encoded : encoded.body;
};

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
declare function proven<T extends true>(): T;

// Each line that must not compile is marked; the type check of the package fails when one of them does.
declare function send<In>(destination: Destination<In>, payload: PayloadOrRecord<NoInfer<In>>): void;
declare function ask<In, Reply>(destination: Destination<In, Reply>, payload: NoInfer<In>): Promise<Reply>;

/** Never called. */
export function typeTests(): void {
  proven<Equal<PayloadOf<typeof topics.orderPlaced>, Order>>();
  proven<Equal<PayloadOf<typeof topics.day>, { day: string }>>();
  proven<Equal<ReceivedOf<typeof topics.day>, { day: Date }>>();
  proven<Equal<ReplyOf<typeof topics.price>, number>>();

  send(topics.orderPlaced, { id: '1', amount: 2 });
  send(topics.orderPlaced, new RocketMQRecordBuilder({ id: '1', amount: 2 }).build());
  send(topics.day, { day: '2020-01-01' });
  send('anywhere', { what: 'ever' });
  proven<Equal<ReturnType<typeof ask<{ sku: string }, number>>, Promise<number>>>();
  // @ts-expect-error a member is missing
  send(topics.orderPlaced, { id: '1' });
  // @ts-expect-error a member of another type
  send(topics.orderPlaced, { id: 1, amount: 2 });
  // @ts-expect-error a record of another payload
  send(topics.orderPlaced, new RocketMQRecordBuilder({ id: 1 }).build());
  // @ts-expect-error senders give what travels, not what the schema makes of it
  send(topics.day, { day: new Date() });
  // @ts-expect-error there is no such topic
  send(topics.orderCancelled, {});
  // @ts-expect-error the reply is a number
  const text: Promise<string> = ask(topics.price, { sku: 's' });
  void text;

  class Listeners {
    @TopicListener(topics.orderPlaced, { group: 'g' })
    placed(order: Order): void {
      void order;
    }

    @TopicListener(topics.day, { group: 'g' })
    day(payload: { day: Date }, context: object): Promise<void> {
      return Promise.resolve(void [payload, context]);
    }

    @TopicListener(topics.price, { group: 'g' })
    price({ sku }: { sku: string }): number {
      return sku.length;
    }

    // @ts-expect-error the topic brings orders
    @TopicListener(topics.orderPlaced, { group: 'g' })
    wrong(order: { total: number }): void {
      void order;
    }

    // @ts-expect-error listeners get what the schema makes of it
    @TopicListener(topics.day, { group: 'g' })
    wire(payload: { day: string }): void {
      void payload;
    }

    // @ts-expect-error the answer is a number
    @TopicListener(topics.price, { group: 'g' })
    answer({ sku }: { sku: string }): string {
      return sku;
    }
  }
  void Listeners;
}

describe('defineTopics', () => {
  it('gives destinations', () => {
    expect(placeOf(topics.orderPlaced)).toMatchObject({ topic: 'orders', tag: 'placed' });
    expect(placeOf('orders:placed')).toEqual({ topic: 'orders', tag: 'placed' });
    expect(placeOf('orders')).toEqual({ topic: 'orders' });
    expect([topics.raw, 'orders', { topic: 'orders' }].map(isDestination)).toEqual([true, true, false]);
  });

  it('writes with the codec of the topic', async () => {
    expect((await written(topics.raw.codec, 'text')).toString()).toBe('text');
    expect((await written(topics.orderPlaced.codec, 'text')).toString()).toBe('"text"');
  });

  it('sends what the sender gave, and delivers what the schema makes of it', async () => {
    const body = await written(topics.day.codec, { day: '2020-01-02' });
    expect(body.toString()).toBe('{"day":"2020-01-02"}');
    expect(await topics.day.codec.decode(body, message)).toEqual({ day: new Date('2020-01-02') });
  });

  it('refuses what the schema refuses, on both sides, and names every issue', async () => {
    await expect(written(topics.day.codec, { day: 'tomorrow' })).rejects.toThrow(
      new PayloadInvalidError('days', [
        { message: 'is no date', path: 'day' },
        { message: 'try again', path: 'x.0' },
      ]),
    );
    await expect(topics.day.codec.decode(Buffer.from('{}'), message)).rejects.toThrow(
      'the payload of days is not valid: day: is no date; x.0: try again',
    );
  });

  it('reads replies without the schema of requests', async () => {
    const replies = topics.day.codec.reply ?? topics.day.codec;
    expect(await replies.decode(Buffer.from('7'), message)).toBe(7);
  });
});
