import 'reflect-metadata';
import { Controller, Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { InjectRocketMQTemplate, RocketMQListener, RocketMQModule, RocketMQServer, RocketMQTemplate, serverToken } from '../src/index.js';
import { Arrivals, Cluster } from './listening.js';

describe('connections to two clusters', () => {
  let main: Cluster;
  let other: Cluster;

  beforeAll(async () => {
    [main, other] = await Promise.all([Cluster.start(), Cluster.start()]);
  });
  afterAll(() => Promise.all([main.stop(), other.stop()]));

  it('keeps named connections apart', async () => {
    await Promise.all([main.createTopic('named'), other.createTopic('named')]);
    const got = new Arrivals<string>();
    const here = { topic: 'named', consumeFrom: 'first' } as const;
    const there = { ...here, connection: 'second' };

    @Injectable()
    class Provider {
      constructor(
        @InjectRocketMQTemplate() readonly first: RocketMQTemplate,
        @InjectRocketMQTemplate('second') readonly second: RocketMQTemplate,
      ) {}
      @RocketMQListener({ ...here, group: 'provider' })
      onFirst(payload: string) {
        got.add(`provider, first: ${payload}`);
      }
      @RocketMQListener({ ...there, group: 'provider' })
      onSecond(payload: string) {
        got.add(`provider, second: ${payload}`);
      }
    }
    @Controller()
    class Served {
      @RocketMQListener({ ...here, group: 'controller' })
      onFirst(payload: string) {
        got.add(`controller, first: ${payload}`);
      }
      @RocketMQListener({ ...there, group: 'controller' })
      onSecond(payload: string) {
        got.add(`controller, second: ${payload}`);
      }
    }
    @Module({
      imports: [
        RocketMQModule.forRoot({ namesrvAddr: main.embedded.namesrvAddr }),
        RocketMQModule.forRootAsync({ connection: 'second', useFactory: () => ({ namesrvAddr: other.embedded.namesrvAddr }) }),
      ],
      providers: [Provider],
      controllers: [Served],
    })
    class App {}

    const app = await NestFactory.create(App, { logger: ['fatal'], abortOnError: false });
    for (const strategy of [app.get(RocketMQServer), app.get<RocketMQServer>(serverToken('second'))]) app.connectMicroservice({ strategy });
    const { first, second } = app.get(Provider);
    await first.send('named', 'here');
    await second.send('named', 'there');
    await app.startAllMicroservices();
    await app.init();
    await got.atLeast(4);
    await app.close();
    const listeners = ['controller', 'provider'];
    expect(got.items.toSorted()).toEqual(listeners.flatMap((one) => [`${one}, first: here`, `${one}, second: there`]));
  });
});
