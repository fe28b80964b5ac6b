import { acrossLanguages, eachAlone, everyPair, onlyOurs, type Scenario } from './frame.js';
import { eventually } from '../../../testing/eventually.js';
import type { Consuming, Party, Seen } from './party.js';
import { lagOf } from './lag.js';
import { keysOfSend, untilKeys } from './watched-list.js';

const shardingKeys = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight'];
const holdMs = 20;
/** Messages to a queue before somebody must have seen some. */
const perQueueMax = 3000;
/** A timer of Node may end a moment early. */
const timerErrorMs = 2;

/** What several consumers saw, queue by queue, in the order in which their listeners were called: all of them run on this host. */
function byQueue(consumers: readonly Consuming[]): readonly (readonly Seen[])[] {
  const queues = new Map<number, Seen[]>();
  for (const seen of consumers.flatMap((consuming) => consuming.seen))
    queues.set(seen.queueId, [...(queues.get(seen.queueId) ?? []), seen]);
  return [...queues.values()].map((seen) => seen.sort((a, b) => a.seenAtMs - b.seenAtMs || a.queueOffset - b.queueOffset));
}

/** No call for a queue begins before the one before has ended, and no message is seen for the first time behind a later one. */
function expectOrder(consumers: readonly Consuming[]): void {
  for (const seen of byQueue(consumers)) {
    let highest = -1;
    for (const [at, { key, queueOffset, seenAtMs }] of seen.entries()) {
      const before = seen[at - 1];
      if (before !== undefined) expect([key, seenAtMs - before.seenAtMs >= holdMs - timerErrorMs]).toEqual([key, true]);
      // A repetition of the last one is a hand-over that was not told of its end.
      expect([key, queueOffset >= highest]).toEqual([key, true]);
      highest = Math.max(highest, queueOffset);
    }
  }
}

export const orderedScenarios: readonly Scenario[] = [
  {
    name: 'waits at a message that fails, queue by queue',
    pairs: everyPair,
    async run({ from, to, topic: create, named }) {
      const topic = await create('orderly');
      await from.send({ topic, prefix: 'orderly', count: 16, shardingKeys });
      const consuming = await to.consume({ group: named('orderly-group'), topic, isOrderly: true, failTimes: 2, suspendMs: 50 });
      await consuming.until('three deliveries of each', (seen) => seen.length >= 48);
      for (const seen of byQueue([consuming])) {
        const offsets = [...new Set(seen.map(({ queueOffset }) => queueOffset))];
        expect(seen.map(({ queueOffset, reconsumeTimes }) => [queueOffset, reconsumeTimes])).toEqual(
          offsets.sort((a, b) => a - b).flatMap((offset) => [0, 1, 2].map((times) => [offset, times])),
        );
      }
    },
  },
  {
    name: 'makes a dead letter of a message that fails too often, and goes on',
    pairs: everyPair,
    async run({ from, to, topic: create, named, party }) {
      const topic = await create('poison');
      const group = named('poison-group');
      await from.send({ topic, prefix: 'poison', count: 3, queueId: 1 });
      const consuming = await to.consume({ group, topic, isOrderly: true, failTimes: 100, suspendMs: 50, maxReconsumeTimes: 1 });
      await untilKeys(consuming, keysOfSend('poison', 3));
      const letters = await party('ours').consume({ group: named('letters'), topic: `%DLQ%${group}` });
      await untilKeys(letters, keysOfSend('poison', 3));
      expect(consuming.seen.map(({ key, reconsumeTimes }) => `${key} ${reconsumeTimes}`)).toEqual(
        keysOfSend('poison', 3).flatMap((key) => [`${key} 0`, `${key} 1`]),
      );
      for (const letter of letters.seen) {
        expect(letter.reconsumeTimes).toBe(2);
        expect(letter.properties.RETRY_TOPIC).toBe(topic);
      }
    },
  },
  {
    name: 'keeps the locks of its queues while members of both languages come and go',
    pairs: acrossLanguages,
    async run({ from, to, topic: create, named, admin }) {
      const topic = await create('locks');
      const plan = { group: named('locks-group'), topic, isOrderly: true, holdMs };
      const queueIds = [0, 1, 2, 3];
      const all: Consuming[] = [];
      const distinct = () => new Set(all.flatMap((one) => one.seen.map(({ key }) => key)));
      let sent = 0;
      // Sends on, since those who have the queues now are quick; and waits, since a pile would take its time.
      const sendUntil = async (what: string, holds: () => boolean) => {
        for (const end = sent + perQueueMax; !holds(); sent += 5) {
          if (sent >= end) throw new Error(`not seen: ${what}`);
          await Promise.all(queueIds.map((queueId) => from.send({ topic, prefix: `locks-${queueId}`, count: 5, first: sent, queueId })));
          const enough = (sent - 5) * queueIds.length;
          await eventually(
            what,
            () => Promise.resolve(distinct().size),
            (count) => count >= enough,
            { pauseMs: 20 },
          );
        }
      };
      const member = async (party: Party, what: string) => {
        const consuming = await party.consume({ ...plan, instanceName: named('member') });
        all.push(consuming);
        await sendUntil(`messages at the ${what} member`, () => consuming.seen.length >= 10);
        return consuming;
      };
      const first = await member(from, 'first');
      await member(to, 'second');
      await member(to, 'third');
      // A Java consumer that stops interrupts its listener and gives its locks back at once.
      if (from.kind === 'java') await lagOf({ admin }, plan.group, topic, 0);
      await first.stop();
      const goal = sent + 20;
      await sendUntil('some more', () => sent >= goal);
      await eventually(
        'everything',
        () => Promise.resolve(distinct().size),
        (count) => count >= sent * queueIds.length,
      );
      expectOrder(all);
    },
  },
  {
    name: 'brings a broadcast to every member, once also when its listener fails',
    pairs: everyPair,
    async run({ from, to, topic: create, named }) {
      const topic = await create('broadcast');
      const plan = { group: named('broadcast-group'), topic, isBroadcasting: true };
      await from.send({ topic, prefix: 'early', count: 8 });
      const members = [
        await to.consume({ ...plan, instanceName: named('member') }),
        await from.consume({ ...plan, instanceName: named('member'), failTimes: 1 }),
      ];
      for (const member of members) await untilKeys(member, keysOfSend('early', 8));
      await from.send({ topic, prefix: 'late', count: 8 });
      for (const member of members) {
        await untilKeys(member, keysOfSend('late', 8));
        expect(member.seen.map(({ key }) => key).sort()).toEqual([...keysOfSend('early', 8), ...keysOfSend('late', 8)]);
        expect(new Set(member.seen.map(({ reconsumeTimes }) => reconsumeTimes))).toEqual(new Set([0]));
      }
    },
  },
  {
    name: 'goes on with a broadcast where its file of offsets says',
    pairs: eachAlone,
    async run({ from, to, topic: create, named }) {
      const topic = await create('offsets');
      const plan = { group: named('offsets-group'), topic, isBroadcasting: true, instanceName: named('stable') };
      const before = await to.consume(plan);
      await from.send({ topic, prefix: 'before', count: 8 });
      await untilKeys(before, keysOfSend('before', 8));
      await before.stop();
      await from.send({ topic, prefix: 'away', count: 8 });
      const after = await to.consume(plan);
      await untilKeys(after, keysOfSend('away', 8));
      // A Java consumer that ends does not keep the last offsets for certain.
      const allowed = to.kind === 'ours' ? keysOfSend('away', 8) : [...keysOfSend('away', 8), ...keysOfSend('before', 8)];
      expect(allowed).toEqual(expect.arrayContaining(after.seen.map(({ key }) => key)));
    },
  },
  {
    name: 'keeps the queues of a topic in strict order at the name server',
    pairs: onlyOurs,
    async run({ admin, topic: create }) {
      const topic = await create('strict');
      const queues = new Map([
        ['broker-a', 4],
        ['broker-b', 2],
      ]);
      expect(await admin.orderConf.get(topic)).toBeUndefined();
      await admin.orderConf.set(topic, queues);
      expect(await admin.orderConf.get(topic)).toEqual(queues);
      await admin.orderConf.delete(topic);
      expect(await admin.orderConf.get(topic)).toBeUndefined();
    },
  },
];
