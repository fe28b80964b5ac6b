import { everyPair, type Scenario } from './frame.js';
import { keysOfSend, untilKeys } from './watched-list.js';

/** What every client does first; also the models of how a scenario is written. */
export const plainScenarios: readonly Scenario[] = [
  {
    name: 'carries messages with tags, keys and properties',
    pairs: everyPair,
    async run({ from, to, topic: create, named }) {
      const topic = await create('plain');
      const common = { topic, tags: ['A', 'B'], properties: { colour: 'grün' } };
      const sent = [
        ...(await from.send({ ...common, prefix: 'sync', count: 5 })),
        ...(await from.send({ ...common, prefix: 'async', count: 5, mode: 'async' })),
      ];
      await from.send({ ...common, prefix: 'batch', count: 5, mode: 'batch' });
      await from.send({ ...common, prefix: 'oneway', count: 5, mode: 'oneway' });
      const consuming = await to.consume({ group: named('plain-group'), topic });
      await untilKeys(
        consuming,
        ['sync', 'async', 'batch', 'oneway'].flatMap((prefix) => keysOfSend(prefix, 5)),
      );
      expect(consuming.seen).toHaveLength(20);
      for (const { key, messageId, queueId, queueOffset } of sent) {
        expect(consuming.seen.find((one) => one.key === key)).toMatchObject({ messageId, queueId, queueOffset, topic, body: key });
      }
      for (const { key, tags, properties, reconsumeTimes } of consuming.seen) {
        expect(tags).toBe(Number(key.split('-')[1]) % 2 === 0 ? 'A' : 'B');
        expect(properties.colour).toBe('grün');
        expect(reconsumeTimes).toBe(0);
      }
    },
  },
  {
    name: 'keeps the messages of a sharding key in one queue, in order',
    pairs: everyPair,
    async run({ from, to, topic: create, named }) {
      const topic = await create('sharded');
      const keys = ['one', 'two', 'three', 'four', 'five'];
      const sent = await from.send({ topic, prefix: 'sharded', count: 25, shardingKeys: keys });
      const consuming = await to.consume({ group: named('sharded-group'), topic, concurrency: 1 });
      await untilKeys(consuming, keysOfSend('sharded', 25));
      for (const [at, shardingKey] of keys.entries()) {
        const own = sent.filter((_, number) => number % keys.length === at);
        expect(new Set(own.map(({ queueId }) => queueId)).size).toBe(1);
        const seen = consuming.seen.filter(({ key }) => own.some((one) => one.key === key));
        const offsets = seen.map(({ queueOffset }) => queueOffset);
        expect(offsets).toEqual([...offsets].sort((a, b) => a - b));
        expect(seen.map(({ properties }) => properties.__SHARDINGKEY)).toEqual(own.map(() => shardingKey));
      }
    },
  },
];
