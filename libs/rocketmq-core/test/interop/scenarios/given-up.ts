import type { ReceivedMessage } from '../../../src/client/index.js';
import { TRANS_CHECK_MAX_TIME_TOPIC } from '../../../src/protocol/index.js';
import { acrossLanguages, eachAlone, type Scenario, type ScenarioWorld } from './frame.js';
import { ourConsumerSettings } from './short-settings.js';
import { keysOf, untilKeys, WatchedList } from './watched-list.js';

/** How often these brokers ask about a transaction: `transactionCheckMax`. */
const CHECKS = 2;

/** Where the broker has put a message that it asks about no longer. */
async function givenUp({ client, named }: ScenarioWorld, wanted: string): Promise<ReceivedMessage> {
  const list = new WatchedList<ReceivedMessage>('transactions that were given up');
  const consumer = (await client()).pushConsumer({
    ...ourConsumerSettings,
    group: named('given-up-group'),
    consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET',
    subscriptions: new Map([[TRANS_CHECK_MAX_TIME_TOPIC, '*']]),
    onMessage: (message) => list.add(message),
  });
  await consumer.start();
  const isWanted = ({ keys }: ReceivedMessage) => keys.join(' ') === wanted;
  await list.until(wanted, (items) => items.some(isWanted));
  await consumer.shutdown();
  return list.items.find(isWanted)!;
}

/** For brokers that ask only twice. */
export const givenUpScenarios: readonly Scenario[] = [
  {
    name: 'asks again about a transaction that was given up, once it is told to',
    pairs: [...eachAlone, ...acrossLanguages],
    async run(world) {
      const { from, to, named } = world;
      const topic = await world.topic('resumed');
      const prefix = named('resumed');
      const key = `${prefix}-0`;
      const consuming = await to.consume({ group: named('resumed-group'), topic });
      const plan = { group: named('resumed-producers'), topic, prefix, count: 1, outcomes: ['unknown'] } as const;
      const transacting = await from.transact({ ...plan, checks: ['unknown', 'unknown', 'commit'] });
      const half = await givenUp(world, key);
      await transacting.until('every check', (checked) => checked.length >= CHECKS);
      expect(transacting.checked).toEqual(Array.from({ length: CHECKS }, () => key));
      expect([...keysOf(consuming)]).toEqual([]);
      await world.admin.transactions.resumeCheck(topic, half.offsetMessageId);
      await untilKeys(consuming, [key]);
      expect(consuming.seen[0]).toMatchObject({ topic, body: key });
      await transacting.until('one more check', (checked) => checked.length > CHECKS);
    },
  },
];
