import { dlqTopic, retryTopic, type ReceivedMessage } from '../../../src/client/index.js';
import { everyPair, onlyOurs, type Pair, type Scenario, type ScenarioWorld } from './frame.js';
import type { Consuming, Seen } from './party.js';
import { ourConsumerSettings } from './short-settings.js';
import { keysOfSend, untilKeys, WatchedList } from './watched-list.js';

const COUNT = 4;
/** Refuses every delivery that there is. */
const ALWAYS = 1000;
const mixed: readonly Pair[] = [{ from: 'ours', to: 'java' }];

const failuresOf = (seen: readonly Seen[], key: string): number[] =>
  seen.filter((one) => one.key === key).map(({ reconsumeTimes }) => reconsumeTimes);

const untilCount = (consuming: Consuming, count: number): Promise<void> =>
  consuming.until(`${count} deliveries`, (seen) => seen.length >= count);

/** Reads the dead letters of a group as an application would, in the language of the sender. */
async function deadLetters({ from, admin, named }: ScenarioWorld, group: string): Promise<Consuming> {
  const topic = dlqTopic(group);
  // A Java client looks for topics that it does not know only every half minute.
  while ((await admin.topics.route(topic)) === undefined) await new Promise((resolve) => setTimeout(resolve, 100));
  return from.consume({ group: named('readers'), topic });
}

export const retryScenarios: readonly Scenario[] = [
  {
    name: 'delivers a refused message again, each time with one more failure, as it was',
    pairs: everyPair,
    async run({ from, to, topic: create, named }) {
      const topic = await create('retry');
      const group = named('retry-group');
      const consuming = await to.consume({ group, topic, failTimes: 2 });
      const sent = await from.send({ topic, prefix: 'retry', count: COUNT, tags: ['A'], properties: { colour: 'grün' } });
      await untilCount(consuming, COUNT * 3);
      for (const { key, messageId } of sent) {
        expect(failuresOf(consuming.seen, key)).toEqual([0, 1, 2]);
        for (const one of consuming.seen.filter((other) => other.key === key)) {
          expect(one).toMatchObject({ messageId, topic, tags: 'A', body: key });
          expect(one.properties.colour).toBe('grün');
          if (one.reconsumeTimes > 0) expect(one.properties.RETRY_TOPIC).toBe(topic);
        }
      }
    },
  },
  {
    name: 'makes a dead letter of what fails more often than the consumer allows',
    pairs: everyPair,
    async run(world) {
      const { from, to, named } = world;
      const topic = await world.topic('limit');
      const group = named('limit-group');
      const consuming = await to.consume({ group, topic, failTimes: ALWAYS, maxReconsumeTimes: 1 });
      const sent = await from.send({ topic, prefix: 'limit', count: COUNT, tags: ['A'] });
      await untilCount(consuming, COUNT * 2);
      const letters = await deadLetters(world, group);
      await untilKeys(letters, keysOfSend('limit', COUNT));
      for (const { key, messageId } of sent) {
        expect(failuresOf(consuming.seen, key)).toEqual([0, 1]);
        const letter = letters.seen.find((one) => one.key === key);
        expect(letter).toMatchObject({ messageId, topic: dlqTopic(group), tags: 'A', body: key, reconsumeTimes: 2 });
        expect(letter?.properties.RETRY_TOPIC).toBe(topic);
      }
    },
  },
  {
    name: 'makes a dead letter at once when the listener says so',
    pairs: everyPair,
    async run(world) {
      const { from, to, named } = world;
      const topic = await world.topic('dead');
      const group = named('dead-group');
      const consuming = await to.consume({ group, topic, failTimes: ALWAYS, delayLevel: -1 });
      await from.send({ topic, prefix: 'dead', count: COUNT });
      const letters = await deadLetters(world, group);
      await untilKeys(letters, keysOfSend('dead', COUNT));
      expect(consuming.seen).toHaveLength(COUNT);
      expect(letters.seen.every(({ reconsumeTimes }) => reconsumeTimes === 1)).toBe(true);
    },
  },
  {
    name: 'waits at the level that the listener names',
    pairs: everyPair,
    async run({ from, to, topic: create, named }) {
      const topic = await create('level');
      const consuming = await to.consume({ group: named('level-group'), topic, failTimes: 1, delayLevel: 2 });
      await from.send({ topic, prefix: 'level' });
      await untilCount(consuming, 2);
      expect(consuming.seen[1]).toMatchObject({ key: 'level-0', reconsumeTimes: 1 });
      expect(consuming.seen[1]?.properties.DELAY).toBe('2');
    },
  },
  {
    name: 'keeps the limit of the group for a consumer that has none of its own',
    pairs: onlyOurs,
    async run(world) {
      const { from, to } = world;
      const topic = await world.topic('group-limit');
      const group = await world.group('group-limit-group', { retryMaxTimes: 1 });
      const consuming = await to.consume({ group, topic, failTimes: ALWAYS });
      await from.send({ topic, prefix: 'limit', count: COUNT });
      const letters = await deadLetters(world, group);
      await untilKeys(letters, keysOfSend('limit', COUNT));
      expect(consuming.seen).toHaveLength(COUNT * 2);
    },
  },
  {
    name: 'hands what one consumer refused to another that came after it',
    // The first is ours: a Java consumer that is stopped while it hands messages back loses some of them, on any broker.
    pairs: [{ from: 'java', to: 'ours' }, ...onlyOurs],
    async run({ from, to, topic: create, named }) {
      const topic = await create('heir');
      const group = named('heir-group');
      const first = await to.consume({ group, topic, failTimes: ALWAYS, delayLevel: 2 });
      await from.send({ topic, prefix: 'heir', count: COUNT });
      await untilCount(first, COUNT);
      // It ends when the messages are handed back.
      await first.stop();
      const second = await from.consume({ group, topic });
      // At its end the first may hand the same messages back as an offset that lags behind: they come twice then.
      await second.until('each once refused', (seen) => keysOfSend('heir', COUNT).every((key) => failuresOf(seen, key).includes(1)));
      expect(new Set(second.seen.map((one) => one.topic))).toEqual(new Set([topic]));
    },
  },
  {
    name: 'loses nothing in a group of both languages',
    pairs: mixed,
    async run({ from, party, topic: create, named }) {
      const topic = await create('mixed');
      const plan = { group: named('mixed-group'), topic, failTimes: 2 };
      const members = [await party('ours').consume(plan), await party('java').consume(plan)];
      // One after another until each of them has had some, as each will once it has its queues.
      for (let round = 0; members.some(({ seen }) => seen.length === 0); round += 1) {
        const keys = keysOfSend(`round-${round}`, 8);
        await from.send({ topic, prefix: `round-${round}`, count: 8 });
        const isSeen = () => keys.every((key) => members.some(({ seen }) => seen.some((one) => one.key === key)));
        await Promise.race(members.map((member) => member.until('a round', isSeen)));
      }
      await from.send({ topic, prefix: 'mixed', count: 40 });
      const consumed = (): boolean => {
        const twice = members.flatMap(({ seen }) => seen.filter(({ reconsumeTimes }) => reconsumeTimes === 2));
        const keys = new Set(twice.map(({ key }) => key));
        return keysOfSend('mixed', 40).every((key) => keys.has(key));
      };
      // The last delivery is seen by one of them.
      await Promise.race(members.map((member) => member.until('every message consumed by somebody', consumed)));
    },
  },
  {
    name: 'takes a delay that is in no table',
    pairs: onlyOurs,
    async run({ from, client, topic: create, named }) {
      const topic = await create('own-delay');
      const group = named('own-delay-group');
      const list = new WatchedList<ReceivedMessage>('the consumer with a delay of its own');
      const consumer = (await client()).pushConsumer({
        ...ourConsumerSettings,
        group,
        subscriptions: new Map([[topic, '*']]),
        consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET',
        onMessage: (message) => {
          list.add(message);
          return message.reconsumeTimes === 0 ? { retry: true, delayMs: 1500 } : undefined;
        },
      });
      await consumer.start();
      await from.send({ topic, prefix: 'own' });
      await list.until('the second delivery', (seen) => seen.length >= 2);
      expect(list.items[1]).toMatchObject({ topic, keys: ['own-0'], reconsumeTimes: 1, queue: { topic: retryTopic(group) } });
    },
  },
];
