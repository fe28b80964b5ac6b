import 'reflect-metadata';
import { Logger, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ClientsModule, RpcException, type ClientProxy } from '@nestjs/microservices';
import { createReply, isNoReply, type ReceivedMessage } from 'rocketmq-core/client';
import { firstValueFrom, lastValueFrom, toArray } from 'rxjs';
import {
  defineTopics,
  payloadOf,
  RocketMQClient,
  RocketMQConnection,
  RocketMQModule,
  RocketMQRecordBuilder,
  type RocketMQClientOptions,
} from '../src/index.js';
import { Cluster } from './cluster.js';

const errorOf = (promise: Promise<unknown>): Promise<unknown> => promise.then(() => undefined).catch((error: unknown) => error);

describe('RocketMQClient', () => {
  let cluster: Cluster;
  const clients: RocketMQClient[] = [];

  beforeAll(async () => {
    Logger.overrideLogger(['error']);
    cluster = await Cluster.start();
  });
  afterAll(async () => {
    await Promise.all(clients.map((client) => client.close()));
    await cluster.stop();
  });

  function clientWith(options: Partial<RocketMQClientOptions> = {}): RocketMQClient {
    // A busy machine may need longer than the three seconds of a request.
    const client = new RocketMQClient({ namesrvAddr: cluster.namesrvAddr, producer: { sendMsgTimeoutMs: 20_000 }, ...options });
    clients.push(client);
    return client;
  }

  /** Answers every request to the topic. */
  async function replier(topic: string, reply: (request: ReceivedMessage) => Parameters<typeof createReply>[2] & { body: string }) {
    await cluster.createTopic(topic);
    const producer = await cluster.beside.producer();
    const client = await cluster.beside.start();
    const consumer = client.pushConsumer({
      group: `replier-${topic}`,
      subscriptions: new Map([[topic, '*']]),
      consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET',
      onMessage: async (request) => {
        const { body, ...more } = reply(request);
        await producer.send(createReply(request, body, more));
      },
    });
    await consumer.start();
  }

  it('emits to a topic and tag, however the pattern says it', async () => {
    const inbox = await cluster.inbox('emitted');
    const topics = defineTopics({ typed: { topic: 'emitted', tag: 'typed', payload: payloadOf<number>() } });
    const client = clientWith();
    const result = await lastValueFrom(client.emit<{ messageId: string }>('emitted:text', { id: 1 }));
    await lastValueFrom(client.emit({ topic: 'emitted', tag: 'object' }, 2));
    await lastValueFrom(client.emit(topics.typed, 3));
    await lastValueFrom(client.emit('emitted', new RocketMQRecordBuilder(4).setTag('record').setKeys('k').build()));
    const messages = await inbox.first(4);
    expect(messages.find(({ tags }) => tags === 'text')?.messageId).toBe(result.messageId);
    expect(messages.map(({ tags, body }) => [tags, body.toString()])).toEqual(
      expect.arrayContaining([
        ['text', '{"id":1}'],
        ['object', '2'],
        ['typed', '3'],
        ['record', '4'],
      ]),
    );
  });

  it('asks once for each subscription, and ends after the reply', async () => {
    let asked = 0;
    await replier('asked', ({ body }) => ({
      body: JSON.stringify({ asked: (asked += 1), payload: JSON.parse(body.toString()) as unknown }),
    }));
    const client = clientWith();
    const answers = client.send('asked', { sku: 'x' });
    await client.connect();
    expect(asked).toBe(0);
    expect(await lastValueFrom(answers.pipe(toArray()))).toEqual([{ asked: 1, payload: { sku: 'x' } }]);
    expect(await firstValueFrom(answers)).toMatchObject({ asked: 2 });
  });

  it('fails with what the handler said, or with NoReply', async () => {
    await replier('failing', () => ({
      body: '{"status":"error","message":"no stock","code":7}',
      properties: { NEST_REPLY_ERROR: 'true' },
    }));
    const client = clientWith();
    const error = await errorOf(lastValueFrom(client.send('failing', 1)));
    expect(error).toBeInstanceOf(RpcException);
    expect((error as RpcException).getError()).toEqual({ status: 'error', message: 'no stock', code: 7 });
    await cluster.createTopic('unheard');
    const record = new RocketMQRecordBuilder(1).setOptions({ timeoutMs: 300 }).build();
    expect(isNoReply(await errorOf(lastValueFrom(client.send('unheard', record))))).toBe(true);
  });

  it('forgets a request whose subscriber has gone, and ends those that wait when it is closed', async () => {
    await cluster.createTopic('waiting');
    const client = clientWith();
    const instance = await client.connect();
    const gone: unknown[] = [];
    const subscription = client.send('waiting', 1).subscribe({ next: (value) => gone.push(value), error: (error) => gone.push(error) });
    const waits = errorOf(lastValueFrom(client.send('waiting', 2)));
    await new Promise((resolve) => setImmediate(resolve));
    subscription.unsubscribe();
    await client.close();
    expect(await waits).toEqual(new Error('Connection closed'));
    expect(gone).toEqual([]);
    expect(await client.connect()).not.toBe(instance);
  });

  it('tries again after a start that failed, and tells its status', async () => {
    const wrong = clientWith({ namesrvAddr: '127.0.0.1:1', client: { mqClientApiTimeoutMs: 300 } });
    const statuses: string[] = [];
    wrong.status.subscribe((status) => statuses.push(status));
    let reported: Error | undefined;
    wrong.on('disconnected', (error) => (reported = error));
    expect(() => wrong.unwrap()).toThrow('Not initialized');
    await expect(wrong.connect()).rejects.toThrow();
    await expect(wrong.connect()).rejects.toThrow();
    expect(statuses).toEqual(['connecting', 'disconnected', 'connecting', 'disconnected']);
    expect(reported).toBeInstanceOf(Error);
    const right = clientWith();
    const connected = new Promise<void>((resolve) => right.on('connected', resolve));
    expect(await right.connect()).toBe(right.unwrap());
    await connected;
  });

  it('awaits serializer and deserializer, and carries the metadata of an instrumentation', async () => {
    await replier('packed', ({ body, properties }) => ({ body: `"${body.toString()} ${properties.get('traceparent') ?? ''}"` }));
    const client = clientWith({
      serializer: { serialize: (packet: { data: number }) => Promise.resolve({ ...packet, data: packet.data * 2 }) },
      deserializer: { deserialize: (reply: string) => Promise.resolve({ id: '', response: `${reply}!`, isDisposed: true }) },
    });
    client.setOnDispatchHook((packet) => {
      packet.metadata = { traceparent: '00-1' };
    });
    expect(await lastValueFrom(client.send('packed', 21))).toBe('42 00-1!');
  });

  it('comes from ClientsModule, with a connection of its own or the one of the application', async () => {
    const inbox = await cluster.inbox('injected');
    @Module({
      imports: [
        RocketMQModule.forRoot({ namesrvAddr: cluster.namesrvAddr }),
        ClientsModule.register([{ name: 'OWN', customClass: RocketMQClient, options: { namesrvAddr: cluster.namesrvAddr } }]),
        ClientsModule.registerAsync([
          {
            name: 'SHARED',
            inject: [RocketMQConnection],
            useFactory: (connection: RocketMQConnection) => ({ customClass: RocketMQClient, options: { connection } }),
          },
        ]),
      ],
    })
    class App {}
    const app = await NestFactory.createApplicationContext(App, { logger: ['error'], abortOnError: false });
    await lastValueFrom(app.get<ClientProxy>('OWN').emit('injected', 'own'));
    const shared = app.get<RocketMQClient>('SHARED');
    await lastValueFrom(shared.emit('injected', 'shared'));
    expect(shared.unwrap()).toBe(app.get(RocketMQConnection).unwrap());
    expect((await inbox.first(2)).map(({ body }) => body.toString()).sort()).toEqual(['"own"', '"shared"']);
    await app.close();
  });
});
