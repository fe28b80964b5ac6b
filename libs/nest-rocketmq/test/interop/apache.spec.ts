import 'reflect-metadata';
import { Injectable, Logger, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Payload } from '@nestjs/microservices';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from 'rocketmq-core/testing';
import { type JavaServer, startJavaBroker, startJavaNameServer } from '../../../rocketmq-core/testing/java-cluster.js';
import { RocketMQHealthIndicator } from '../../src/health/index.js';
import {
  Idempotent,
  MemoryIdempotencyStore,
  MessageAttempt,
  OrderlyListener,
  Reject,
  Retry,
  RocketMQConnection,
  RocketMQDeadLetters,
  RocketMQListener,
  RocketMQListenerRegistry,
  RocketMQModule,
  RocketMQTemplate,
  TransactionListener,
  type RocketMQTransactionListener,
  type TransactionMessage,
} from '../../src/index.js';
import { Arrivals } from '../listening.js';

interface Job {
  readonly id: number;
}

const first = { consumeFrom: 'first' } as const;
const arrivals = new Map<string, Arrivals<string>>();
const seen = (name: string): Arrivals<string> => {
  const found = arrivals.get(name) ?? new Arrivals<string>();
  arrivals.set(name, found);
  return found;
};
const state = { open: false };

@Injectable()
class Listeners {
  @RocketMQListener({ ...first, topic: 'jobs', group: 'plain', selector: { tag: 'a' } })
  a({ id }: Job) {
    seen('a').add(`${id}`);
  }
  @RocketMQListener({ ...first, topic: 'jobs', group: 'plain', selector: { tag: 'b || c' } })
  b({ id }: Job) {
    seen('b').add(`${id}`);
  }
  @RocketMQListener({ ...first, topic: 'jobs', group: 'sql', selector: { sql: 'size > 3' } })
  sql({ id }: Job) {
    seen('sql').add(`${id}`);
  }
  @OrderlyListener({ ...first, topic: 'steps', group: 'ordered' })
  step({ id }: Job) {
    seen('ordered').add(`${id}`);
  }
  @RocketMQListener({ ...first, topic: 'steps', group: 'batches', batch: { size: 10 } })
  batch(jobs: readonly Job[]) {
    for (const { id } of jobs) seen('batch').add(`${id}`);
    return jobs.map(() => undefined);
  }
  @RocketMQListener({ ...first, topic: 'steps', group: 'broadcast', broadcasting: true })
  everywhere({ id }: Job) {
    seen('broadcast').add(`${id}`);
  }
  @RocketMQListener({ ...first, topic: 'failing', group: 'failing', retry: { rejectOn: [TypeError] } })
  fail(@Payload() { id }: Job, @MessageAttempt() attempt: number) {
    seen('failing').add(`${id}/${attempt}`);
    if (state.open) return undefined;
    if (id === 1 && attempt === 1) return Retry({ delayLevel: 1 });
    if (id === 2) return Reject('never');
    if (id === 3) throw new TypeError('wrong');
    return undefined;
  }
  @RocketMQListener({ ...first, topic: 'later', group: 'later' })
  later({ id }: Job) {
    seen('later').add(`${id}`);
  }
  @RocketMQListener({ ...first, topic: 'asked', group: 'asked' })
  double({ id }: Job) {
    return { id: 2 * id };
  }
  @Idempotent({ store: new MemoryIdempotencyStore(), key: ({ id }: Job) => `${id}` })
  @RocketMQListener({ ...first, topic: 'once', group: 'once' })
  once({ id }: Job) {
    seen('once').add(`${id}`);
  }
  @RocketMQListener({ ...first, topic: 'deals', group: 'deals' })
  deal({ id }: Job) {
    seen('deals').add(`${id}`);
  }
}

@TransactionListener({ topic: 'deals' })
@Injectable()
class Deals implements RocketMQTransactionListener<Job> {
  executeLocalTransaction({ payload }: TransactionMessage<Job>) {
    return payload.id === 1 ? ('commit' as const) : ('rollback' as const);
  }
  checkLocalTransaction() {
    return 'rollback' as const;
  }
}

describe('a Nest application on Apache 5.5.0', () => {
  const storeFolder = mkdtempSync(join(tmpdir(), 'nest-apache-'));
  const servers: JavaServer[] = [];
  let running: Awaited<ReturnType<typeof start>>;

  async function start() {
    Logger.overrideLogger(['fatal']);
    const nameServer = await startJavaNameServer({ version: '5.5.0' });
    servers.push(nameServer);
    const conf = {
      mappedFileSizeCommitLog: 16 * 1024 * 1024,
      enablePropertyFilter: true,
      recallMessageEnable: true,
      messageDelayLevel: '1s 2s 3s',
    };
    servers.push(await startJavaBroker({ version: '5.5.0', nameServers: nameServer.address, storeFolder, conf }));
    const namesrvAddr = nameServer.address;
    const pull = { group: 'puller', consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET' } as const;
    const topics = ['jobs', 'steps', 'failing', 'later', 'asked', 'once', 'deals', 'pulled'].map((topic) => ({
      topic,
      readQueueNums: 2,
      writeQueueNums: 2,
    }));
    const producer = { group: 'shop', sendMsgTimeoutMs: 20_000 };
    @Module({
      imports: [RocketMQModule.forRoot({ namesrvAddr, pull, topics, producer, ensureTopics: 'create' })],
      providers: [Listeners, Deals],
    })
    class App {}
    const app = await NestFactory.createApplicationContext(App, { logger: ['fatal'], abortOnError: false });
    const template = app.get(RocketMQTemplate);
    // Apache tells the name server of a topic some time after it has made it.
    const { topics: admin } = app.get(RocketMQConnection).unwrap().admin();
    for (const { topic } of topics) {
      await eventually(
        `a route to ${topic}`,
        () => admin.route(topic),
        (route) => route !== undefined,
      );
    }
    return { app, template };
  }

  beforeAll(async () => {
    running = await start();
  }, 240_000);
  afterAll(async () => {
    await running.app.close();
    await Promise.all(servers.map((server) => server.kill()));
    rmSync(storeFolder, { recursive: true, force: true });
  }, 60_000);

  const inOrder = (name: string, count: number) =>
    eventually(
      `${count} messages for ${name}`,
      () => Promise.resolve([...seen(name).items]),
      (items) => items.length >= count,
      { timeoutMs: 45_000 },
    );
  const received = async (name: string, count: number) => (await inOrder(name, count)).sort();

  it('delivers by group, tag and expression', async () => {
    const { template } = running;
    for (const [id, tag] of ['a', 'b', 'c', 'd'].entries()) {
      await template.send(`jobs:${tag}`, { id }, { keys: `k${id}`, properties: { size: `${id + 2}` } });
    }
    await template.sendOneway('jobs:a', { id: 9 }, { properties: { size: '1' } });
    expect(await received('a', 2)).toEqual(['0', '9']);
    expect(await received('b', 2)).toEqual(['1', '2']);
    expect(await received('sql', 2)).toEqual(['2', '3']);
  }, 60_000);

  it('keeps order, hands batches over, and broadcasts', async () => {
    const { template } = running;
    for (const id of [1, 2, 3]) await template.sendOrderly('steps', { id }, 'one');
    await template.sendBatch(
      'steps',
      [4, 5].map((id) => ({ id })),
      { shardingKey: 'one' },
    );
    expect(await inOrder('ordered', 5)).toEqual(['1', '2', '3', '4', '5']);
    expect(await received('batch', 5)).toEqual(['1', '2', '3', '4', '5']);
    expect(await received('broadcast', 5)).toEqual(['1', '2', '3', '4', '5']);
  }, 60_000);

  it('retries, rejects, and redrives dead letters', async () => {
    const { app, template } = running;
    for (const id of [1, 2, 3]) await template.send('failing', { id });
    await template.send('failing', Buffer.from('no json'));
    expect(await received('failing', 4)).toEqual(['1/1', '1/2', '2/1', '3/1']);
    const letters = app.get(RocketMQDeadLetters);
    await eventually(
      'three are dead',
      () => letters.list({ groups: ['failing'] }),
      ([row]) => row?.messages === 3,
    );
    const { letters: shown } = await letters.peek<Job>('failing');
    expect(shown.map(({ payload, reason }) => `${payload?.id} ${reason?.slice(0, 22)}`).sort()).toEqual([
      '2 returned Reject: never',
      '3 threw: wrong',
      'undefined decode failed: the bod',
    ]);
    state.open = true;
    expect(await letters.redrive<Job>('failing', { select: ({ payload }) => payload !== undefined })).toMatchObject({
      redriven: 2,
      left: 1,
    });
    expect((await inOrder('failing', 6)).slice(4).sort()).toEqual(['2/1', '3/1']);
  }, 60_000);

  it('delays, recalls, and delivers what was delayed', async () => {
    const { template } = running;
    await template.send('later', { id: 1 }, { delayLevel: 1 });
    await template.send('later', { id: 2 }, { delayMs: 1500 });
    const { recallHandle = '' } = await template.send('later', { id: 3 }, { delayMs: 600_000 });
    expect(await template.recall('later', recallHandle)).not.toBe('');
    expect(await received('later', 2)).toEqual(['1', '2']);
  }, 60_000);

  it('answers requests, commits and rolls back, and handles a key once', async () => {
    const { template } = running;
    expect(await template.sendAndReceive('asked', { id: 21 }, { timeoutMs: 60_000 })).toEqual({ id: 42 });
    await template.sendInTransaction({ destination: 'deals', payload: { id: 2 } });
    await template.sendInTransaction({ destination: 'deals', payload: { id: 1 } });
    expect(await received('deals', 1)).toEqual(['1']);
    for (const id of [1, 1, 2]) await template.send('once', { id }, { shardingKey: 'one' });
    expect(await received('once', 2)).toEqual(['1', '2']);
  }, 60_000);

  it('gives messages when it is asked for them, says how far it is, and goes back', async () => {
    const { app, template } = running;
    await template.send('pulled', { id: 7 });
    const [pulled] = await template.receive<Job>('pulled', { timeoutMs: 60_000 });
    expect(pulled?.payload).toEqual({ id: 7 });
    const registry = app.get(RocketMQListenerRegistry);
    await eventually(
      'nothing waits',
      () => registry.lag('later'),
      (lag) => lag === 0,
    );
    const before = seen('once').items.length;
    await registry.reset('later', 'first');
    expect((await inOrder('later', 4)).slice(2).sort()).toEqual(['1', '2']);
    expect(seen('once').items).toHaveLength(before);
    const indicator = new RocketMQHealthIndicator(app.get(RocketMQConnection), registry, { timeoutMs: 20_000 });
    expect(await indicator.check()).toMatchObject({ rocketmq: { status: 'up' } });
  }, 60_000);
});
