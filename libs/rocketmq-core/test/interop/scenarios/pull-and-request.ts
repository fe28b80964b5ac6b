import { acrossLanguages, eachAlone, everyPair, onlyOurs, type Scenario, type ScenarioWorld } from './frame.js';
import { lagOf } from './lag.js';
import type { LitePulling, Seen } from './party.js';
import { keysOfSend } from './watched-list.js';

const keysOf = (seen: readonly Seen[]): string[] => seen.map(({ key }) => key).sort();
const sorted = (keys: Iterable<string>): string[] => [...keys].sort();

/** Until nothing has come for as long as one poll waits. */
async function drain(pulling: LitePulling): Promise<readonly Seen[]> {
  const seen: Seen[] = [];
  for (let lot = await pulling.poll(); lot.length > 0; lot = await pulling.poll()) seen.push(...lot);
  return seen;
}

/**
 * Java's client commits in its memory and tells the broker one-way: each second, and when it stops. The broker takes both with many threads, so that
 * of a stop right behind an older second the older offset may stay. Who waits until the commit is there stops with nothing new to tell.
 */
async function commitAndStop(
  pulling: LitePulling,
  world: Pick<ScenarioWorld, 'admin'>,
  place: { group: string; topic: string; lag: number },
) {
  await pulling.commit();
  await lagOf(world, place.group, place.topic, place.lag);
  await pulling.stop();
}

export const pullAndRequestScenarios: readonly Scenario[] = [
  {
    name: 'brings the reply to the one who asked',
    pairs: everyPair,
    async run({ from, to, topic: create, named }) {
      const topic = await create('ask');
      await to.consume({ group: named('answering'), topic, replies: true });
      const replies = await Promise.all(['one', 'two', 'three'].map((prefix) => from.request(topic, prefix)));
      expect(replies.map(({ body }) => body)).toEqual(['re: one-0', 're: two-0', 're: three-0']);
      for (const { properties } of replies) {
        expect(properties.MSG_TYPE).toBe('reply');
        expect(properties.CORRELATION_ID).not.toBe('');
        expect(Number(properties.PUSH_REPLY_TIME)).toBeGreaterThan(0);
        expect(Number(properties.ARRIVE_TIME)).toBeGreaterThan(0);
      }
    },
  },
  {
    name: 'fails a request that nobody answers',
    pairs: eachAlone,
    async run({ from, to, topic: create, named }) {
      const topic = await create('ask-in-vain');
      await to.consume({ group: named('silent'), topic });
      await expect(from.request(topic, 'in-vain', 2000)).rejects.toThrow();
    },
  },
  {
    name: 'pulls a subscribed topic and goes on where it committed',
    pairs: everyPair,
    async run({ from, to, topic: create, named, admin }) {
      const topic = await create('lite');
      const group = named('lite-group');
      await from.send({ topic, prefix: 'before', count: 40 });
      const first = await to.litePull({ group, topic });
      expect(keysOf(await first.pollAll(40))).toEqual(sorted(keysOfSend('before', 40)));
      await commitAndStop(first, { admin }, { group, topic, lag: 0 });
      await from.send({ topic, prefix: 'after', count: 8 });
      const second = await to.litePull({ group, topic });
      expect(keysOf(await second.pollAll(8))).toEqual(sorted(keysOfSend('after', 8)));
    },
  },
  {
    name: 'pulls the messages of one tag',
    pairs: eachAlone,
    async run({ from, to, topic: create, named }) {
      const topic = await create('lite-tags');
      await from.send({ topic, prefix: 'tagged', count: 20, tags: ['A', 'B'] });
      const pulling = await to.litePull({ group: named('lite-tag-group'), topic, expression: 'B' });
      const seen = await pulling.pollAll(10);
      expect(new Set(seen.map(({ tags }) => tags))).toEqual(new Set(['B']));
      expect(await drain(pulling)).toEqual([]);
    },
  },
  {
    name: 'hands the place of a group over to the other language',
    pairs: acrossLanguages,
    async run({ from, to, topic: create, named, admin }) {
      const topic = await create('lite-handover', { readQueueNums: 1, writeQueueNums: 1 });
      const group = named('lite-handover-group');
      await from.send({ topic, prefix: 'handed', count: 30 });
      const first = await from.litePull({ group, topic, assign: [0], autoCommit: false });
      const begun = await first.pollAll(1);
      await commitAndStop(first, { admin }, { group, topic, lag: 30 - begun.length });
      const second = await to.litePull({ group, topic, assign: [0], autoCommit: false });
      const rest = await second.pollAll(30 - begun.length);
      expect([...begun, ...rest].map(({ key }) => key)).toEqual(keysOfSend('handed', 30));
    },
  },
  {
    name: 'shares the queues of a topic with the other language',
    pairs: acrossLanguages,
    async run({ from, to, topic: create, named, admin, brokerAddress }) {
      const topic = await create('lite-shared');
      const group = named('lite-shared-group');
      const members = [await from.litePull({ group, topic }), await to.litePull({ group, topic })];
      // Until both have come and shared; what each has then is its half.
      let halves: readonly ReadonlySet<number>[] = [];
      const isShared = () => halves.every(({ size }) => size === 2) && new Set(halves.flatMap((half) => [...half])).size === 4;
      for (let round = 0; !isShared(); round += 1) {
        if (round > 30) throw new Error(`not shared: ${JSON.stringify(halves.map((half) => [...half]))}`);
        await from.send({ topic, prefix: `round-${round}`, count: 8 });
        const seen: ReadonlySet<number>[] = [];
        for (const member of members) seen.push(new Set((await drain(member)).map(({ queueId }) => queueId)));
        halves = seen;
      }
      const online = await admin.groups.connections(group, brokerAddress);
      expect([online?.connectionSet.length, online?.consumeType]).toEqual([2, 'CONSUME_ACTIVELY']);
    },
  },
  {
    name: 'goes where it is told in assigned queues',
    pairs: eachAlone,
    async run({ from, to, topic: create, named }) {
      const topic = await create('lite-assigned', { readQueueNums: 2, writeQueueNums: 2 });
      await from.send({ topic, prefix: 'zero', count: 12, queueId: 0 });
      await from.send({ topic, prefix: 'one', count: 3, queueId: 1 });
      const pulling = await to.litePull({ group: named('lite-assigned-group'), topic, assign: [0], autoCommit: false });
      expect(await pulling.queues()).toEqual([0, 1]);
      expect((await pulling.pollAll(12)).map(({ key }) => key)).toEqual(keysOfSend('zero', 12));
      await pulling.seek(0, 9);
      expect((await pulling.pollAll(3)).map(({ queueOffset }) => queueOffset)).toEqual([9, 10, 11]);
      await pulling.commit();
      expect(await pulling.committed(0)).toBe(12);
      await pulling.seek(0, 'begin');
      expect((await pulling.pollAll(12))[0]).toMatchObject({ queueOffset: 0, key: 'zero-0' });
      await pulling.seek(0, 'end');
      await from.send({ topic, prefix: 'last', count: 1, queueId: 0 });
      expect((await pulling.pollAll(1)).map(({ key }) => key)).toEqual(['last-0']);
      expect(await pulling.offsetForTimestamp(0, 0)).toBe(0);
      await expect(pulling.seek(0, 99)).rejects.toThrow();
    },
  },
  {
    // The Java client hands out what a pull that was under way brings after the pause.
    name: 'gives nothing of a paused queue',
    pairs: onlyOurs,
    async run({ from, to, topic: create, named }) {
      const topic = await create('lite-paused', { readQueueNums: 2, writeQueueNums: 2 });
      const pulling = await to.litePull({ group: named('lite-paused-group'), topic, assign: [0, 1] });
      await pulling.poll(100);
      await pulling.pause([0]);
      await from.send({ topic, prefix: 'held', count: 2, queueId: 0 });
      await from.send({ topic, prefix: 'free', count: 2, queueId: 1 });
      expect((await pulling.pollAll(2)).map(({ key }) => key)).toEqual(['free-0', 'free-1']);
      expect(await pulling.poll(300)).toEqual([]);
      await pulling.resume([0]);
      expect((await pulling.pollAll(2)).map(({ key }) => key)).toEqual(['held-0', 'held-1']);
    },
  },
];
