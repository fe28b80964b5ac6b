import { movePileUp, ResponseCode, retryTopic } from '../../../src/client/index.js';
import { eventually } from '../../../testing/eventually.js';
import { acrossLanguages, eachAlone, everyPair, onlyOurs, type Scenario, type ScenarioWorld } from './frame.js';
import { lagOf } from './lag.js';
import { answerTimeoutMs, hasShortTimes } from './short-settings.js';
import { keysOfSend, untilKeys } from './watched-list.js';

const brokerName = 'broker-a';
/** Times that procedures wait: for clients that ask for routes every second, or for those with ordinary times. */
const waits = { pollMs: 200, ...(hasShortTimes && { settleMs: 4000 }) };

/** The only client of the group. */
async function clientIdOf({ admin, brokerAddress }: ScenarioWorld, group: string): Promise<string> {
  const connections = await admin.groups.connections(group, brokerAddress);
  const [connection] = connections?.connectionSet ?? [];
  if (connection === undefined) throw new Error(`nobody of ${group} is connected`);
  return connection.clientId;
}

const administered: readonly Scenario[] = [
  {
    name: 'goes on from a time that an administrator sets, while it is online',
    async run(world) {
      const { from, to, admin } = world;
      const topic = await world.topic('reset', { readQueueNums: 2, writeQueueNums: 2 });
      const group = await world.group('reset-group');
      const consuming = await to.consume({ group, topic });
      await from.send({ topic, prefix: 'reset', count: 6 });
      await untilKeys(consuming, keysOfSend('reset', 6));
      await lagOf(world, group, topic, 0);
      const offsets = await admin.offsets.reset(group, topic, { to: 0 });
      expect(offsets.map(([{ queueId }, offset]) => [queueId, offset]).sort()).toEqual([
        [0, 0],
        [1, 0],
      ]);
      await consuming.until('every message twice', (seen) =>
        keysOfSend('reset', 6).every((key) => seen.filter((one) => one.key === key).length >= 2),
      );
      await lagOf(world, group, topic, 0);
    },
  },
  {
    name: 'goes on from the end when it was reset while nobody was online',
    pairs: eachAlone,
    async run(world) {
      const { from, to, admin } = world;
      const topic = await world.topic('skip', { readQueueNums: 1, writeQueueNums: 1 });
      const group = await world.group('skip-group');
      const first = await to.consume({ group, topic });
      await from.send({ topic, prefix: 'before' });
      await untilKeys(first, ['before-0']);
      await lagOf(world, group, topic, 0);
      await first.stop();
      await from.send({ topic, prefix: 'skipped', count: 3 });
      await lagOf(world, group, topic, 3);
      expect(await admin.offsets.reset(group, topic)).toEqual([[{ topic, brokerName, queueId: 0 }, 4]]);
      const second = await to.consume({ group, topic });
      await from.send({ topic, prefix: 'after' });
      await untilKeys(second, ['after-0']);
      expect(second.seen.map(({ key }) => key)).toEqual(['after-0']);
    },
  },
  {
    name: 'takes over the offsets of another group',
    pairs: eachAlone,
    async run(world) {
      const { from, to, admin } = world;
      const topic = await world.topic('clone', { readQueueNums: 1, writeQueueNums: 1 });
      const [source, copy] = [await world.group('clone-source'), await world.group('clone-copy')];
      const consuming = await to.consume({ group: source, topic });
      await from.send({ topic, prefix: 'consumed', count: 3 });
      await untilKeys(consuming, keysOfSend('consumed', 3));
      await lagOf(world, source, topic, 0);
      await admin.offsets.clone(source, copy, { topic });
      expect(await admin.offsets.consumerOffset(copy, { topic, brokerName, queueId: 0 })).toBe(3);
      const copied = await to.consume({ group: copy, topic });
      await from.send({ topic, prefix: 'fresh' });
      await untilKeys(copied, ['fresh-0']);
      expect(copied.seen).toHaveLength(1);
    },
  },
  {
    name: 'answers for itself: offsets, running info, one message directly',
    async run(world) {
      const { from, to, admin } = world;
      const topic = await world.topic('asked', { readQueueNums: 1, writeQueueNums: 1 });
      const group = await world.group('asked-group');
      const consuming = await to.consume({ group, topic });
      const [sent] = await from.send({ topic, prefix: 'asked' });
      await untilKeys(consuming, ['asked-0']);
      await lagOf(world, group, topic, 0);
      const clientId = await clientIdOf(world, group);
      const offsets = await admin.clients.offsets(group, topic);
      expect(offsets.get(clientId)).toEqual([[{ topic, brokerName, queueId: sent?.queueId }, 1]]);
      const info = await admin.clients.runningInfo({ group, clientId });
      expect(info.properties.get('PROP_CONSUMEORDERLY')).toBe('false');
      expect(info.subscriptionSet.map((one) => one.topic).sort()).toEqual([retryTopic(group), topic].sort());
      expect(info.mqTable.find(([queue]) => queue.topic === topic)?.[1]).toMatchObject({
        commitOffset: 1,
        cachedMsgCount: 0,
        droped: false,
      });
      expect([...info.statusTable.keys()].sort()).toEqual([retryTopic(group), topic].sort());
      const [entry] = await recordIds(world, topic);
      const result = await admin.clients.consumeDirectly({ group, clientId }, entry ?? '', { topic });
      expect(result).toMatchObject({ consumeResult: 'CR_SUCCESS', order: false, autoCommit: true });
      await consuming.until('the message again', (seen) => seen.length >= 2);
      expect(consuming.seen.map(({ key }) => key)).toEqual(['asked-0', 'asked-0']);
    },
  },
  {
    name: 'is told apart when it is not there',
    pairs: onlyOurs,
    async run(world) {
      const { admin, brokerAddress } = world;
      const topic = await world.topic('absent');
      const group = await world.group('absent-group');
      expect(await admin.groups.connections(group, brokerAddress)).toBeUndefined();
      await expect(admin.offsets.reset(world.named('strangers'), topic)).rejects.toMatchObject({
        responseCode: ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST,
      });
      await expect(admin.clients.producerConnections(group, brokerAddress)).rejects.toMatchObject({
        responseCode: ResponseCode.SYSTEM_ERROR,
      });
    },
  },
];

/** Offset ids of the messages in the first queue of a topic, from its entries. */
async function recordIds({ from, client, named }: ScenarioWorld, topic: string): Promise<readonly string[]> {
  const reader = await client();
  const ids: string[] = [];
  const consumer = reader.pushConsumer({
    ...{ group: named(`ids-${from.kind}`), subscriptions: new Map([[topic, '*']]), consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET' },
    onMessage: ({ offsetMessageId }) => void ids.push(offsetMessageId),
  });
  await consumer.start();
  await eventually(
    'a message to read',
    () => Promise.resolve(ids),
    (found) => found.length > 0,
  );
  await consumer.shutdown();
  return ids;
}

/** A reset that the broker hands to the consumers that are online, as brokers before 5.0 do. */
async function resetInConsumers(world: ScenarioWorld): Promise<void> {
  const { from, to, admin, brokerAddress, onEnd } = world;
  await admin.cluster.updateBrokerConfig(brokerAddress, { useServerSideResetOffset: 'false' });
  onEnd(() => admin.cluster.updateBrokerConfig(brokerAddress, { useServerSideResetOffset: 'true' }));
  const topic = await world.topic('pushed', { readQueueNums: 1, writeQueueNums: 1 });
  const group = await world.group('pushed-group');
  const consuming = await to.consume({ group, topic });
  await from.send({ topic, prefix: 'pushed', count: 3 });
  await untilKeys(consuming, keysOfSend('pushed', 3));
  await lagOf(world, group, topic, 0);
  expect(await admin.offsets.reset(group, topic, { to: 0 })).toEqual([[{ topic, brokerName, queueId: 0 }, 0]]);
  await consuming.until('every message twice', (seen) => seen.length >= 6);
  await lagOf(world, group, topic, 0);
}

const pushed: readonly Scenario[] = [
  { name: 'goes on from a time that the broker tells it', pairs: onlyOurs, isAlone: true, run: resetInConsumers },
  // A Java consumer waits ten seconds before it does.
  {
    name: 'goes on from a time that the broker tells it, with a Java consumer',
    pairs: [{ from: 'ours', to: 'java' }],
    isAlone: true,
    isLong: true,
    run: resetInConsumers,
  },
];

const permitted: readonly Scenario[] = [
  {
    name: 'is refused what it may not consume, and gets it when it may',
    pairs: eachAlone,
    async run(world) {
      const { from, to, admin } = world;
      const topic = await world.topic('allowed', { readQueueNums: 1, writeQueueNums: 1 });
      const group = await world.group('stopped-group', { consumeEnable: false });
      const consuming = await to.consume({ group, topic });
      await from.send({ topic, prefix: 'allowed' });
      await eventually(
        'the group to be online',
        () => admin.groups.connections(group, world.brokerAddress),
        (connections) => connections !== undefined,
      );
      expect(consuming.seen).toEqual([]);
      await admin.groups.createOrUpdate({ groupName: group, consumeEnable: true });
      await untilKeys(consuming, ['allowed-0']);
    },
  },
  {
    name: 'is neither written nor read without the permission',
    pairs: onlyOurs,
    async run(world) {
      const { from, admin } = world;
      const topic = await world.topic('permission', { perm: 4 });
      await expect(from.send({ topic, prefix: 'no' })).rejects.toThrow();
      await admin.topics.createOrUpdate({ topic, readQueueNums: 4, writeQueueNums: 4, perm: 6 });
      await eventually(
        'the permission in the route',
        () => admin.topics.route(topic),
        (route) => route?.queueDatas[0]?.perm === 6,
      );
      const sender = await world.client();
      const producer = sender.producer({ group: 'permitted', sendMsgTimeoutMs: answerTimeoutMs });
      await producer.start();
      await producer.send({ topic, body: Buffer.from('yes') });
    },
  },
  {
    name: 'has fewer queues to write than to read: those that are left out are still consumed',
    async run(world) {
      const { from, to, admin } = world;
      const topic = await world.topic('narrow', { readQueueNums: 4, writeQueueNums: 4 });
      for (let queueId = 0; queueId < 4; queueId += 1) await from.send({ topic, prefix: `queue${queueId}`, queueId });
      await admin.topics.createOrUpdate({ topic, readQueueNums: 4, writeQueueNums: 1 });
      const consuming = await to.consume({ group: await world.group('narrow-group'), topic });
      await untilKeys(
        consuming,
        [0, 1, 2, 3].map((queueId) => `queue${queueId}-0`),
      );
    },
  },
];

const starting: readonly Scenario[] = [
  {
    name: 'skips nothing that comes while it starts at the end of an empty queue',
    targets: ['ours'],
    pairs: [...eachAlone, ...acrossLanguages],
    async run(world) {
      const { from, to } = world;
      const topic = await world.topic('race', { readQueueNums: 1, writeQueueNums: 1 });
      const group = await world.group('race-group');
      const [consuming] = await Promise.all([to.consume({ group, topic, from: 'last' }), from.send({ topic, prefix: 'race', count: 20 })]);
      await untilKeys(consuming, keysOfSend('race', 20));
    },
  },
];

/** Numbered keys take the colours in turn. */
const colourOf = (key: string, colours: readonly string[]): string => colours[Number(key.split('-')[1]) % colours.length] ?? '';

const procedures: readonly Scenario[] = [
  {
    name: 'loses no message when its topic is shrunk',
    pairs: everyPair,
    async run(world) {
      const { from, to, admin, brokerAddress } = world;
      const topic = await world.topic('shrunk');
      const group = await world.group('shrunk-group');
      const consuming = await to.consume({ group, topic });
      await consuming.pause();
      for (let queueId = 0; queueId < 4; queueId += 1) await from.send({ topic, prefix: `queue${queueId}`, count: 3, queueId });
      // The pause of a Java consumer lets what it holds pass, so only the numbers of the topic are looked at here.
      const shrinking = admin.procedures.shrink(topic, { ...waits, queues: 2 });
      await consuming.resume();
      await shrinking;
      expect(await admin.topics.config(topic, brokerAddress)).toMatchObject({ readQueueNums: 2, writeQueueNums: 2 });
      await untilKeys(
        consuming,
        [0, 1, 2, 3].flatMap((queueId) => keysOfSend(`queue${queueId}`, 3)),
      );
    },
  },
  {
    name: 'keeps the order of every key when its queues are doubled under load',
    pairs: onlyOurs,
    async run(world) {
      const { admin } = world;
      const topic = await world.topic('doubled', { readQueueNums: 2, writeQueueNums: 2 });
      const group = await world.group('doubled-group');
      const client = await world.client();
      const seen = new Map<string, number[]>();
      const queues = new Set<number>();
      const consumer = client.pushConsumer({
        ...{
          group,
          subscriptions: new Map([[topic, '*']]),
          orderly: true,
          followQueueDoubling: true,
          consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET',
        },
        onMessage: ({ body, queue }) => {
          const [key = '', number] = body.toString().split(':');
          seen.set(key, [...(seen.get(key) ?? []), Number(number)]);
          queues.add(queue.queueId);
        },
      });
      await consumer.start();
      const producer = client.producer({ group: world.named('doubled-producers'), sendMsgTimeoutMs: answerTimeoutMs });
      await producer.start();
      const ending = new AbortController();
      let sent = 0;
      const sending = (async () => {
        for (; !ending.signal.aborted; sent += 1) {
          const key = String(sent % 8);
          await producer.send({ topic, body: Buffer.from(`${key}:${Math.floor(sent / 8)}`) }, { shardingKey: key });
        }
      })();
      await admin.procedures.doubleQueues(topic, waits);
      ending.abort();
      await sending;
      await eventually(
        'every message',
        () => Promise.resolve([...seen.values()].reduce((sum, numbers) => sum + numbers.length, 0)),
        (count) => count >= sent,
      );
      expect(queues.size).toBe(4);
      for (const numbers of seen.values()) expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
    },
  },
  {
    name: 'moves a pile-up to a wider topic, keys in order, where another handler takes it',
    async run(world) {
      const { from, to, admin } = world;
      const topic = await world.topic('piled', { readQueueNums: 1, writeQueueNums: 1 });
      const wide = await world.topic('wide', { readQueueNums: 8, writeQueueNums: 8 });
      const group = await world.group('piled-group');
      const first = await to.consume({ group, topic });
      await from.send({ topic, prefix: 'early' });
      await untilKeys(first, ['early-0']);
      await lagOf(world, group, topic, 0);
      await first.stop();
      const shardingKeys = ['red', 'green', 'blue'];
      const sent = await from.send({ topic, prefix: 'piled', count: 12, shardingKeys });
      await lagOf(world, group, topic, sent.length);
      const handling = await to.consume({ group: await world.group('wide-group'), topic: wide, isOrderly: true });
      const client = await world.client();
      const moving = await movePileUp(client, {
        group,
        from: topic,
        to: wide,
        keyOf: ({ keys: [key = ''] }) => colourOf(key, shardingKeys),
      });
      await lagOf(world, group, topic, 0);
      await moving.stop();
      await untilKeys(handling, keysOfSend('piled', 12));
      expect(handling.seen.map(({ key }) => key).includes('early-0')).toBe(false);
      for (const colour of shardingKeys) {
        const ofColour = handling.seen.filter(({ key }) => colourOf(key, shardingKeys) === colour);
        const numbers = ofColour.map(({ key }) => Number(key.split('-')[1]));
        expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
        expect(new Set(ofColour.map(({ queueId }) => queueId)).size).toBe(1);
      }
      expect(handling.seen.every(({ properties }) => properties.movedFrom?.startsWith(`${topic}:`) === true)).toBe(true);
      expect(await admin.groups.lag(group, topic)).toBe(0);
    },
  },
];

export const groupsAndOffsetsScenarios: readonly Scenario[] = [...administered, ...pushed, ...permitted, ...starting, ...procedures];
