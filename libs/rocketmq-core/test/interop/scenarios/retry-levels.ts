import type { ReceivedMessage } from '../../../src/client/index.js';
import { everyPair, type Scenario } from './frame.js';
import { ourConsumerSettings } from './short-settings.js';
import { keysOfSend, WatchedList } from './watched-list.js';

const COUNT = 4;
/** Between no delay and level 1, which is a second. */
const delayMs = 300;

/** For brokers without a timer. Only our client delays a retry by a time of its own. */
export const retryLevelScenarios: readonly Scenario[] = [
  {
    name: 'takes the next longer level for a delay that the broker has no timer for, and tells it once',
    pairs: everyPair.filter(({ to }) => to === 'ours'),
    async run({ from, named, topic: create, client }) {
      const topic = await create('levels');
      const logged: string[] = [];
      const seen = new WatchedList<ReceivedMessage>('deliveries');
      const consumer = (await client({ logger: { log: (_, message) => void logged.push(message) } })).pushConsumer({
        ...ourConsumerSettings,
        group: named('levels-group'),
        consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET',
        subscriptions: new Map([[topic, '*']]),
        onMessage: (message) => {
          seen.add(message);
          return message.reconsumeTimes === 0 ? { retry: true, delayMs } : undefined;
        },
      });
      await consumer.start();
      await from.send({ topic, prefix: 'level', count: COUNT, tags: ['A'] });
      await seen.until('all of them again', (items) => items.filter(({ reconsumeTimes }) => reconsumeTimes === 1).length >= COUNT);
      const again = seen.items.filter(({ reconsumeTimes }) => reconsumeTimes === 1);
      expect(again.map(({ keys }) => keys.join(' ')).sort()).toEqual(keysOfSend('level', COUNT));
      for (const { topic: seenTopic, tags, properties } of again) {
        expect([seenTopic, tags, properties.get('DELAY')]).toEqual([topic, 'A', '1']);
        expect([...properties.keys()].filter((name) => name.startsWith('TIMER_'))).toEqual([]);
      }
      const told = logged.filter((message) => message.startsWith('the broker takes no timer for a retry'));
      expect(told).toHaveLength(1);
      await consumer.shutdown();
    },
  },
];
