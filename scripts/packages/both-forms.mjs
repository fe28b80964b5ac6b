// Loads the library as an ES module and as CommonJS into one process, and mixes them in one application: decorators, outcomes, records, typed topics and
// contexts of the one form, the module of the other. Run in a project of its own by check-packages.
import 'reflect-metadata';
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Ctx, Payload } from '@nestjs/microservices';
import * as esm from 'nest-rocketmq';
import { RocketMQTesting, RocketMQTestingModule } from 'nest-rocketmq/testing';
import * as esmCore from 'rocketmq-core/client';

const require = createRequire(import.meta.url);
const cjs = require('nest-rocketmq');
const cjsCore = require('rocketmq-core/client');

assert.notEqual(esm.RocketMQTemplate, cjs.RocketMQTemplate, 'the forms are two');
assert.equal(esm.templateToken('x'), cjs.templateToken('x'));
assert.equal(esm.ROCKETMQ_TRANSPORT, cjs.ROCKETMQ_TRANSPORT);
assert.ok(esm.isOutcome(cjs.Retry({ delayMs: 10 })) && cjs.isOutcome(esm.Ack));
assert.deepEqual(Object.keys(esm).sort(), Object.keys(cjs).sort());
assert.deepEqual(Object.keys(esmCore).sort(), Object.keys(cjsCore).sort());

const topics = cjs.defineTopics({ typed: { topic: 'mixed', tag: 'typed', payload: cjs.payloadOf() } });
const seen = [];

class Listens {
  constructor(template) {
    this.template = template;
  }
  async typed(payload, context) {
    seen.push(payload, cjs.isRocketMQContext(context), cjs.currentDelivery() === context, esm.currentDelivery() === context);
    const record = new cjs.RocketMQRecordBuilder('from a record').setTag('rejected').build();
    await this.template.send('mixed', record);
  }
  rejected() {
    throw new cjs.RejectException('never');
  }
}

function decorate(name, decorator) {
  const descriptor = Object.getOwnPropertyDescriptor(Listens.prototype, name);
  Object.defineProperty(Listens.prototype, name, decorator(Listens.prototype, name, descriptor) ?? descriptor);
}
const from = { group: 'mixed', consumeFrom: 'first' };
cjs.Message()(Listens.prototype, 'rejected', 0);
decorate('typed', cjs.TopicListener(topics.typed, from));
decorate('rejected', cjs.RocketMQListener({ topic: 'mixed', selector: { tag: 'rejected' }, ...from }));
cjs.InjectRocketMQTemplate()(Listens, undefined, 0);
Reflect.defineMetadata('design:paramtypes', [Object, Object], Listens.prototype, 'typed');
Payload()(Listens.prototype, 'typed', 0);
Ctx()(Listens.prototype, 'typed', 1);
Injectable()(Listens);

class App {}
Module({ imports: [RocketMQTestingModule.forRoot({ topics: ['mixed'] })], providers: [Listens] })(App);

const app = await NestFactory.createApplicationContext(App, { logger: false, abortOnError: false });
const testing = app.get(RocketMQTesting);
await app.get(esm.RocketMQTemplate).send(topics.typed, { id: 1 });
const dead = await testing.waitFor('%DLQ%mixed');
assert.equal(dead.payload, 'from a record');
assert.deepEqual(seen, [{ id: 1 }, true, true, true]);
// What the client of one form throws is known to the other.
const lost = new cjs.RocketMQConnection('lost', { namesrvAddr: '127.0.0.1:1', startup: 'fail', client: { mqClientApiTimeoutMs: 300 } });
const failure = await new cjs.RocketMQTemplate(lost).send('mixed', 1).catch((error) => error);
await lost.close();
assert.ok(cjsCore.isOperationFailed(failure) && esmCore.isOperationFailed(failure));
await app.close();
console.log('both forms agree');
