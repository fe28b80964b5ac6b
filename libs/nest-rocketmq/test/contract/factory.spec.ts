// A file of its own, because the first releases of Nest 11 do not use a transport that comes from a factory.
import 'reflect-metadata';
import { Controller, Logger, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { RocketMQListener, RocketMQServer, RocketMQTemplate } from 'nest-rocketmq';
import { RocketMQTesting, RocketMQTestingModule } from 'nest-rocketmq/testing';

describe('createMicroservice with a factory', () => {
  it('takes the transport from the container', async () => {
    Logger.overrideLogger(false);
    const testing = await RocketMQTesting.start({ topics: ['factory'] });
    let deliver!: (payload: unknown) => void;
    const delivered = new Promise<unknown>((resolve) => (deliver = resolve));
    @Controller()
    class Listens {
      @RocketMQListener({ topic: 'factory', group: 'factory', consumeFrom: 'first' })
      take(payload: unknown) {
        deliver(payload);
      }
    }
    @Module({ imports: [RocketMQTestingModule.forRoot({ testing })], controllers: [Listens] })
    class App {}
    const options = {
      logger: false,
      abortOnError: false,
      inject: [RocketMQServer],
      useFactory: (strategy: RocketMQServer) => ({ strategy }),
    };
    const app = await NestFactory.createMicroservice<never>(App, options as never);
    await app.listen();
    await app.get(RocketMQTemplate).send('factory', { hello: '世界' });
    expect(await delivered).toEqual({ hello: '世界' });
    await app.close();
    await testing.stop();
  });
});
