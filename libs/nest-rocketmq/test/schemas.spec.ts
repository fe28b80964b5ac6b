import 'reflect-metadata';
import { Controller, Injectable, Logger, Module, StandardSchemaValidationPipe } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Payload } from '@nestjs/microservices';
import { defineTopics, PayloadInvalidError, RocketMQListener, RocketMQServer, RocketMQTemplate, TopicListener } from '../src/index.js';
import { daySchema } from './day-schema.js';
import { RocketMQTesting, RocketMQTestingModule } from '../testing/index.js';

const topics = defineTopics({ days: { topic: 'days', payload: daySchema } });
const quiet = { logger: ['fatal' as const], abortOnError: false };

describe('a payload with a schema', () => {
  let testing: RocketMQTesting;

  beforeEach(async () => {
    Logger.overrideLogger(['fatal']);
    testing = await RocketMQTesting.start({ topics: ['days'] });
  });
  afterEach(() => testing.stop());

  it('of its topic arrives as the schema makes it; a wrong one is not sent, and a dead letter when another client sends it', async () => {
    const got: unknown[] = [];
    @Injectable()
    class Listens {
      @TopicListener(topics.days, { group: 'of-the-topic', consumeFrom: 'first' })
      take(payload: { readonly day: Date }) {
        got.push(payload);
      }
    }
    @Module({ imports: [RocketMQTestingModule.forRoot({ testing })], providers: [Listens] })
    class App {}
    const app = await NestFactory.createApplicationContext(App, quiet);
    const template = app.get(RocketMQTemplate);
    await expect(template.send(topics.days, { day: 'never' })).rejects.toThrow(PayloadInvalidError);
    await template.send('days', { day: 'never' });
    await template.send(topics.days, { day: '2020-01-02' });
    const dead = await testing.waitFor('%DLQ%of-the-topic');
    await testing.drain();
    expect(got).toEqual([{ day: new Date('2020-01-02') }]);
    expect(dead.payload).toEqual({ day: 'never' });
    expect(await testing.published('days')).toHaveLength(2);
    await app.close();
  });

  it("of Nest's own decorator goes through its pipe, and is a dead letter when the pipe refuses it", async () => {
    const got: unknown[] = [];
    @Controller()
    class Listens {
      @RocketMQListener({ topic: 'days', group: 'of-the-handler', consumeFrom: 'first' })
      take(@Payload({ schema: daySchema }) payload: { readonly day: Date }) {
        got.push(payload);
      }
    }
    @Module({ imports: [RocketMQTestingModule.forRoot({ testing })], controllers: [Listens] })
    class App {}
    const app = await NestFactory.create(App, quiet);
    app.useGlobalPipes(new StandardSchemaValidationPipe());
    app.connectMicroservice({ strategy: app.get(RocketMQServer) }, { inheritAppConfig: true });
    await app.startAllMicroservices();
    await app.init();
    const template = app.get(RocketMQTemplate);
    await template.send('days', { day: 'never' });
    await template.send('days', { day: '2020-01-02' });
    const dead = await testing.waitFor('%DLQ%of-the-handler');
    await testing.drain();
    expect(got).toEqual([{ day: new Date('2020-01-02') }]);
    expect(dead.payload).toEqual({ day: 'never' });
    await app.close();
  });
});
