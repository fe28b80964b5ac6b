import type {
  ClientInstance,
  ReceivedMessage,
  TransactionListener,
  TransactionProducer,
  TransactionProducerOptions,
  TransactionState,
} from '../../src/client/index.js';
import {
  offsetMessageId,
  printProperties,
  PullMessage,
  ResponseCode,
  ResumeCheckHalfMessage,
  SendMessageV2,
  SysFlag,
  EndTransaction,
  parseOffsetMessageId,
  TRANS_CHECK_MAX_TIME_TOPIC,
} from '../../src/protocol/index.js';
import { TestClient } from '../broker/broker-fixture.js';
import { Cluster, eventually, Inbox } from '../client/cluster.js';

const settings = {
  transactionTimeOut: 200,
  transactionCheckInterval: 100,
  transactionOpBatchInterval: 50,
  // Nothing is given up on a busy machine.
  transactionCheckMax: 10_000,
  messageDelayLevel: '1s 2s',
};

/** A listener that does as its arguments and a table say. */
class Scripted implements TransactionListener<TransactionState> {
  readonly executed: string[] = [];
  readonly checked = new Inbox<string>();
  readonly verdicts = new Map<string, TransactionState>();

  executeLocalTransaction({ keys }: { keys?: unknown }, arg: TransactionState): TransactionState {
    this.executed.push(String(keys));
    return arg;
  }

  checkLocalTransaction(message: ReceivedMessage): TransactionState {
    const [key = ''] = message.keys;
    this.checked.add(key);
    return this.verdicts.get(key) ?? 'unknown';
  }
}

const message = (key: string) => ({ topic: 'Orders', body: `body of ${key}`, keys: key, tags: 'order' });

describe('transactions', () => {
  let cluster: Cluster;
  let client: ClientInstance;
  let seen: Inbox<ReceivedMessage>;

  beforeEach(async () => {
    cluster = await Cluster.start(['broker-a'], settings);
    client = await cluster.client();
    await client.admin().topics.createOrUpdate({ topic: 'Orders' });
    seen = new Inbox();
  });
  afterEach(() => cluster.stop());

  const producerOf = async (listeners: TransactionProducerOptions['listeners'], of = client): Promise<TransactionProducer> => {
    const producer = of.transactionProducer({ group: 'P', listeners });
    await producer.start();
    return producer;
  };
  const consume = async (topic = 'Orders'): Promise<void> => {
    const consumer = client.pushConsumer({
      group: 'G',
      subscriptions: new Map([[topic, '*']]),
      consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET',
      onMessage: (received) => seen.add(received),
    });
    await consumer.start();
  };
  const keysSeen = () => seen.items.flatMap(({ keys }) => keys).sort();

  it('show what is committed, once and whole, and nothing else', async () => {
    const listener = new Scripted();
    const producer = await producerOf({ listener });
    await consume();
    const sent = await Promise.all(
      (['commit', 'rollback', 'unknown'] as const).map((state) => producer.sendInTransaction(message(state), state)),
    );
    expect(sent.map(({ transactionState }) => transactionState)).toEqual(['commit', 'rollback', 'unknown']);
    await seen.until(1);
    expect(seen.items[0]).toMatchObject({
      ...{ messageId: sent[0]?.messageId, transactionId: sent[0]?.transactionId, tags: 'order', keys: ['commit'] },
      body: Buffer.from('body of commit'),
    });
    const metric = (name: string) =>
      cluster
        .broker()
        .metrics()
        .find((one) => one.name === `rocketmq_${name}`)?.samples;
    for (const name of ['half_messages', 'commit_messages_total', 'rollback_messages_total']) {
      await eventually(() => metric(name)?.some(({ labels, value }) => labels.get('topic') === 'Orders' && value === 1) === true);
    }
    // From now on the broker asks about the open one alone; on a busy machine it may have asked about the others before they ended.
    const asked = await listener.checked.until(listener.checked.items.length + 6);
    expect(asked.slice(-3)).toEqual(['unknown', 'unknown', 'unknown']);
    listener.verdicts.set('unknown', 'commit');
    await seen.until(2);
    expect(keysSeen()).toEqual(['commit', 'unknown']);
  });

  it('are decided by another process after the first one is gone, by the listener of the same name', async () => {
    const first = await cluster.client();
    const gone = await producerOf({ payments: new Scripted(), orders: new Scripted() }, first);
    await gone.sendInTransaction(message('kept'), 'unknown', { listener: 'orders' });
    await gone.sendInTransaction(message('dropped'), 'unknown', { listener: 'payments' });
    await first.shutdown(1000);
    const payments = new Scripted();
    const orders = new Scripted();
    orders.verdicts.set('kept', 'commit');
    payments.verdicts.set('dropped', 'rollback');
    // It has sent nothing yet: the route of `createTopicKey` makes it known.
    await producerOf({ payments, orders });
    await consume();
    await seen.until(1);
    await payments.checked.until(1);
    expect(new Set(orders.checked.items)).toEqual(new Set(['kept']));
    expect(new Set(payments.checked.items)).toEqual(new Set(['dropped']));
    expect(keysSeen()).toEqual(['kept']);
  });

  it('stay open over a restart of the broker', async () => {
    const listener = new Scripted();
    const producer = await producerOf({ listener });
    await producer.sendInTransaction(message('open'), 'unknown');
    await producer.sendInTransaction(message('done'), 'commit');
    await listener.checked.until(1);
    await cluster.stopBroker();
    listener.verdicts.set('open', 'commit');
    await cluster.startBroker({ brokerName: 'broker-a', ...settings });
    await consume();
    await seen.until(2);
    expect(keysSeen()).toEqual(['done', 'open']);
  });

  it('are asked for by every broker, at any member of the group', async () => {
    await cluster.startBroker({ brokerName: 'broker-b', ...settings });
    const listeners = [new Scripted(), new Scripted()];
    const [one] = await Promise.all(
      listeners.map(async (listener) => producerOf({ listener }, await cluster.client({ pollNameServerIntervalMs: 100 }))),
    );
    for (let i = 0; i < 16; i += 1) await one?.sendInTransaction({ ...message(`k${i}`), topic: 'Wide' }, 'unknown');
    for (const listener of listeners) for (let i = 0; i < 16; i += 1) listener.verdicts.set(`k${i}`, 'commit');
    await Promise.all(listeners.map((listener) => listener.checked.until(1)));
    await consume('Wide');
    await seen.until(16);
    expect(new Set(keysSeen()).size).toBe(16);
  });

  it('that nobody decides are given up after transactionCheckMax questions, and asked for again when an administrator wants it', async () => {
    await cluster.stopBroker();
    await cluster.startBroker({ brokerName: 'broker-a', ...settings, transactionCheckMax: 2 });
    const listener = new Scripted();
    const producer = await producerOf({ listener });
    await producer.sendInTransaction(message('lost'), 'unknown');
    const raw = new TestClient(() => cluster.broker().address, 'admin');
    const givenUp = () => raw.pull(TRANS_CHECK_MAX_TIME_TOPIC, 0);
    await eventually(async () => (await givenUp()).code === ResponseCode.SUCCESS);
    expect(listener.checked.items).toEqual(['lost', 'lost']);
    const { body = Buffer.alloc(0) } = await givenUp();
    const physicalOffset = Number(body.readBigInt64BE(28));
    const host = { ip: Buffer.from([127, 0, 0, 1]), port: Number(cluster.broker().address.split(':')[1]) };
    listener.verdicts.set('lost', 'commit');
    const resume = (msgId: string) => raw.call(ResumeCheckHalfMessage, { topic: 'Orders', msgId });
    await expect(resume('nonsense')).resolves.toMatchObject({ code: ResponseCode.SYSTEM_ERROR });
    await expect(resume(offsetMessageId(host, 0))).resolves.toMatchObject({ code: ResponseCode.SYSTEM_ERROR });
    await expect(resume(offsetMessageId(host, physicalOffset))).resolves.toMatchObject({ code: ResponseCode.SUCCESS });
    await consume();
    await seen.until(1);
    expect(keysSeen()).toEqual(['lost']);
    await raw.close();
  });

  it('are refused where they are switched off', async () => {
    await cluster.startBroker({ brokerName: 'broker-b', rejectTransactionMessage: true });
    const raw = new TestClient(() => cluster.broker('broker-b').address, 'raw');
    const properties = printProperties(
      new Map([
        ['TRAN_MSG', 'true'],
        ['PGROUP', 'P'],
      ]),
    );
    const answer = await raw.send('BenchmarkTest', 'x', { properties, sysFlag: SysFlag.TRANSACTION_PREPARED });
    expect(answer).toMatchObject({
      code: ResponseCode.NO_PERMISSION,
      remark: 'the broker[broker-b] sending transaction message is forbidden',
    });
    await raw.close();
  });

  it('of a message with a delay wait for their end first, and for the time then', async () => {
    const raw = new TestClient(() => cluster.broker().address, 'raw');
    const properties = printProperties(
      new Map([
        ['TRAN_MSG', 'true'],
        ['PGROUP', 'Raw'],
        ['UNIQ_KEY', 'U1'],
        ['DELAY', '1'],
        ['KEYS', 'late'],
      ]),
    );
    const header = { producerGroup: 'Raw', topic: 'Orders', queueId: 0, sysFlag: SysFlag.TRANSACTION_PREPARED, bornTimestamp: Date.now() };
    const sent = await raw.call(
      SendMessageV2,
      { ...header, defaultTopic: 'TBW102', defaultTopicQueueNums: 4, flag: 0, properties },
      { body: Buffer.from('x') },
    );
    const commitLogOffset = parseOffsetMessageId(sent.header.msgId ?? '')?.physicalOffset ?? -1;
    const ended = await raw.call(EndTransaction, {
      ...{ producerGroup: 'Raw', tranStateTableOffset: sent.header.queueOffset ?? -1, commitLogOffset, msgId: 'U1' },
      commitOrRollback: SysFlag.TRANSACTION_COMMIT,
    });
    expect(ended).toMatchObject({ code: ResponseCode.SUCCESS });
    const waiting = await raw.call(PullMessage, {
      ...{ consumerGroup: 'G', topic: 'SCHEDULE_TOPIC_XXXX', queueId: 0, queueOffset: 0, maxMsgNums: 32, sysFlag: 4, commitOffset: 0 },
      ...{ suspendTimeoutMillis: 0, subVersion: 0, subscription: '*' },
    });
    expect(waiting.code).toBe(ResponseCode.SUCCESS);
    await consume();
    await seen.until(1);
    expect(keysSeen()).toEqual(['late']);
    await raw.close();
  });

  it('are waited for when the client is shut down', async () => {
    const own = await cluster.client();
    const events: string[] = [];
    let release = () => undefined as void;
    const released = new Promise<void>((resolve) => (release = resolve));
    const producer = await producerOf(
      {
        slow: {
          executeLocalTransaction: async () => {
            events.push('begun');
            await released;
            events.push('ended');
            return 'commit' as const;
          },
          checkLocalTransaction: () => 'unknown',
        },
      },
      own,
    );
    const sent = producer.sendInTransaction(message('slow'), undefined);
    await eventually(() => events.length === 1);
    const down = own.shutdown(10_000).then(() => events.push('down'));
    release();
    await Promise.all([sent, down]);
    expect(events).toEqual(['begun', 'ended', 'down']);
    await consume();
    await seen.until(1);
    expect(keysSeen()).toEqual(['slow']);
  });
});
