import 'reflect-metadata';
import { Injectable } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { eventually } from 'rocketmq-core/testing';
import {
  InjectRocketMQDeadLetters,
  RocketMQDeadLetters,
  RocketMQListener,
  RocketMQTemplate,
  rawCodec,
  Reject,
  type RocketMQDeadLetter,
} from '../src/index.js';
import { Arrivals, Cluster } from './listening.js';

interface Order {
  readonly id: number;
}

describe('dead letters of an application', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await Cluster.start({ messageDelayLevel: '1s 1s 1s 1s' });
  });
  afterAll(() => cluster.stop());

  it('are listed, looked at with their payload and reason, and redriven by what the payload says', async () => {
    await cluster.createTopic('letters', 1);
    await cluster.createTopic('raw-letters', 1);
    const state = { open: false };
    const billed = new Arrivals<number>();

    @Injectable()
    class Billing {
      constructor(@InjectRocketMQDeadLetters() readonly letters: RocketMQDeadLetters) {}

      @RocketMQListener({ topic: 'letters', group: 'billing', consumeFrom: 'first' })
      bill(order: Order) {
        if (!state.open) return order.id === 2 ? Reject('closed on sundays') : Promise.reject(new TypeError('no till'));
        billed.add(order.id);
        return undefined;
      }

      @RocketMQListener({ topic: 'raw-letters', group: 'raw', consumeFrom: 'first', codec: rawCodec })
      refuse(@Payload() body: Buffer) {
        return Reject(`not ${body.toString()}`);
      }
    }
    const app = await cluster.application([Billing], { retry: { rejectOn: [TypeError] } });
    const { letters } = app.get(Billing);
    expect(app.get(RocketMQDeadLetters)).toBe(letters);
    expect(await letters.list()).toMatchObject([
      { group: 'billing', messages: 0 },
      { group: 'raw', messages: 0 },
    ]);
    const template = app.get(RocketMQTemplate);
    for (const id of [1, 2, 3]) await template.send('letters:placed', { id }, { keys: [`order-${id}`], shardingKey: 'one' });
    await cluster.send('letters', ['no json']);
    await cluster.send('raw-letters', ['bytes']);
    const died = async () => (await letters.list({ groups: 'all' })).map(({ group, messages }) => `${group} ${messages}`).join();
    await eventually('all dead', died, (text) => text === 'billing 4,raw 1');

    const { letters: all, next } = await letters.peek<Order>('billing');
    const byKey = new Map(all.map((letter) => [letter.keys[0] ?? 'none', letter]));
    expect(next).toBeUndefined();
    expect(byKey.get('order-1')).toMatchObject({
      topic: 'letters',
      tag: 'placed',
      payload: { id: 1 },
      failures: 1,
      reason: 'threw: no till',
    });
    expect(byKey.get('order-2')).toMatchObject({ payload: { id: 2 }, reason: 'returned Reject: closed on sundays' });
    expect(byKey.get('none')).toMatchObject({ payload: undefined, undecodable: expect.any(Error) as unknown });
    expect(byKey.get('none')?.reason).toMatch(/^decode failed: the body of/);
    expect(byKey.get('none')?.body.toString()).toBe('no json');
    expect((await letters.peek<Buffer>('raw')).letters[0]?.payload?.toString()).toBe('bytes');

    state.open = true;
    const select = (letter: RocketMQDeadLetter<Order>) => (letter.payload?.id ?? 0) > 1;
    expect(await letters.redrive<Order>('billing', { select, dryRun: true })).toMatchObject({ seen: 4, redriven: 2, left: 2 });
    const fates = new Map<string, string>();
    const onEach = ({ keys }: RocketMQDeadLetter<Order>, fate: string) => void fates.set(keys[0] ?? 'none', fate);
    expect(await letters.redrive<Order>('billing', { select, onEach, ratePerSecond: 1000 })).toMatchObject({
      redriven: 2,
      left: 2,
      ended: 'all',
    });
    expect(Object.fromEntries(fates)).toEqual({ 'order-1': 'left', 'order-2': 'redriven', 'order-3': 'redriven', none: 'left' });
    expect([...(await billed.atLeast(2))].sort()).toEqual([2, 3]);
    expect(await letters.redrive('billing')).toMatchObject({ seen: 0, ended: 'all' });
    await app.close();
  });
});
