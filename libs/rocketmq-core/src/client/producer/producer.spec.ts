import { FakeClock } from '../../../testing/index.js';
import { deferred, OperationFailed } from '../../base/index.js';
import { decodeBatchBody, parseProperties } from '../../protocol/index.js';
import { type ProducerOptions, resolveProducerOptions } from '../config/producer-options.js';
import { SendFailed } from '../errors.js';
import type { OutgoingMessage, ReplyMessage } from '../message-types.js';
import type { Payload } from './outgoing.js';
import { Producer } from './producer.js';
import type { Sender, Stored, Target } from './sender.js';
import { createReply } from './reply-properties.js';
import { ReplyTable } from './reply-table.js';
import { Requester } from './requester.js';
import { SendQueue } from './send-queue.js';

const stored: Stored = {
  status: 'SEND_OK',
  queue: { topic: 'T', brokerName: 'b', queueId: 0 },
  queueOffset: 10,
  msgId: 'o1,o2,o3',
  transactionId: undefined,
  regionId: 'r',
};

function create(options: Partial<ProducerOptions> = {}, send: (payload: Payload) => Promise<Stored> = () => Promise.resolve(stored)) {
  const clock = new FakeClock();
  const settings = resolveProducerOptions({ group: 'P', ...options });
  const sent: { payload: Payload; target: Target; timeoutMs: number }[] = [];
  const events: string[] = [];
  const replies = new ReplyTable();
  let id = 0;
  let refused: Error | undefined;
  const sender = {
    send: (payload: Payload, target: Target, { timeoutMs }: { timeoutMs: number }) => {
      sent.push({ payload, target, timeoutMs });
      return send(payload);
    },
    sendOneway: (payload: Payload, target: Target, { timeoutMs }: { timeoutMs: number }) => {
      sent.push({ payload, target, timeoutMs });
      return Promise.resolve();
    },
  } as unknown as Sender;
  const producer = new Producer({
    settings,
    sender,
    sendQueue: new SendQueue({ clock, countMax: settings.inFlightMax, bytesMax: settings.inFlightBytesMax }),
    recaller: { recall: () => Promise.resolve('id') },
    requester: new Requester({
      clientId: 'me',
      replies,
      introduce: () => Promise.resolve(),
      ids: { next: () => 'C1' },
      clock,
      waitingMax: settings.waitingRequestsMax,
    }),
    membership: {
      join: () => (refused ? Promise.reject(refused) : Promise.resolve(void events.push('join'))),
      leave: () => Promise.resolve(void events.push('leave')),
    },
    ids: { next: () => `ID${(id += 1)}` },
    clock,
  });
  return { clock, producer, replies, sent, events, refuse: (error: Error | undefined) => (refused = error) };
}

const message: OutgoingMessage = { topic: 'T', body: 'x' };

describe('Producer', () => {
  it('joins once, and again after a join that failed', async () => {
    const { producer, events, refuse } = create();
    refuse(new OperationFailed('closed', 'not yet'));
    await expect(producer.start()).rejects.toMatchObject({ reason: 'closed' });
    await expect(producer.send(message)).rejects.toMatchObject({ reason: 'closed', attempts: 0 });
    refuse(undefined);
    await Promise.all([producer.start(), producer.start()]);
    await producer.start();
    expect(events).toEqual(['join']);
    await producer.shutdown();
    await producer.shutdown();
    expect(events).toEqual(['join', 'leave']);
    await expect(producer.send(message)).rejects.toMatchObject({ reason: 'closed' });
  });

  it('makes callers wait when too much is under way, on their own time', async () => {
    const gates = Array.from({ length: 12 }, () => deferred<Stored>());
    const { clock, producer, sent } = create({ inFlightMax: 10 }, () => gates[sent.length - 1]!.promise);
    await producer.start();
    const sends = Array.from({ length: 11 }, () => producer.send(message));
    const impatient = expect(producer.send(message, { timeoutMs: 100 })).rejects.toMatchObject({
      reason: 'overload',
      attempts: 0,
      outcome: 'failed',
    });
    await clock.advance(100);
    await impatient;
    expect([producer.inFlight, sent.length]).toEqual([10, 10]);
    await clock.advance(900);
    gates[0]!.resolve(stored);
    await sends[0];
    await clock.settle();
    expect(sent.map(({ timeoutMs }) => timeoutMs)).toEqual([...Array<number>(10).fill(3000), 2000]);
    gates.forEach((gate) => gate.resolve(stored));
    await Promise.all(sends);
    expect([producer.inFlight, clock.timerCount]).toEqual([0, 0]);
  });

  it('does not begin a send whose caller has given up waiting', async () => {
    const gate = deferred<Stored>();
    const { producer, sent } = create({ inFlightMax: 10 }, () => gate.promise);
    await producer.start();
    const sends = Array.from({ length: 10 }, () => producer.send(message));
    const controller = new AbortController();
    const waiting = expect(producer.send(message, { signal: controller.signal })).rejects.toMatchObject({
      reason: 'aborted',
      outcome: 'failed',
    });
    controller.abort();
    await waiting;
    gate.resolve(stored);
    await Promise.all(sends);
    expect(sent).toHaveLength(10);
  });

  it('waits for sends that are under way when it is shut down, but not for ever', async () => {
    const gate = deferred<Stored>();
    const { clock, producer, events } = create({}, () => gate.promise);
    await producer.start();
    const send = producer.send(message);
    const shutdown = producer.shutdown(500);
    await clock.advance(499);
    expect(events).toEqual(['join']);
    await clock.advance(1);
    await shutdown;
    expect([events, clock.timerCount]).toEqual([['join', 'leave'], 0]);
    gate.resolve(stored);
    await send;
  });

  it('gives every message of a batch its id and its place', async () => {
    const { producer, sent } = create();
    await producer.start();
    const results = await producer.sendBatch([message, message, message]);
    expect(results.map((item) => item.sent && [item.result.messageId, item.result.offsetMessageId, item.result.queueOffset])).toEqual([
      ['ID1', 'o1', 10],
      ['ID2', 'o2', 11],
      ['ID3', 'o3', 12],
    ]);
    const inner = decodeBatchBody(sent[0]!.payload.body).map((item) => parseProperties(item.properties).get('UNIQ_KEY'));
    expect(inner).toEqual(['ID1', 'ID2', 'ID3']);
  });

  it('tells of each part of a batch on its own', async () => {
    const failure = new SendFailed('no', { reason: 'timeout', outcome: 'unknown', attempts: 3 });
    let parts = 0;
    const { producer, sent } = create({ maxMessageSize: 200 }, () =>
      (parts += 1) === 2 ? Promise.reject(failure) : Promise.resolve(stored),
    );
    await producer.start();
    const results = await producer.sendBatch(Array.from({ length: 5 }, () => ({ topic: 'T', body: 'x'.repeat(40) })));
    expect(sent.map(({ payload }) => payload.batch)).toEqual([true, true, false]);
    expect(results.map((item) => item.sent)).toEqual([true, true, false, false, true]);
    expect(results[2]).toEqual({ sent: false, messageId: 'ID3', error: failure });
  });

  it('refuses batches of several topics or wishes', async () => {
    const { producer, sent } = create();
    await producer.start();
    await expect(producer.sendBatch([message, { ...message, topic: 'U' }])).rejects.toMatchObject({ field: 'topic' });
    await expect(producer.sendBatch([message, { ...message, waitStoreMsgOK: false }])).rejects.toMatchObject({ field: 'waitStoreMsgOK' });
    await expect(producer.sendBatch([{ topic: '%RETRY%G', body: 'x' }])).rejects.toMatchObject({ field: 'topic' });
    expect(sent).toEqual([]);
  });

  it('sends oneway under the same limits', async () => {
    const { producer, sent } = create();
    await producer.start();
    await producer.sendOneway(message);
    expect([sent.length, producer.inFlight]).toEqual([1, 0]);
  });

  it('refuses a time-out that is none', async () => {
    const { producer } = create();
    await producer.start();
    await expect(producer.send(message, { timeoutMs: 0 })).rejects.toMatchObject({ field: 'timeoutMs' });
  });

  it('tells when there is room for another send', async () => {
    const gate = deferred<Stored>();
    const { clock, producer } = create({ inFlightMax: 10 }, () => gate.promise);
    await expect(producer.whenWritable()).rejects.toMatchObject({ reason: 'closed' });
    await producer.start();
    const sends = Array.from({ length: 10 }, () => producer.send(message));
    expect([producer.writable, producer.inFlightBytes]).toEqual([false, 10]);
    const impatient = expect(producer.whenWritable({ timeoutMs: 5 })).rejects.toMatchObject({ reason: 'overload' });
    await clock.advance(5);
    await impatient;
    const room = producer.whenWritable();
    gate.resolve(stored);
    await room;
    await Promise.all(sends);
    expect(producer.writable).toBe(true);
  });

  it('ends the start of a producer that is shut down meanwhile, and takes its group back', async () => {
    const { producer, events } = create();
    const start = expect(producer.start()).rejects.toMatchObject({ reason: 'closed' });
    await producer.shutdown();
    await start;
    expect(events).toEqual(['join', 'leave']);
    await expect(producer.start()).rejects.toMatchObject({ reason: 'closed' });
  });

  it('sends a request with who asks and for how long, and gives its reply', async () => {
    const { clock, producer, sent, replies } = create();
    await producer.start();
    const request = producer.request(message, { timeoutMs: 500, shardingKey: 'k' });
    await clock.settle();
    expect(producer.waitingRequests).toBe(1);
    const properties = parseProperties(sent[0]!.payload.properties);
    expect(['CORRELATION_ID', 'REPLY_TO_CLIENT', 'TTL', 'MSG_TYPE'].map((name) => properties.get(name))).toEqual([
      'C1',
      'me',
      '500',
      undefined,
    ]);
    const reply = { correlationId: 'C1', body: Buffer.from('y') } as ReplyMessage;
    expect(replies.settle(reply)).toBe(true);
    expect(await request).toBe(reply);
    expect([producer.waitingRequests, clock.timerCount]).toEqual([0, 0]);
  });

  it('answers a request over the reply topic of its cluster', async () => {
    const { producer, sent } = create();
    await producer.start();
    const request = new Map([
      ['CLUSTER', 'C'],
      ['CORRELATION_ID', 'c7'],
      ['REPLY_TO_CLIENT', 'asker'],
      ['TTL', '500'],
    ]);
    await producer.reply({ properties: request }, 'yes');
    expect(sent[0]!.payload).toMatchObject({ topic: 'C_REPLY_TOPIC', reply: true, batch: false });
    const properties = parseProperties(sent[0]!.payload.properties);
    expect(['CORRELATION_ID', 'REPLY_TO_CLIENT', 'TTL', 'MSG_TYPE'].map((name) => properties.get(name))).toEqual([
      'c7',
      'asker',
      '500',
      'reply',
    ]);
    await expect(producer.reply({ properties: new Map() }, 'yes')).rejects.toMatchObject({ field: 'request' });
    await expect(
      producer.sendBatch([createReply({ properties: request }, 'a'), createReply({ properties: request }, 'b')]),
    ).rejects.toMatchObject({
      field: 'replyTo',
    });
  });

  it('ends the waiting for replies when it is shut down', async () => {
    const { clock, producer } = create();
    await producer.start();
    const request = expect(producer.request(message, { timeoutMs: 5000 })).rejects.toMatchObject({ name: 'NoReply', reason: 'closed' });
    await clock.settle();
    const shutdown = producer.shutdown(100);
    await clock.advance(100);
    await Promise.all([shutdown, request]);
    expect(clock.timerCount).toBe(0);
  });
});
