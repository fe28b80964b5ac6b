// The two applications on @golevelup/nestjs-rabbitmq, which is for Nest 11. Usage as apps.mjs.
import 'reflect-metadata';
import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AmqpConnection, RabbitMQModule, RabbitSubscribe } from '@golevelup/nestjs-rabbitmq';
import { consumer, decorate, endWith, producer } from '../load.mjs';

const [, role, address] = process.argv.slice(2);
const [EXCHANGE, KEY, PREFETCH] = ['bench', 'message', 256];
const rabbit = RabbitMQModule.forRoot({
  uri: `amqp://guest:guest@${address}`,
  exchanges: [{ name: EXCHANGE, type: 'topic', options: { durable: true } }],
  prefetchCount: PREFETCH,
  connectionInitOptions: { wait: true, timeout: 20_000 },
});

const load = role === 'consumer' ? consumer() : undefined;
class Listens {
  async take(payload) {
    await load.handle(payload);
  }
}
Injectable()(Listens);
const queue = { exchange: EXCHANGE, routingKey: KEY, queue: 'bench-golevelup', queueOptions: { durable: true } };
decorate(Listens, 'take', RabbitSubscribe(queue));
class App {}
Module({ imports: [rabbit], providers: load === undefined ? [] : [Listens] })(App);
const app = await NestFactory.createApplicationContext(App, { logger: ['error', 'warn'] });
endWith(app);
if (load !== undefined) load.ready();
else {
  const connection = app.get(AmqpConnection);
  // Resolves with the confirm of the server.
  producer((payload) => connection.publish(EXCHANGE, KEY, payload, { persistent: true }));
}
