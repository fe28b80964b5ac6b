// The two applications on our transport and on those of Nest 12. Usage: node apps.mjs <transport> producer|consumer <address>, forked by run.mjs.
import 'reflect-metadata';
import { Controller, Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ClientsModule, Ctx, EventPattern, Payload, Transport } from '@nestjs/microservices';
import { lastValueFrom } from 'rxjs';
import { consumer, decorate, endWith, producer } from './load.mjs';

const [transport, role, address] = process.argv.slice(2);
const quiet = { logger: ['error', 'warn'], abortOnError: false };
const TOPIC = 'bench';
/** What a consumer may hold at once, everywhere the same. */
const PREFETCH = 256;

/** Options of Nest's transports: for the server, and what the client says differently. */
const official = {
  kafka: {
    transport: Transport.KAFKA,
    options: {
      client: { brokers: [address], logLevel: 1 },
      consumer: { groupId: 'bench' },
      subscribe: { fromBeginning: true },
      producer: { allowAutoTopicCreation: true },
      send: { acks: -1 },
    },
  },
  rabbitmq: {
    transport: Transport.RMQ,
    options: {
      ...{ urls: [`amqp://guest:guest@${address}`], queue: TOPIC, queueOptions: { durable: true } },
      ...{ persistent: true, noAck: false, prefetchCount: PREFETCH },
    },
  },
  nats: { transport: Transport.NATS, options: { servers: [`nats://${address}`], queue: 'bench' } },
};

async function officialConsumer() {
  const load = consumer();
  const isRabbit = transport === 'rabbitmq';
  class Listens {
    async take(payload, context) {
      await load.handle(payload);
      if (isRabbit) context.getChannelRef().ack(context.getMessage());
    }
  }
  Controller()(Listens);
  decorate(Listens, 'take', EventPattern(TOPIC));
  Payload()(Listens.prototype, 'take', 0);
  Ctx()(Listens.prototype, 'take', 1);
  class App {}
  Module({ controllers: [Listens] })(App);
  const app = await NestFactory.createMicroservice(App, { ...quiet, ...official[transport] });
  await app.listen();
  return { app, load };
}

async function officialProducer() {
  const { transport: kind, options } = official[transport];
  class App {}
  // A client of RabbitMQ acknowledges the replies that it gets, by itself.
  const own = transport === 'rabbitmq' ? { ...options, noAck: true } : options;
  Module({ imports: [ClientsModule.register([{ name: 'CLIENT', transport: kind, options: own }])] })(App);
  const app = await NestFactory.createApplicationContext(App, quiet);
  const client = app.get('CLIENT');
  await client.connect();
  return { app, send: (payload) => lastValueFrom(client.emit(TOPIC, payload), { defaultValue: undefined }) };
}

const ours = () => import('nest-rocketmq');

async function ourConsumer() {
  const { RocketMQListener, RocketMQModule } = await ours();
  const load = consumer();
  class Listens {
    take(payload) {
      return load.handle(payload);
    }
  }
  Injectable()(Listens);
  // `consumeMessageBatchMaxSize` stays 1: a call and an acknowledgement for each message.
  decorate(Listens, 'take', RocketMQListener({ topic: TOPIC, group: 'bench', consumeFrom: 'first', concurrency: PREFETCH }));
  class App {}
  Module({ imports: [RocketMQModule.forRoot({ namesrvAddr: address })], providers: [Listens] })(App);
  return { app: await NestFactory.createApplicationContext(App, quiet), load };
}

async function ourProducer() {
  const { RocketMQModule, RocketMQTemplate } = await ours();
  class App {}
  Module({ imports: [RocketMQModule.forRoot({ namesrvAddr: address })] })(App);
  const app = await NestFactory.createApplicationContext(App, quiet);
  const template = app.get(RocketMQTemplate);
  return { app, send: (payload) => template.send(TOPIC, payload) };
}

const bullmq = () => Promise.all([import('@nestjs/bullmq'), import('bullmq')]);
const redis = () => {
  const [host, port] = address.split(':');
  return { connection: { host, port: Number(port) }, defaultJobOptions: { removeOnComplete: true } };
};

async function bullConsumer() {
  const [{ BullModule, Processor, WorkerHost }] = await bullmq();
  const load = consumer();
  class Listens extends WorkerHost {
    process(job) {
      return load.handle(job.data);
    }
  }
  Processor(TOPIC, { concurrency: PREFETCH })(Listens);
  class App {}
  Module({ imports: [BullModule.forRoot(redis()), BullModule.registerQueue({ name: TOPIC })], providers: [Listens] })(App);
  return { app: await NestFactory.createApplicationContext(App, quiet), load };
}

async function bullProducer() {
  const [{ BullModule, getQueueToken }] = await bullmq();
  class App {}
  Module({ imports: [BullModule.forRoot(redis()), BullModule.registerQueue({ name: TOPIC })] })(App);
  const app = await NestFactory.createApplicationContext(App, quiet);
  const queue = app.get(getQueueToken(TOPIC));
  await queue.waitUntilReady();
  return { app, send: (payload) => queue.add('message', payload) };
}

const roles = {
  rocketmq: { consumer: ourConsumer, producer: ourProducer },
  bullmq: { consumer: bullConsumer, producer: bullProducer },
};
const { app, load, send } = await (roles[transport] ?? { consumer: officialConsumer, producer: officialProducer })[role]();
endWith(app);
if (role === 'consumer') load.ready();
else producer(send);
