import { jest } from '@jest/globals';
import type { BrokerConfig } from '../../src/broker/index.js';
import {
  type ClientInstance,
  type ConsumeContext,
  dlqTopic,
  type Producer,
  type PushConsumerOptions,
  type ReceivedMessage,
} from '../../src/client/index.js';
import { Cluster, eventually, Inbox } from './cluster.js';

/** Every level is a second long, but the last, which is a minute: nobody waits for it here. */
const messageDelayLevel = '1s 1s 1s 1s 1s 1s 1m';

jest.setTimeout(30_000);

describe('redelivery', () => {
  let cluster: Cluster;
  let client: ClientInstance;
  let producer: Producer;

  async function start(config: Partial<BrokerConfig> = {}): Promise<void> {
    cluster = await Cluster.start(['broker-a'], { messageDelayLevel, ...config });
    client = await cluster.client();
    producer = client.producer({ group: 'P' });
    await producer.start();
  }
  afterEach(() => cluster.stop());

  async function consume(options: Partial<PushConsumerOptions>) {
    const consumer = client.pushConsumer({
      group: 'G',
      subscriptions: new Map([['T', '*']]),
      consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET',
      messageDelayLevel,
      ...options,
    });
    await consumer.start();
    return consumer;
  }

  /** What became dead letters of the group. */
  async function deadLetters(group = 'G'): Promise<Inbox<ReceivedMessage>> {
    const inbox = new Inbox<ReceivedMessage>();
    const reader = await consume({
      group: 'reader-of-dead-letters',
      subscriptions: new Map([[dlqTopic(group), '*']]),
      onMessage: (message) => inbox.add(message),
    });
    await eventually(() => reader.figures().some(({ queue }) => queue.topic === dlqTopic(group)));
    return inbox;
  }

  it('delivers a failed message again until it is consumed, and its neighbours once', async () => {
    await start();
    const inbox = new Inbox<{ message: ReceivedMessage; attempt: number }>();
    const onMessage = (message: ReceivedMessage, { attempt }: ConsumeContext) => {
      inbox.add({ message, attempt });
      if (message.body.toString() === 'bad' && attempt < 3) throw new Error('not yet');
    };
    const consumer = await consume({ onMessage });
    const sent = await producer.send({ topic: 'T', body: 'bad', tags: 'A', keys: 'k', properties: { own: 'kept' } });
    await producer.send({ topic: 'T', body: 'good' });
    const items = await inbox.until(4);
    const bad = items.filter(({ message }) => message.body.toString() === 'bad');
    expect(bad.map(({ attempt, message }) => [attempt, message.reconsumeTimes, message.topic, message.queue.topic])).toEqual([
      [1, 0, 'T', 'T'],
      [2, 1, 'T', '%RETRY%G'],
      [3, 2, 'T', '%RETRY%G'],
    ]);
    for (const { message } of bad) {
      expect(message).toMatchObject({ messageId: sent.messageId, tags: 'A', keys: ['k'] });
      expect(message.properties.get('own')).toBe('kept');
    }
    await consumer.shutdown();
    expect(inbox.items).toHaveLength(4);
  });

  it.each([
    ['of the consumer', { maxReconsumeTimes: 1 }, 16],
    ['of the group', {}, 1],
  ])('makes a dead letter after the failures that the limit %s allows', async (_whose, options, retryMaxTimes) => {
    await start();
    await client.admin().groups.createOrUpdate({ groupName: 'G', retryMaxTimes });
    const attempts: number[] = [];
    await consume({
      ...options,
      onMessage: (_message, { attempt }) => {
        attempts.push(attempt);
        throw new Error('never');
      },
    });
    const { messageId } = await producer.send({ topic: 'T', body: 'x' });
    const dead = await deadLetters();
    const [letter] = await dead.until(1);
    expect(letter).toMatchObject({ messageId, reconsumeTimes: 2 });
    expect(letter?.properties.get('RETRY_TOPIC')).toBe('T');
    expect(attempts).toEqual([1, 2]);
  });

  it('settles every message of a batch by itself', async () => {
    await start();
    const seen = new Inbox<string>();
    await producer.sendBatch(['consumed', 'retried', 'dead'].map((body) => ({ topic: 'T', body })));
    await consume({
      consumeMessageBatchMaxSize: 10,
      onBatch: (messages) =>
        messages.map((message) => {
          const body = message.body.toString();
          seen.add(`${body} ${message.reconsumeTimes}`);
          if (body === 'dead') return { deadLetter: true };
          return body === 'retried' && message.reconsumeTimes === 0 ? { retry: true, delayLevel: 1 } : undefined;
        }),
    });
    const dead = await deadLetters();
    expect((await dead.until(1)).map(({ body }) => body.toString())).toEqual(['dead']);
    expect([...(await seen.until(4))].sort()).toEqual(['consumed 0', 'dead 0', 'retried 0', 'retried 1']);
  });

  it('takes how many messages of a batch were consumed for an answer', async () => {
    await start();
    const seen = new Inbox<string>();
    await producer.sendBatch(['first', 'second', 'third'].map((body) => ({ topic: 'T', body })));
    await consume({
      consumeMessageBatchMaxSize: 10,
      onBatch: (messages) => {
        for (const message of messages) seen.add(`${message.body.toString()} ${message.reconsumeTimes}`);
        return messages[0]?.reconsumeTimes === 0 ? { ackIndex: 0, delayLevel: 1 } : undefined;
      },
    });
    expect([...(await seen.until(5))].sort()).toEqual(['first 0', 'second 0', 'second 1', 'third 0', 'third 1']);
  });

  it('delivers again after a time of its own', async () => {
    await start();
    const seen = new Inbox<ReceivedMessage>();
    await consume({
      onMessage: (message) => {
        seen.add(message);
        return message.reconsumeTimes < 2 ? { retry: true, delayMs: 1300 } : undefined;
      },
    });
    const { messageId } = await producer.send({ topic: 'T', body: 'x', tags: 'A' });
    const all = await seen.until(3);
    expect(all.map(({ reconsumeTimes }) => reconsumeTimes)).toEqual([0, 1, 2]);
    for (const again of all.slice(1)) {
      expect(again).toMatchObject({ messageId, topic: 'T', tags: 'A', queue: { topic: '%RETRY%G' } });
      expect(again.properties.get('TIMER_DELAY_MS')).toBe('1300');
    }
  });

  it('takes the next longer level for a delay of its own where the broker has no timer', async () => {
    await start({ timerWheelEnable: false });
    const seen = new Inbox<ReceivedMessage>();
    await consume({
      onMessage: (message) => {
        seen.add(message);
        return message.reconsumeTimes === 0 ? { retry: true, delayMs: 300 } : undefined;
      },
    });
    await producer.send({ topic: 'T', body: 'x' });
    const [, again] = await seen.until(2);
    expect(again).toMatchObject({ topic: 'T', reconsumeTimes: 1 });
    expect(again?.properties.get('DELAY')).toBe('1');
  });

  it('reaches the retry topic when the broker does not have the message any more', async () => {
    await start();
    await cluster.startBroker({ brokerName: 'broker-b', messageDelayLevel });
    await client.admin().topics.createOrUpdate({ topic: 'T', readQueueNums: 1, writeQueueNums: 1 });
    const seen = new Inbox<ReceivedMessage>();
    let stopped: Promise<void> | undefined;
    await consume({
      onMessage: async (message) => {
        seen.add(message);
        if (message.reconsumeTimes > 0) return;
        stopped ??= cluster.stopBroker(message.queue.brokerName);
        await stopped;
        throw new Error('the broker is gone');
      },
    });
    await eventually(() =>
      client
        .admin()
        .groups.config('G', cluster.broker('broker-b').address)
        .then(Boolean, () => false),
    );
    const { messageId } = await producer.send({ topic: 'T', body: 'x' });
    const [, again] = await seen.until(2);
    expect(again).toMatchObject({ messageId, topic: 'T', reconsumeTimes: 1 });
  });

  it('hands back what a listener holds for too long, and tells the listener', async () => {
    await start();
    const seen = new Inbox<ReceivedMessage>();
    const signals: AbortSignal[] = [];
    const never = new Promise<void>(() => undefined);
    const consumer = await consume({
      consumeTimeoutMs: 500,
      onMessage: (message, { signal }) => {
        seen.add(message);
        signals.push(signal);
        return message.reconsumeTimes === 0 ? never : undefined;
      },
    });
    await producer.send({ topic: 'T', body: 'x' });
    const [, again] = await seen.until(2);
    expect(again).toMatchObject({ reconsumeTimes: 1 });
    expect(signals[0]?.aborted).toBe(true);
    await eventually(() => consumer.figures().every(({ heldCount }) => heldCount === 0));
  });

  it('delivers nothing while it is paused, and as much at once as allowed at the moment', async () => {
    await start();
    let running = 0;
    let most = 0;
    const begun = new Inbox<() => void>();
    const consumer = await consume({
      concurrency: 1,
      onMessage: async () => {
        running += 1;
        most = Math.max(most, running);
        await new Promise<void>((resolve) => begun.add(resolve));
        running -= 1;
      },
    });
    await producer.sendBatch(Array.from({ length: 8 }, (_, i) => ({ topic: 'T', body: `${i}` })));
    await begun.until(1);
    expect(most).toBe(1);
    consumer.setConcurrency(3);
    await begun.until(3);
    expect(most).toBe(3);
    consumer.pause();
    for (const end of begun.items) end();
    await eventually(() => running === 0);
    expect(begun.items).toHaveLength(3);
    consumer.setConcurrency(2);
    consumer.resume();
    await begun.until(5);
    expect(running).toBe(2);
    for (let ended = 3; ended < 8; ended += 1) {
      await begun.until(ended + 1);
      begun.items[ended]!();
    }
    await eventually(() => running === 0);
    expect([begun.items.length, most]).toEqual([8, 3]);
  });
});
