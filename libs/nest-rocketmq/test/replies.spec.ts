import 'reflect-metadata';
import { Controller, Injectable, Logger, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Payload, RpcException } from '@nestjs/microservices';
import { lastValueFrom, of } from 'rxjs';
import {
  Ack,
  defineTopics,
  payloadOf,
  Reject,
  RetryException,
  RocketMQClient,
  RocketMQConnection,
  RocketMQListener,
  RocketMQModule,
  RocketMQServer,
  RocketMQTemplate,
  TopicListener,
} from '../src/index.js';
import { Cluster } from './cluster.js';

const topics = defineTopics({
  price: { topic: 'price', tag: 'ask', payload: payloadOf<{ sku: string }>(), reply: payloadOf<{ price: number }>() },
});
const from = { consumeFrom: 'first' } as const;

describe('a listener that is asked', () => {
  let cluster: Cluster;

  beforeAll(async () => {
    Logger.overrideLogger(false);
    // Level 3 is the first that a retry takes.
    cluster = await Cluster.start({ broker: { messageDelayLevel: '1s 1s 1s' } });
    for (const topic of ['price', 'stock', 'trouble', 'nothing']) await cluster.createTopic(topic);
  });
  afterAll(() => cluster.stop());

  it('answers with what it returns, throws or says', async () => {
    let attempts = 0;
    @Injectable()
    class Prices {
      @TopicListener(topics.price, { group: 'prices', ...from })
      price({ sku }: { sku: string }): { price: number } {
        return { price: sku.length };
      }
      @RocketMQListener({ topic: 'nothing', group: 'prices', selector: { tag: 'void' }, ...from })
      nothing(): void {}
      @RocketMQListener({ topic: 'nothing', group: 'prices', selector: { tag: 'ack' } })
      ack() {
        return Ack;
      }
    }
    @Controller()
    class Stock {
      @RocketMQListener({ topic: 'stock', group: 'stock', ...from })
      left(@Payload('sku') sku: string) {
        return of(1, sku);
      }
      @RocketMQListener({ topic: 'trouble', group: 'stock', selector: { tag: 'rpc' } })
      rpc(): never {
        throw new RpcException({ message: 'no stock', code: 'E7' });
      }
      @RocketMQListener({ topic: 'trouble', group: 'stock', selector: { tag: 'secret' } })
      secret(): never {
        throw new Error('password is secret');
      }
      @RocketMQListener({ topic: 'trouble', group: 'stock', selector: { tag: 'reject' } })
      reject() {
        return Reject('not for us');
      }
      @RocketMQListener({ topic: 'trouble', group: 'stock', selector: { tag: 'unwritable' } })
      unwritable() {
        return 10n;
      }
      @RocketMQListener({ topic: 'trouble', group: 'stock', selector: { tag: 'later' } })
      later() {
        attempts += 1;
        if (attempts === 1) throw new RetryException('not yet');
        return attempts;
      }
    }
    // A busy machine may need longer than the three seconds of a request.
    const options = { namesrvAddr: cluster.namesrvAddr, producer: { sendMsgTimeoutMs: 20_000 } };
    @Module({ imports: [RocketMQModule.forRoot(options)], providers: [Prices], controllers: [Stock] })
    class App {}
    const app = await NestFactory.create(App, { logger: false, abortOnError: false });
    app.connectMicroservice({ strategy: app.get(RocketMQServer) });
    await app.startAllMicroservices();
    await app.init();
    const template = app.get(RocketMQTemplate);
    const { price } = await template.sendAndReceive(topics.price, { sku: 'four' });
    expect(price).toBe(4);
    expect(await template.sendAndReceive('nothing:void', 1)).toBeNull();
    expect(await template.sendAndReceive('nothing:ack', 1)).toBeNull();
    const client = new RocketMQClient({ connection: app.get(RocketMQConnection) });
    expect(await lastValueFrom(client.send('stock', { sku: 's1' }))).toBe('s1');

    const refused = async (tag: string) => {
      const error = await template.sendAndReceive(`trouble:${tag}`, 1, { timeoutMs: 20_000 }).catch((reason: unknown) => reason);
      return (error as RpcException).getError();
    };
    expect(await refused('rpc')).toEqual({ status: 'error', message: 'no stock', code: 'E7', data: { message: 'no stock', code: 'E7' } });
    expect(await refused('secret')).toEqual({ status: 'error', message: 'Internal server error' });
    expect(await refused('reject')).toEqual({ status: 'error', message: 'not for us' });
    expect(await refused('unwritable')).toEqual({ status: 'error', message: 'Internal server error' });
    expect(await template.sendAndReceive('trouble:later', 1, { timeoutMs: 20_000 })).toBe(2);
    await app.close();
  });
});
