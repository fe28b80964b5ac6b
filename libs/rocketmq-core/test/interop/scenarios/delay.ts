import { acrossLanguages, everyPair, type Scenario } from './frame.js';
import type { Consuming, Seen, SendPlan } from './party.js';
import { keysOfSend, untilKeys } from './watched-list.js';

const prefixOf = (key: string) => key.slice(0, key.lastIndexOf('-'));

/** The broker's own clock says it: a delivered message is stored again, and when it was born the sender has noted. */
function expectNotEarly(seen: readonly Seen[], delaysMs: ReadonlyMap<string, number>): void {
  for (const { key, bornTimestamp, storeTimestamp } of seen) {
    expect(storeTimestamp - bornTimestamp).toBeGreaterThanOrEqual(delaysMs.get(prefixOf(key)) ?? NaN);
  }
}

const untilAll = (consuming: Consuming, prefixes: Iterable<string>, count: number) =>
  untilKeys(
    consuming,
    [...prefixes].flatMap((prefix) => keysOfSend(prefix, count)),
  );

/** Messages that are delivered later. */
export const delayScenarios: readonly Scenario[] = [
  {
    name: 'delivers after the delay of the level and keeps the message whole',
    pairs: everyPair,
    async run({ from, to, topic: create, named }) {
      const topic = await create('levels');
      const consuming = await to.consume({ group: named('levels-group'), topic });
      const common = { topic, count: 4, tags: ['A'], properties: { colour: 'grün' } };
      await from.send({ ...common, prefix: 'one', delayLevel: 1 });
      await from.send({ ...common, prefix: 'two', delayLevel: 2 });
      await untilAll(consuming, ['one', 'two'], 4);
      expect(consuming.seen).toHaveLength(8);
      expectNotEarly(
        consuming.seen,
        new Map([
          ['one', 1000],
          ['two', 2000],
        ]),
      );
      for (const { key, body, tags, topic: seenTopic, properties } of consuming.seen) {
        expect({ body, tags, topic: seenTopic, colour: properties.colour }).toEqual({ body: key, tags: 'A', topic, colour: 'grün' });
        expect(properties).toMatchObject({ REAL_TOPIC: topic, DELAY: prefixOf(key) === 'one' ? '1' : '2' });
      }
    },
  },
  {
    name: 'delivers at a time of its own, given in three ways',
    pairs: everyPair,
    async run({ from, to, topic: create, named }) {
      const topic = await create('timer');
      const consuming = await to.consume({ group: named('timer-group'), topic });
      let deliverAtMs = NaN;
      const ways: readonly (readonly [string, () => Partial<SendPlan>])[] = [
        ['sec', () => ({ delaySec: 2 })],
        ['ms', () => ({ delayMs: 2500 })],
        // The sender is at work by then, and on a busy machine too ahead of that time.
        ['at', () => ({ deliverAtMs: (deliverAtMs = Date.now() + 6000) })],
      ];
      for (const [prefix, way] of ways) {
        const sent = await from.send({ topic, count: 2, prefix, ...way() });
        for (const { recallHandle } of sent) expect(recallHandle).toMatch(/^djEg/);
      }
      await untilAll(
        consuming,
        ways.map(([prefix]) => prefix),
        2,
      );
      expect(consuming.seen).toHaveLength(6);
      for (const { key, bornTimestamp, storeTimestamp, properties } of consuming.seen) {
        const dueMs = { sec: bornTimestamp + 2000, ms: bornTimestamp + 2500, at: deliverAtMs }[prefixOf(key)] ?? NaN;
        expect(storeTimestamp).toBeGreaterThanOrEqual(dueMs);
        expect(properties).toMatchObject({ REAL_TOPIC: topic, TIMER_OUT_MS: expect.stringMatching(/^\d+000$/) as string });
      }
    },
  },
  {
    name: 'delivers what is due already at once, and refuses a delay that is too long',
    pairs: everyPair,
    async run({ from, to, topic: create, named }) {
      const topic = await create('edges');
      const consuming = await to.consume({ group: named('edges-group'), topic });
      await from.send({ topic, prefix: 'past', deliverAtMs: Date.now() - 10_000 });
      await untilKeys(consuming, keysOfSend('past', 1));
      expect(consuming.seen[0]?.properties.REAL_TOPIC).toBeUndefined();
      await expect(from.send({ topic, prefix: 'long', delaySec: 4 * 24 * 3600 })).rejects.toThrow(/timer message illegal|13/i);
    },
  },
  {
    name: 'takes a message back before its time',
    pairs: everyPair,
    async run({ from, to, topic: create, named }) {
      const topic = await create('recall');
      const consuming = await to.consume({ group: named('recall-group'), topic });
      await from.send({ topic, prefix: 'plain' });
      // Long enough for three calls of a sender that is at work.
      const deliverAtMs = Date.now() + 10_000;
      const [kept, recalled] = await from.send({ topic, prefix: 'maybe', count: 2, deliverAtMs });
      expect(await from.recall(topic, recalled?.recallHandle ?? '')).toBe(recalled?.messageId);
      // Due two ticks later: once they have come, the one taken back would have been there.
      await from.send({ topic, prefix: 'later', deliverAtMs: deliverAtMs + 2000 });
      await untilKeys(consuming, [kept?.key ?? '', 'later-0']);
      expect(consuming.seen.map(({ key }) => key)).not.toContain(recalled?.key);
    },
  },
  {
    name: 'delivers after a restart of the broker what waited through it',
    pairs: acrossLanguages,
    restarts: true,
    async run({ from, to, topic: create, named, restartBroker }) {
      const topic = await create('restart');
      await from.send({ topic, prefix: 'level', count: 5, delayLevel: 2 });
      await from.send({ topic, prefix: 'timer', count: 5, delaySec: 3 });
      await from.send({ topic, prefix: 'late', count: 5, delaySec: 20 });
      await restartBroker();
      const consuming = await to.consume({ group: named('restart-group'), topic });
      await untilAll(consuming, ['level', 'timer', 'late'], 5);
      expectNotEarly(
        consuming.seen,
        new Map([
          ['level', 2000],
          ['timer', 3000],
          ['late', 20_000],
        ]),
      );
    },
  },
];
