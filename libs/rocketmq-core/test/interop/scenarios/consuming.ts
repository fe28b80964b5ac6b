import { type BatchResult, dlqTopic, isOperationFailed, type ReceivedMessage, retryTopic } from '../../../src/client/index.js';
import { DeleteExpiredCommitlog } from '../../../src/protocol/index.js';
import { eventually } from '../../../testing/eventually.js';
import { everyPair, onlyOurs, type Pair, type Scenario, type ScenarioWorld } from './frame.js';
import { HeldCalls } from './held-calls.js';
import { lagOf } from './lag.js';
import { seenOf } from './our-shapes.js';
import type { Seen } from './party.js';
import { rawCaller } from './raw-caller.js';
import { answerTimeoutMs, ourConsumerSettings } from './short-settings.js';
import { keysOfSend, untilKeys, WatchedList } from './watched-list.js';

const brokerName = 'broker-a';
/** What only our consumer does, with messages of both. */
const toOurs: readonly Pair[] = [
  { from: 'ours', to: 'ours' },
  { from: 'java', to: 'ours' },
];
const oneQueue = { readQueueNums: 1, writeQueueNums: 1 };

const untilStored = ({ admin }: ScenarioWorld, topic: string, count: number): Promise<number> =>
  eventually(
    `${count} messages in ${topic}`,
    () => admin.offsets.max({ topic, brokerName, queueId: 0 }),
    (offset) => offset === count,
  );

const deliveriesOf = (seen: readonly Seen[]): string[] => seen.map(({ key, reconsumeTimes }) => `${key}:${reconsumeTimes}`).sort();

/** A consumer of whole batches with what it was given; `answer` is asked for first deliveries, the others are consumed. */
async function batchConsumer(world: ScenarioWorld, place: { readonly group: string; readonly topic: string }, answer: () => BatchResult) {
  const list = new WatchedList<Seen>('the consumer of batches');
  const sizes: number[] = [];
  const consumer = (await world.client()).pushConsumer({
    ...ourConsumerSettings,
    group: place.group,
    subscriptions: new Map([[place.topic, '*']]),
    consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET',
    consumeMessageBatchMaxSize: 6,
    onBatch: (messages) => {
      for (const message of messages) list.add(seenOf(message));
      if (messages.some(({ reconsumeTimes }) => reconsumeTimes > 0)) return undefined;
      sizes.push(messages.length);
      return answer();
    },
  });
  await consumer.start();
  return { list, sizes };
}

const batches: readonly Scenario[] = [
  {
    name: 'has an outcome for each message of a batch: consumed, again, dead',
    pairs: toOurs,
    async run(world) {
      const { from, named, admin } = world;
      const topic = await world.topic('batch', oneQueue);
      const group = await world.group('batch-group');
      const sent = await from.send({ topic, prefix: 'batch', count: 6 });
      await untilStored(world, topic, 6);
      const again = { retry: true, delayLevel: 1 };
      const { list, sizes } = await batchConsumer(world, { group, topic }, () => [
        ...[undefined, again, undefined],
        ...[again, { deadLetter: true } as const, undefined],
      ]);
      await list.until('the refused ones again', (seen) => seen.filter(({ reconsumeTimes }) => reconsumeTimes === 1).length >= 2);
      await eventually(
        'the topic of the dead letters',
        () => admin.topics.route(dlqTopic(group)),
        (route) => route !== undefined,
      );
      const letters = await from.consume({ group: named('readers'), topic: dlqTopic(group) });
      await untilKeys(letters, ['batch-4']);
      await lagOf(world, group, topic, 0);
      await lagOf(world, group, retryTopic(group), 0);
      expect(sizes).toEqual([6]);
      expect(deliveriesOf(list.items)).toEqual([...sent.map(({ key }) => `${key}:0`), 'batch-1:1', 'batch-3:1'].sort());
      expect(letters.seen.map(({ key, messageId }) => [key, messageId])).toEqual([['batch-4', sent[4]?.messageId]]);
    },
  },
  {
    name: 'has consumed a batch up to the index that the listener says',
    pairs: toOurs,
    async run(world) {
      const { from } = world;
      const topic = await world.topic('index', oneQueue);
      const group = await world.group('index-group');
      const sent = await from.send({ topic, prefix: 'index', count: 6 });
      await untilStored(world, topic, 6);
      const { list, sizes } = await batchConsumer(world, { group, topic }, () => ({ ackIndex: 3, delayLevel: 1 }));
      await list.until('the others again', (seen) => seen.filter(({ reconsumeTimes }) => reconsumeTimes === 1).length >= 2);
      await lagOf(world, group, topic, 0);
      await lagOf(world, group, retryTopic(group), 0);
      expect(sizes).toEqual([6]);
      expect(deliveriesOf(list.items)).toEqual([...sent.map(({ key }) => `${key}:0`), 'index-4:1', 'index-5:1'].sort());
    },
  },
];

const late: readonly Scenario[] = [
  {
    name: 'hands a message back whose listener does not end, and goes on',
    pairs: toOurs,
    async run(world) {
      const { from } = world;
      const topic = await world.topic('hanging', oneQueue);
      const group = await world.group('hanging-group');
      const list = new WatchedList<ReceivedMessage>('the consumer that hangs');
      const reasons: unknown[] = [];
      const consumer = (await world.client()).pushConsumer({
        ...ourConsumerSettings,
        group,
        subscriptions: new Map([[topic, '*']]),
        consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET',
        // The others have their turn only when the place of the first is free.
        concurrency: 1,
        consumeTimeoutMs: 1000,
        onMessage: (message, { signal }) => {
          list.add(message);
          if (message.keys[0] !== 'hanging-0' || message.reconsumeTimes > 0) return undefined;
          return new Promise<void>((resolve) => {
            // What it says after its time does not count.
            signal.addEventListener('abort', () => {
              reasons.push(signal.reason);
              resolve();
            });
          });
        },
      });
      await consumer.start();
      const sent = await from.send({ topic, prefix: 'hanging', count: 4 });
      await list.until('the first again', (seen) => seen.some(({ reconsumeTimes }) => reconsumeTimes === 1));
      await lagOf(world, group, topic, 0);
      await lagOf(world, group, retryTopic(group), 0);
      expect(reasons.map((reason) => isOperationFailed(reason) && reason.reason)).toEqual(['timeout']);
      expect(deliveriesOf(list.items.map(seenOf))).toEqual([...sent.map(({ key }) => `${key}:0`), 'hanging-0:1'].sort());
      const again = list.items.find(({ reconsumeTimes }) => reconsumeTimes === 1);
      expect(again).toMatchObject({ topic, messageId: sent[0]?.messageId, queue: { topic: retryTopic(group) } });
      expect(again?.properties.get('DELAY')).toBe('3');
    },
  },
];

/** A consumer whose calls end when the scenario says so. */
async function heldConsumer(world: ScenarioWorld, place: { readonly group: string; readonly topic: string }, concurrency: number) {
  const calls = new HeldCalls();
  const client = await world.client();
  const consumer = client.pushConsumer({
    ...ourConsumerSettings,
    group: place.group,
    subscriptions: new Map([[place.topic, '*']]),
    consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET',
    concurrency,
    onMessage: (message) => calls.take(message),
  });
  world.onEnd(() => Promise.resolve(calls.releaseAll()));
  await consumer.start();
  return { calls, consumer, clientId: client.clientId };
}

const steered: readonly Scenario[] = [
  {
    name: 'begins nothing while it is paused, stays a member, and goes on when it is resumed',
    pairs: toOurs,
    async run(world) {
      const { from, party, named, admin, brokerAddress } = world;
      const topic = await world.topic('paused', oneQueue);
      const group = await world.group('paused-group');
      const { calls, consumer, clientId } = await heldConsumer(world, { group, topic }, 4);
      await from.send({ topic, prefix: 'early' });
      await calls.list.until('the first call', (seen) => seen.length === 1);
      consumer.pause();
      await from.send({ topic, prefix: 'paused', count: 3 });
      const witness = await party('java').consume({ group: named('paused-witness'), topic });
      await untilKeys(witness, ['early-0', ...keysOfSend('paused', 3)]);
      // A call that runs ends and counts.
      calls.release(1);
      await lagOf(world, group, topic, 3);
      expect(calls.list.items).toHaveLength(1);
      expect([consumer.state, consumer.runningListeners]).toEqual(['paused', 0]);
      const connections = await admin.groups.connections(group, brokerAddress);
      expect(connections?.connectionSet.map((one) => one.clientId)).toEqual([clientId]);
      consumer.resume();
      await calls.list.until('the others', (seen) => seen.length >= 4);
      calls.releaseAll();
      await lagOf(world, group, topic, 0);
      expect(deliveriesOf(calls.list.items)).toEqual(['early-0:0', ...keysOfSend('paused', 3).map((key) => `${key}:0`)]);
    },
  },
  {
    name: 'takes another concurrency while it runs, and tells an administrator what it holds',
    pairs: toOurs,
    async run(world) {
      const { from, admin } = world;
      const topic = await world.topic('concurrency', oneQueue);
      const group = await world.group('concurrency-group');
      await from.send({ topic, prefix: 'call', count: 6 });
      await untilStored(world, topic, 6);
      const { calls, consumer, clientId } = await heldConsumer(world, { group, topic }, 1);
      const running = async (count: number, begun: number): Promise<void> => {
        await calls.list.until(`${begun} calls`, (seen) => seen.length >= begun);
        await eventually(
          `${count} calls at once`,
          () => Promise.resolve(consumer.runningListeners),
          (found) => found === count,
        );
        expect(calls.list.items).toHaveLength(begun);
      };
      const told = async () => {
        const info = await admin.clients.runningInfo({ group, clientId });
        const figures = info.mqTable.find(([queue]) => queue.topic === topic)?.[1];
        return { size: info.properties.get('PROP_THREADPOOL_CORE_SIZE'), figures };
      };
      await running(1, 1);
      expect(await told()).toMatchObject({
        size: '1',
        figures: { cachedMsgCount: 6, cachedMsgMinOffset: 0, cachedMsgMaxOffset: 5, droped: false },
      });
      consumer.setConcurrency(3);
      await running(3, 3);
      expect((await told()).size).toBe('3');
      consumer.setConcurrency(1);
      // The calls that run end; no other begins before there is a place.
      calls.release(2);
      await running(1, 3);
      calls.release(1);
      await running(1, 4);
      expect(await told()).toMatchObject({ size: '1', figures: { cachedMsgCount: 3, cachedMsgMinOffset: 3, cachedMsgMaxOffset: 5 } });
      consumer.setConcurrency(20);
      await running(3, 6);
      calls.releaseAll();
      await lagOf(world, group, topic, 0);
    },
  },
];

/** A group that stands behind the end of its queue, where nothing is, goes on at the end. */
async function goOnFromTheEnd(world: ScenarioWorld): Promise<void> {
  const { from, to, admin } = world;
  const topic = await world.topic('beyond', oneQueue);
  const group = await world.group('beyond-group');
  const queue = { topic, brokerName, queueId: 0 };
  await from.send({ topic, prefix: 'before', count: 3 });
  await untilStored(world, topic, 3);
  await admin.offsets.commit(group, queue, 1000);
  expect(await admin.offsets.consumerOffset(group, queue)).toBe(1000);
  const consuming = await to.consume({ group, topic });
  await eventually(
    'the offset corrected',
    () => admin.offsets.consumerOffset(group, queue),
    (offset) => offset === 3,
  );
  await from.send({ topic, prefix: 'after', count: 3 });
  await untilKeys(consuming, keysOfSend('after', 3));
  await lagOf(world, group, topic, 0);
  expect(consuming.seen.map(({ key, queueOffset }) => [key, queueOffset]).sort()).toEqual([
    ['after-0', 3],
    ['after-1', 4],
    ['after-2', 5],
  ]);
}

/** More than a file of the commit log, in bodies that nothing compresses. */
async function fillLog(world: ScenarioWorld): Promise<void> {
  const topic = await world.topic('filler', oneQueue);
  const producer = (await world.client()).producer({
    group: world.named('filling'),
    compressMsgBodyOverHowmuch: 0x7fffffff,
    sendMsgTimeoutMs: answerTimeoutMs,
  });
  await producer.start();
  for (let i = 0; i < 10; i += 1) await producer.send({ topic, body: Buffer.alloc(2 * 1024 * 1024, 'x') });
}

/** A group that stands before the first message that is left goes on there. */
async function goOnFromTheFirst(world: ScenarioWorld): Promise<void> {
  const { from, to, admin, brokerAddress, onEnd } = world;
  const topic = await world.topic('expired', oneQueue);
  const group = await world.group('expired-group');
  const queue = { topic, brokerName, queueId: 0 };
  await from.send({ topic, prefix: 'expired', count: 3 });
  await untilStored(world, topic, 3);
  await admin.offsets.commit(group, queue, 1);
  await fillLog(world);
  await from.send({ topic, prefix: 'left', count: 2 });
  await untilStored(world, topic, 5);
  // Files go when the queues are safe that their messages are in.
  await admin.cluster.updateBrokerConfig(brokerAddress, { fileReservedTime: '0', flushConsumeQueueThoroughInterval: '1000' });
  onEnd(() => admin.cluster.updateBrokerConfig(brokerAddress, { fileReservedTime: '72', flushConsumeQueueThoroughInterval: '60000' }));
  const caller = rawCaller(world);
  // Apache's broker looks for such files every ten seconds, from a minute after its start on.
  await eventually(
    'the first messages gone',
    async () => {
      await caller.call(DeleteExpiredCommitlog, {});
      return admin.offsets.min(queue);
    },
    (offset) => offset === 3,
  );
  expect(await admin.offsets.consumerOffset(group, queue)).toBe(1);
  const consuming = await to.consume({ group, topic });
  await untilKeys(consuming, keysOfSend('left', 2));
  await lagOf(world, group, topic, 0);
  expect(consuming.seen.map(({ key, queueOffset }) => [key, queueOffset]).sort()).toEqual([
    ['left-0', 3],
    ['left-1', 4],
  ]);
}

const corrected: readonly Scenario[] = [
  { name: 'goes on at the end of its queue when its offset is behind it', pairs: toOurs, run: goOnFromTheEnd },
  // A Java consumer waits ten seconds before it does.
  {
    name: 'goes on at the end of its queue when its offset is behind it, with a Java consumer',
    pairs: [{ from: 'ours', to: 'java' }],
    isLong: true,
    run: goOnFromTheEnd,
  },
  // Others would lose what they still need.
  { name: 'goes on at the first message that has not expired', pairs: onlyOurs, isAlone: true, targets: ['ours'], run: goOnFromTheFirst },
  // Apache's broker deletes nothing in its first minute.
  {
    name: 'goes on at the first message that has not expired',
    ...{ pairs: onlyOurs, isAlone: true, isLong: true, targets: ['apache'], run: goOnFromTheFirst },
  },
];

const shown: readonly Scenario[] = [
  {
    name: 'shows an administrator between which times a group is',
    pairs: everyPair,
    async run(world) {
      const { from, to, party, named, admin } = world;
      const topic = await world.topic('span', oneQueue);
      const group = await world.group('span-group');
      const consuming = await to.consume({ group, topic });
      await from.send({ topic, prefix: 'consumed', count: 2 });
      await untilKeys(consuming, keysOfSend('consumed', 2));
      await lagOf(world, group, topic, 0);
      await consuming.stop();
      await from.send({ topic, prefix: 'left', count: 2 });
      const readers = named('span-readers');
      const reader = await party('ours').consume({ group: readers, topic });
      await untilKeys(reader, [...keysOfSend('consumed', 2), ...keysOfSend('left', 2)]);
      await lagOf(world, readers, topic, 0);
      const storedAt = (key: string) => reader.seen.find((one) => one.key === key)?.storeTimestamp;
      const [span, ...others] = await admin.figures.timeSpan(group, topic);
      expect(others).toEqual([]);
      expect(span).toMatchObject({
        messageQueue: { topic, brokerName, queueId: 0 },
        minTimeStamp: storedAt('consumed-0'),
        consumeTimeStamp: storedAt('consumed-1'),
        maxTimeStamp: storedAt('left-1'),
      });
      const [behindNothing] = await admin.figures.timeSpan(readers, topic);
      expect(behindNothing).toMatchObject({ consumeTimeStamp: storedAt('left-1'), delayTime: 0 });
      // A group that never was here has consumed nothing: it stands at the first.
      const [stranger] = await admin.figures.timeSpan(named('span-strangers'), topic);
      expect(stranger).toMatchObject({ consumeTimeStamp: storedAt('consumed-0'), maxTimeStamp: storedAt('left-1') });
    },
  },
];

export const consumingScenarios: readonly Scenario[] = [...batches, ...late, ...steered, ...corrected, ...shown];
