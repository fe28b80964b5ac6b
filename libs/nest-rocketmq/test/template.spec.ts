import 'reflect-metadata';
import { Logger } from '@nestjs/common';
import { expectsReply, isInvalidInput, isNoReply, isSendFailed } from 'rocketmq-core/client';
import {
  cloudEventsCodec,
  rawCodec,
  RocketMQConnection,
  RocketMQRecordBuilder,
  RocketMQTemplate,
  type RocketMQConnectionOptions,
  type Sending,
} from '../src/index.js';
import { Cluster } from './cluster.js';

const errorOf = (promise: Promise<unknown>): Promise<unknown> => promise.then(() => undefined).catch((error: unknown) => error);

describe('RocketMQTemplate', () => {
  let cluster: Cluster;
  const connections: RocketMQConnection[] = [];

  beforeAll(async () => {
    Logger.overrideLogger(['error']);
    cluster = await Cluster.start({ broker: { messageDelayLevel: '1s 2s', timerPrecisionMs: 100, recallMessageEnable: true } });
  });
  afterAll(async () => {
    await Promise.all(connections.map((connection) => connection.close()));
    await cluster.stop();
  });

  function templateWith(options: Omit<RocketMQConnectionOptions, 'namesrvAddr'> = {}): RocketMQTemplate {
    const connection = new RocketMQConnection('default', { namesrvAddr: cluster.namesrvAddr, ...options });
    connections.push(connection);
    return new RocketMQTemplate(connection);
  }

  it('sends a payload with everything a message may carry', async () => {
    const inbox = await cluster.inbox('all');
    const options = { keys: ['k1', 'k2'], properties: { source: 'test' }, flag: 7, shardingKey: 'c1' };
    const result = await templateWith().send('all:placed', { id: 1 }, options);
    expect(result.status).toBe('SEND_OK');
    const [message] = await inbox.first(1);
    expect(message).toMatchObject({ messageId: result.messageId, tags: 'placed', keys: ['k1', 'k2'], flag: 7 });
    expect(message?.body.toString()).toBe('{"id":1}');
    expect(message?.properties.get('source')).toBe('test');
    expect(message?.properties.get('__SHARDINGKEY')).toBe('c1');
  });

  it('takes a record wherever it takes a payload; what the call says counts more', async () => {
    const inbox = await cluster.inbox('records');
    const record = new RocketMQRecordBuilder({ id: 1 })
      .setTag('a')
      .setKeys('k1')
      .setProperty('x', '1')
      .setProperty('y', '1')
      .setOptions({ flag: 3 })
      .build();
    await templateWith().send('records', record, { tag: 'b', properties: { y: '2' } });
    const [message] = await inbox.first(1);
    expect(message).toMatchObject({ tags: 'b', keys: ['k1'], flag: 3 });
    expect([message?.properties.get('x'), message?.properties.get('y')]).toEqual(['1', '2']);
  });

  it('keeps messages of one key in one queue, in all its forms', async () => {
    const template = templateWith();
    await cluster.createTopic('ordered', 8);
    const queues = [
      (await template.sendOrderly('ordered', 1, 'customer-7')).queue.queueId,
      (await template.send('ordered', 2, { shardingKey: 'customer-7' })).queue.queueId,
      ...(await template.sendBatch('ordered', [3, 4], { shardingKey: 'customer-7' })).map((item) => item.sent && item.result.queue.queueId),
      (await template.send('ordered', new RocketMQRecordBuilder(5).setShardingKey('customer-7').build())).queue.queueId,
    ];
    expect(new Set(queues).size).toBe(1);
    const chosen = await template.send('ordered', 6, { selector: (all) => all[5] ?? all[0]! });
    expect(chosen.queue.queueId).toBe(5);
  });

  it('sends one way, and under the name of Spring', async () => {
    const inbox = await cluster.inbox('oneway');
    const template = templateWith();
    await template.sendOneway('oneway:a', 'first');
    await inbox.first(1);
    await template.convertAndSend('oneway:b', 'second');
    expect((await inbox.first(2)).map(({ tags, body }) => [tags, body.toString()])).toEqual([
      ['a', '"first"'],
      ['b', '"second"'],
    ]);
  });

  it('sends a batch of payloads and records', async () => {
    const inbox = await cluster.inbox('batches');
    const payloads = [{ id: 1 }, new RocketMQRecordBuilder({ id: 2 }).setKeys('own').setTag('other').build()];
    const results = await templateWith().sendBatch('batches', payloads, { tag: 'common' });
    expect(results.map(({ sent }) => sent)).toEqual([true, true]);
    const messages = [...(await inbox.first(2))].sort((a, b) => a.body.compare(b.body));
    expect(messages.map(({ tags, keys }) => [tags, keys])).toEqual([
      ['common', []],
      ['common', ['own']],
    ]);
  });

  it.each([
    ['a level', () => ({ delayLevel: 1 })],
    ['a time from now', () => ({ delayMs: 1000 })],
    ['an instant', () => ({ deliverAt: new Date(Date.now() + 1000) })],
  ])('delays by %s, one message and a batch', async (what, delayOf) => {
    const dueAtMs = Date.now() + 1000;
    const delay = delayOf();
    const topic = `delayed-${what.replaceAll(' ', '-')}`;
    const inbox = await cluster.inbox(topic);
    const template = templateWith();
    await template.send(topic, 'late', delay);
    const batch = await template.sendBatch(topic, ['late', 'late'], delay);
    expect(batch.map(({ sent }) => sent)).toEqual([true, true]);
    await template.sendOneway(topic, 'late', delay);
    await template.send(topic, 'at once');
    const messages = await inbox.first(5);
    // A message that was delayed is stored again when its time has come.
    const late = messages.filter(({ body }) => body.toString() === '"late"');
    expect(late).toHaveLength(4);
    for (const { storeTimestamp } of late) expect(storeTimestamp).toBeGreaterThanOrEqual(dueAtMs);
  });

  it('takes a delayed message back', async () => {
    const inbox = await cluster.inbox('recalled');
    const template = templateWith();
    const { recallHandle, messageId } = await template.send('recalled', 'never', { delayMs: 3000 });
    expect(await template.recall('recalled', recallHandle ?? '')).toBe(messageId);
    await template.send('recalled', 'later', { delayMs: 4000 });
    const [message] = await inbox.first(1);
    expect(message?.body.toString()).toBe('"later"');
  });

  it('asks and gets the decoded answer', async () => {
    await cluster.createTopic('prices');
    const client = await cluster.beside.start();
    const answering = await cluster.beside.producer();
    const consumer = client.pushConsumer({
      group: 'pricing',
      subscriptions: new Map([['prices', '*']]),
      consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET',
      onMessage: async (request) => {
        if (expectsReply(request))
          await answering.reply(request, JSON.stringify({ price: JSON.parse(request.body.toString()) as unknown }));
      },
    });
    await consumer.start();
    expect(await templateWith().sendAndReceive('prices:ask', 42, { timeoutMs: 20_000 })).toEqual({ price: 42 });
  });

  it('hands on the errors of the client', async () => {
    const template = templateWith();
    expect(isInvalidInput(await errorOf(template.send('no spaces', 1)))).toBe(true);
    expect(isInvalidInput(await errorOf(template.send('all', 1, { delayMs: 1, delayLevel: 1 })))).toBe(true);
    expect(isSendFailed(await errorOf(template.send('all', 1, { signal: AbortSignal.abort() })))).toBe(true);
    await cluster.createTopic('silent');
    expect(isNoReply(await errorOf(template.sendAndReceive('silent', 1, { timeoutMs: 500 })))).toBe(true);
    const ending = new AbortController();
    const asked = template.sendAndReceive('silent', 1, { signal: ending.signal });
    ending.abort();
    await expect(asked).rejects.toMatchObject({ reason: 'aborted' });
    const delayed = await template.sendBatch('no spaces', [1], { delayMs: 5 });
    expect(delayed).toEqual([{ sent: false, messageId: '', error: expect.any(Error) as Error }]);
  });

  it('sends nothing when the payload cannot be encoded', async () => {
    await expect(templateWith().send('all', 10n)).rejects.toThrow(TypeError);
    await expect(templateWith({ codec: rawCodec }).send('all', { id: 1 })).rejects.toThrow('a Buffer or a string');
  });

  it('writes with the codec of the connection, or of the call', async () => {
    const inbox = await cluster.inbox('codecs');
    const template = templateWith({ codec: rawCodec });
    await template.send('codecs', 'as it is');
    await inbox.first(1);
    await template.send('codecs', { id: 1 }, { codec: cloudEventsCodec({ source: '/orders' }), tag: 'placed' });
    const [raw, event] = await inbox.first(2);
    expect(raw?.body.toString()).toBe('as it is');
    expect(event?.body.toString()).toBe('{"id":1}');
    expect(event?.properties.get('CE_source')).toBe('/orders');
    expect(event?.properties.get('CE_type')).toBe('codecs.placed');
  });

  it('lets interceptors see and change every send, the first outermost', async () => {
    const inbox = await cluster.inbox('intercepted');
    const seen: string[] = [];
    const note = (name: string) => (sending: Sending, next: () => Promise<unknown>) => {
      seen.push(`${name} ${sending.kind} ${sending.messages.length}`);
      return next();
    };
    const template = templateWith({
      sendInterceptors: [
        note('outer'),
        ({ messages }, next) => next(messages.map((message) => ({ ...message, properties: { ...message.properties, traced: 'yes' } }))),
        note('inner'),
      ],
    });
    await template.send('intercepted', 1);
    await template.sendBatch('intercepted', [2, 3]);
    await template.sendOneway('intercepted', 4);
    expect(seen).toEqual(['outer send 1', 'inner send 1', 'outer batch 2', 'inner batch 2', 'outer oneway 1', 'inner oneway 1']);
    const messages = await inbox.first(4);
    expect(messages.map(({ properties }) => properties.get('traced'))).toEqual(['yes', 'yes', 'yes', 'yes']);
  });
});
