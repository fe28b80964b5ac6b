import { isCallRefused, ResponseCode } from '../../../src/client/index.js';
import { eachAlone, everyPair, type Scenario, type ScenarioWorld } from './frame.js';
import type { Consuming, Party } from './party.js';
import { keysOf, keysOfSend, untilKeys } from './watched-list.js';

/** One message for each set of properties, `prefix-0` and so on. */
async function sendEach(from: Party, topic: string, prefix: string, all: readonly Readonly<Record<string, string>>[]): Promise<void> {
  for (const [first, properties] of all.entries()) await from.send({ topic, prefix, first, properties, tags: ['T'] });
}

/** What is wanted came, and after it the last message of all: what was passed over in front of it will not come any more. */
async function expectOnly(consuming: Consuming, wanted: readonly string[]): Promise<void> {
  await untilKeys(consuming, wanted);
  expect([...keysOf(consuming)].sort()).toEqual([...wanted].sort());
}

/** One queue, so that the order of the messages is that of the sends. */
const oneQueue = { readQueueNums: 1, writeQueueNums: 1 };

const expressions: readonly (readonly [string, readonly number[]])[] = [
  ['size > 5 AND size <= 20', [1, 2]],
  ["NOT (colour = 'red') OR (colour IS NULL AND TAGS = 'T')", [1, 2, 3]],
  ["colour IN ('blue', 'green') AND colour NOT STARTSWITH 'g' OR note CONTAINS 'it''s'", [2, 3]],
  ['size BETWEEN 10 AND 20 OR size = 3', [0, 1, 2]],
];
const samples: readonly Readonly<Record<string, string>>[] = [
  { size: '3', colour: 'red' },
  { size: '10', colour: 'green' },
  { size: '20', colour: 'blue' },
  { note: "so it's" },
];

async function refusalOf({ to, topic: create, named }: ScenarioWorld, expression: string): Promise<unknown> {
  const topic = await create('filtered');
  return to.consume({ group: named('filtered-group'), topic, expression, filter: 'SQL92' }).then(
    () => 'accepted',
    (error: unknown) => error,
  );
}

export const filteringScenarios: readonly Scenario[] = [
  {
    name: 'delivers the tags that were subscribed, compared as texts',
    pairs: everyPair,
    async run({ from, to, topic: create, named }) {
      const topic = await create('tagged', oneQueue);
      // Aa and BB have the same hash.
      await from.send({ topic, prefix: 'tagged', count: 8, tags: ['Aa', 'BB', 'C', 'D'] });
      await from.send({ topic, prefix: 'last', tags: ['C'] });
      const consuming = await to.consume({ group: named('tagged-group'), topic, expression: ' Aa || C' });
      await expectOnly(consuming, ['tagged-0', 'tagged-2', 'tagged-4', 'tagged-6', 'last-0']);
    },
  },
  {
    name: 'filters by SQL92',
    pairs: everyPair,
    async run({ from, to, topic: create, named }) {
      const topic = await create('filtered', oneQueue);
      await sendEach(from, topic, 'sample', samples);
      await from.send({ topic, prefix: 'last', properties: { end: '1' } });
      for (const [expression, wanted] of expressions) {
        const plan = { group: named('filtered-group'), topic, filter: 'SQL92' } as const;
        const consuming = await to.consume({ ...plan, expression: `${expression} OR end = 1` });
        await expectOnly(consuming, [...wanted.map((number) => `sample-${number}`), 'last-0']);
        await consuming.stop();
      }
    },
  },
  {
    name: 'wakes a waiting SQL92 consumer for what it wants',
    pairs: everyPair,
    async run({ from, to, topic: create, named }) {
      const topic = await create('filtered', oneQueue);
      const consuming = await to.consume({ group: named('filtered-group'), topic, expression: 'n > 4', filter: 'SQL92' });
      await sendEach(from, topic, 'early', [{ n: '5' }]);
      await untilKeys(consuming, ['early-0']);
      await sendEach(from, topic, 'late', [{ n: '1' }, { n: '2' }, { m: '9' }, { n: 'five' }, { n: '9' }]);
      await expectOnly(consuming, ['early-0', 'late-4']);
    },
  },
  {
    name: 'passes over more messages than one pull looks at',
    pairs: eachAlone,
    async run({ from, to, topic: create, named }) {
      const topic = await create('filtered', oneQueue);
      await from.send({ topic, prefix: 'unwanted', count: 2000, properties: { wanted: 'no' }, mode: 'async' });
      await from.send({ topic, prefix: 'wanted', count: 3, properties: { wanted: 'yes' } });
      const consuming = await to.consume({ group: named('filtered-group'), topic, expression: "wanted = 'yes'", filter: 'SQL92' });
      await expectOnly(consuming, keysOfSend('wanted', 3));
    },
  },
  {
    name: 'brings back what an SQL92 consumer has refused',
    pairs: eachAlone,
    async run({ from, to, topic: create, named }) {
      const topic = await create('filtered', oneQueue);
      await sendEach(from, topic, 'refused', [{ n: '1' }, { n: '2' }]);
      const consuming = await to.consume({
        ...{ group: named('filtered-group'), topic, expression: 'n = 2', filter: 'SQL92' },
        failTimes: 1,
      });
      await consuming.until('the message again', (seen) => seen.some(({ reconsumeTimes }) => reconsumeTimes === 1));
      expect([...keysOf(consuming)]).toEqual(['refused-1']);
    },
  },
  {
    name: 'goes on filtering after the broker has restarted',
    pairs: eachAlone,
    restarts: true,
    async run({ from, to, topic: create, named, restartBroker }) {
      const topic = await create('filtered', oneQueue);
      const consuming = await to.consume({ group: named('filtered-group'), topic, expression: 'n = 1', filter: 'SQL92' });
      await sendEach(from, topic, 'before', [{ n: '1' }, { n: '2' }]);
      await untilKeys(consuming, ['before-0']);
      await restartBroker();
      await sendEach(from, topic, 'after', [{ n: '2' }, { n: '1' }]);
      await expectOnly(consuming, ['before-0', 'after-1']);
    },
  },
  {
    name: 'refuses the start of a consumer whose expression is none',
    pairs: eachAlone,
    async run(world) {
      const refusal = await refusalOf(world, 'size >');
      const code = isCallRefused(refusal) ? refusal.responseCode : Number(/CODE: (\d+)/.exec(String(refusal))?.[1]);
      expect(code).toBe(ResponseCode.SUBSCRIPTION_PARSE_FAILED);
    },
  },
];
