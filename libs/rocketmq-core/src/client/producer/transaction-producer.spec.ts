import { FakeClock } from '../../../testing/index.js';
import { storedMessage, storedRecord } from '../../../testing/stored-message.js';
import { deferred, type Deferred, OperationFailed } from '../../base/index.js';
import { type CheckTransactionState, EndTransaction, offsetMessageId, parseProperties, SysFlag } from '../../protocol/index.js';
import type { Peer, Request } from '../../remoting/index.js';
import { silentLogger } from '../../runtime/index.js';
import { resolveTransactionOptions, type TransactionProducerOptions } from '../config/transaction-options.js';
import { InvalidInput, SendFailed } from '../errors.js';
import type { SendStatus } from '../message-types.js';
import type { TransactionListener, TransactionState } from '../transaction-types.js';
import { checkPush } from './check-push.js';
import type { Payload } from './outgoing.js';
import type { Sender, Stored } from './sender.js';
import { SendQueue } from './send-queue.js';
import { type EndHeader, TransactionProducer } from './transaction-producer.js';

const HOST = { ip: Buffer.from([127, 0, 0, 1]), port: 1 };
const message = { topic: 'T', body: 'x' };

function create(options: Partial<TransactionProducerOptions> = {}) {
  const clock = new FakeClock();
  const payloads: Payload[] = [];
  const ended: EndHeader[] = [];
  const events: string[] = [];
  const scripted = {
    status: 'SEND_OK' as SendStatus,
    state: 'commit' as TransactionState | Promise<TransactionState>,
    sendError: undefined as Error | undefined,
    sending: undefined as Deferred<void> | undefined,
  };
  const listener: TransactionListener = {
    executeLocalTransaction: (sent, arg, { transactionId }) => {
      events.push(`execute ${transactionId} ${String(arg)}`);
      return scripted.state;
    },
    checkLocalTransaction: () => scripted.state,
  };
  const transactions = resolveTransactionOptions({ group: 'P', listeners: { default: listener, other: listener }, ...options });
  const stored = (): Stored => ({
    ...{ status: scripted.status, queue: { topic: 'T', brokerName: 'b', queueId: 3 }, queueOffset: 10, regionId: 'r' },
    ...{ msgId: offsetMessageId(HOST, 777), transactionId: 'ID1' },
  });
  const sender = {
    send: async (payload: Payload) => {
      payloads.push(payload);
      await scripted.sending?.promise;
      if (scripted.sendError !== undefined) throw scripted.sendError;
      return stored();
    },
  } as unknown as Sender;
  const settings = transactions.producer;
  const producer = new TransactionProducer({
    ...{ settings, sender, transactions, clock, logger: silentLogger, ids: { next: () => 'ID1' } },
    sendQueue: new SendQueue({ clock, countMax: settings.inFlightMax, bytesMax: settings.inFlightBytesMax }),
    recaller: { recall: () => Promise.resolve('id') },
    requester: { idle: () => Promise.resolve(), close: () => undefined, size: 0 } as never,
    membership: { join: () => Promise.resolve(void events.push('join')), leave: () => Promise.resolve(void events.push('leave')) },
    calls: {
      endTransaction: (_, header) => {
        ended.push(header);
        return Promise.resolve();
      },
    },
    table: { masterAddress: () => '127.0.0.1:1' },
    routes: {
      watch: (topics) => {
        events.push(`watch ${topics.join(',')}`);
        return () => void events.push('unwatch');
      },
      refresh: (topic) => {
        events.push(`refresh ${topic}`);
        return Promise.reject(new OperationFailed('connection', 'no name server'));
      },
    },
  });
  return { producer, payloads, ended, events, scripted, clock };
}

describe('TransactionProducer', () => {
  it('sends a half, runs the listener, and tells the broker', async () => {
    const { producer, payloads, ended, events } = create();
    await producer.start();
    const result = await producer.sendInTransaction({ ...message, tags: 'a' }, 'arg', { listener: 'other' });
    expect(result).toMatchObject({ transactionState: 'commit', transactionId: 'ID1', messageId: 'ID1', status: 'SEND_OK' });
    expect(result).not.toHaveProperty('localError');
    expect(payloads[0]?.sysFlag).toBe(SysFlag.TRANSACTION_PREPARED);
    expect(Object.fromEntries(parseProperties(payloads[0]?.properties ?? ''))).toMatchObject({
      ...{ TRAN_MSG: 'true', PGROUP: 'P', NEST_TX_LISTENER: 'other', UNIQ_KEY: 'ID1', TAGS: 'a' },
    });
    expect(events).toContain('execute ID1 arg');
    expect(ended).toEqual([
      {
        ...{ topic: 'T', producerGroup: 'P', tranStateTableOffset: 10, commitLogOffset: 777, commitOrRollback: SysFlag.TRANSACTION_COMMIT },
        ...{ fromTransactionCheck: false, msgId: 'ID1', transactionId: 'ID1', bname: 'b' },
      },
    ]);
  });

  it.each([
    ['rollback', SysFlag.TRANSACTION_ROLLBACK],
    ['unknown', 0],
  ] as const)('tells %s', async (state, bits) => {
    const { producer, ended, scripted } = create();
    await producer.start();
    scripted.state = state;
    await expect(producer.sendInTransaction(message, undefined)).resolves.toMatchObject({ transactionState: state });
    expect(ended[0]?.commitOrRollback).toBe(bits);
  });

  it('does not know what became of a listener that failed, and says why', async () => {
    const { producer, ended, scripted } = create();
    await producer.start();
    const localError = new Error('deadlock');
    scripted.state = Promise.reject(localError);
    await expect(producer.sendInTransaction(message, undefined)).resolves.toMatchObject({ transactionState: 'unknown', localError });
    expect(ended[0]?.commitOrRollback).toBe(0);
  });

  it.each(['FLUSH_DISK_TIMEOUT', 'FLUSH_SLAVE_TIMEOUT', 'SLAVE_NOT_AVAILABLE'] as const)(
    'rolls back without a local transaction after %s',
    async (status) => {
      const { producer, ended, events, scripted } = create();
      await producer.start();
      scripted.status = status;
      await expect(producer.sendInTransaction(message, undefined)).resolves.toMatchObject({ transactionState: 'rollback', status });
      expect(ended[0]?.commitOrRollback).toBe(SysFlag.TRANSACTION_ROLLBACK);
      expect(events.filter((event) => event.startsWith('execute'))).toEqual([]);
    },
  );

  it('runs nothing when the half could not be sent', async () => {
    const { producer, ended, events, scripted } = create();
    await producer.start();
    scripted.sendError = new SendFailed('too late', { reason: 'timeout', outcome: 'unknown', attempts: 1 });
    await expect(producer.sendInTransaction(message, undefined)).rejects.toMatchObject({ outcome: 'unknown' });
    expect(events.filter((event) => event.startsWith('execute'))).toEqual([]);
    expect(ended).toEqual([]);
  });

  it('wants to know which listener when there are several and none is the default', async () => {
    const listener: TransactionListener = { executeLocalTransaction: () => 'commit', checkLocalTransaction: () => 'commit' };
    const { producer, payloads } = create({ listeners: { one: listener, two: listener } });
    await producer.start();
    await expect(producer.sendInTransaction(message, undefined)).rejects.toThrow('one, two');
    await expect(producer.sendInTransaction(message, undefined, { listener: 'three' })).rejects.toThrow('three is none of');
    expect(payloads).toEqual([]);
    expect(() => create({ listeners: {} })).toThrow(InvalidInput);
  });

  it('refuses replies, and the property that names the listener', async () => {
    const { producer } = create();
    await producer.start();
    await expect(producer.sendInTransaction({ ...message, replyTo: { correlationId: 'c', clientId: 'i' } }, 0)).rejects.toThrow('reply');
    for (const properties of [{ NEST_TX_LISTENER: 'x' }, new Map([['NEST_TX_LISTENER', 'x']])]) {
      await expect(producer.sendInTransaction({ ...message, properties }, 0)).rejects.toThrow('NEST_TX_LISTENER');
    }
  });

  it('makes itself known to brokers before it sends, whether a name server answers or not', async () => {
    const { producer, events } = create({ topics: ['A', 'B'] });
    await producer.start();
    await producer.start();
    expect(events).toEqual(['join', 'watch A,B', 'refresh A', 'refresh B']);
    await producer.shutdown();
    expect(events.slice(4)).toEqual(['unwatch', 'leave']);
  });

  it('does not check what it has not heard the answer about', async () => {
    const { producer, scripted, clock } = create();
    await producer.start();
    const asked: string[] = [];
    const question = { transactionId: 'ID1', message: {} as never, answer: (state: string) => void asked.push(state) };
    scripted.sending = deferred<void>();
    const sent = producer.sendInTransaction(message, undefined);
    producer.takeCheck(question);
    await clock.settle();
    expect(asked).toEqual(['unknown']);
    scripted.sending.resolve();
    await sent;
  });

  it('waits for local transactions when it is shut down, but not for ever', async () => {
    const { producer, scripted, clock, ended } = create();
    await producer.start();
    const state = deferred<TransactionState>();
    scripted.state = state.promise;
    const sent = producer.sendInTransaction(message, undefined);
    await clock.settle();
    let down = false;
    const shutdown = producer.shutdown(500).then(() => (down = true));
    await expect(producer.sendInTransaction(message, undefined)).rejects.toMatchObject({ reason: 'closed' });
    await clock.advance(499);
    expect(down).toBe(false);
    await clock.advance(1);
    await shutdown;
    state.resolve('commit');
    await sent;
    expect(ended).toHaveLength(1);
  });
});

describe('a question of a broker', () => {
  const properties = { PGROUP: 'P', UNIQ_KEY: 'ID1', NEST_TX_LISTENER: 'other', mine: '1' };

  function ask(producers: readonly TransactionProducer[], body: Buffer | undefined = storedRecord({ topic: 'T', queueId: 2, properties })) {
    const answers: EndHeader[] = [];
    const peer = {
      oneway: (command: unknown, header: EndHeader) => command === EndTransaction && Boolean(answers.push(header)),
    } as unknown as Peer;
    const { handler } = checkPush({ producersOf: (group) => (group === 'P' ? producers : []), logger: silentLogger });
    const header = { topic: 'H', tranStateTableOffset: 4, commitLogOffset: 5, transactionId: 'ID1', msgId: 'ID1', bname: 'b' };
    const request = { header, peer, body } as unknown as Request<typeof CheckTransactionState>;
    return { answers, reply: handler(request) };
  }

  it('is answered on its connection, for the place that it names', async () => {
    const { producer, clock } = create();
    await producer.start();
    const { answers } = ask([producer]);
    await clock.settle();
    expect(answers).toEqual([
      {
        ...{ topic: 'H', producerGroup: 'P', tranStateTableOffset: 4, commitLogOffset: 5, commitOrRollback: SysFlag.TRANSACTION_COMMIT },
        ...{ fromTransactionCheck: true, msgId: 'ID1', transactionId: 'ID1', bname: 'b' },
      },
    ]);
  });

  it('goes to the producer that has the listener', async () => {
    const seen: string[] = [];
    const listenerOf = (name: string): TransactionListener => ({
      executeLocalTransaction: () => 'commit',
      checkLocalTransaction: ({ body, properties: own, topic, queue }) => {
        seen.push(`${name} ${topic} ${queue.queueId} ${body.toString()} ${own.get('mine')} ${own.has('MIN_OFFSET')}`);
        return 'rollback';
      },
    });
    const one = create({ listeners: { default: listenerOf('one') } });
    const two = create({ listeners: { other: listenerOf('two') } });
    ask([one.producer, two.producer]);
    await one.clock.settle();
    expect(seen).toEqual([`two T 2 ${storedMessage().body.toString()} 1 false`]);
  });

  it.each([
    ['nobody is here', [], undefined],
    ['it has no message', undefined, Buffer.alloc(0)],
    ['its message is damaged', undefined, Buffer.alloc(100)],
  ])('is not answered when %s', async (_, producers, body) => {
    const { producer, clock } = create();
    const { answers } = ask(producers ?? [producer], body);
    await clock.settle();
    expect(answers).toEqual([]);
  });
});
