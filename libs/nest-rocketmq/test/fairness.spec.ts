import 'reflect-metadata';
import { Controller, Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { EventPattern, Payload, Server, type CustomTransportStrategy } from '@nestjs/microservices';
import { rawCodec, RocketMQListener, RocketMQModule, RocketMQServer } from '../src/index.js';
import { Arrivals, Cluster, signal } from './listening.js';

const raw = { codec: rawCodec, consumeFrom: 'first' } as const;

/** A transport that serves nothing, and knows what it was given. */
class OtherTransport extends Server implements CustomTransportStrategy {
  override transportId = Symbol('other');
  listen(callback: () => void) {
    callback();
  }
  close() {
    return undefined;
  }
  on() {
    return undefined;
  }
  unwrap<T>(): T {
    throw new Error('there is nothing');
  }
  get patterns() {
    return [...this.messageHandlers.keys()];
  }
}

describe('neighbours', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await Cluster.start();
  });
  afterAll(() => cluster.stop());

  it('goes on with one group while all places of another are taken', async () => {
    for (const topic of ['slow', 'quick']) await cluster.createTopic(topic);
    const stuck = signal();
    const began = new Arrivals<string>();
    const quick = new Arrivals<string>();
    @Injectable()
    class Listener {
      @RocketMQListener({ ...raw, topic: 'slow', group: 'slow', concurrency: 2 })
      async wait(@Payload() body: Buffer) {
        began.add(body.toString());
        await stuck.fired;
      }
      @RocketMQListener({ ...raw, topic: 'quick', group: 'quick' })
      take(@Payload() body: Buffer) {
        quick.add(body.toString());
      }
    }
    const app = await cluster.application([Listener]);
    await cluster.send('slow', ['1', '2', '3', '4']);
    await began.atLeast(2);
    await cluster.send('quick', ['a', 'b', 'c']);
    await quick.atLeast(3);
    expect(began.items).toHaveLength(2);
    stuck.fire();
    await began.atLeast(4);
    await app.close();
  });

  it('gives its handlers to no other transport of a hybrid application', async () => {
    await cluster.createTopic('ours');
    const seen = new Arrivals<string>();
    @Controller()
    class Handlers {
      @RocketMQListener({ ...raw, topic: 'ours', group: 'ours' })
      take(@Payload() body: Buffer) {
        seen.add(body.toString());
      }
      @EventPattern('theirs')
      other(data: unknown) {
        seen.add(String(data));
      }
    }
    @Module({ imports: [RocketMQModule.forRoot({ namesrvAddr: cluster.embedded.namesrvAddr, startup: 'fail' })], controllers: [Handlers] })
    class App {}
    const app = await NestFactory.create(App, { logger: ['fatal'], abortOnError: false });
    const other = new OtherTransport();
    app.connectMicroservice({ strategy: app.get(RocketMQServer) });
    app.connectMicroservice({ strategy: other });
    await app.startAllMicroservices();
    await app.init();
    await cluster.send('ours', ['x']);
    expect(await seen.atLeast(1)).toEqual(['x']);
    expect(other.patterns).toEqual(['theirs']);
    await app.close();
  });
});
