import { jest } from '@jest/globals';
import { QueueLockTable } from '../../src/broker/locks/queue-lock-table.js';
import { SeededRandom } from '../../testing/index.js';
import { nothingFound } from './checkers.js';
import { QueueOrder } from './queue-order.js';
import { LOCK_LIFE_MS, StormRun } from './storm-run.js';
import { testFolder } from './test-folder.js';

const isLong = process.env.TEST_LONG === '1';
const events = isLong ? 200 : 40;
const cleanEvents = isLong ? 60 : 10;
const seed = Number(process.env.TEST_SEED ?? 1);

describe(`a storm of rebalances, seed ${seed}`, () => {
  const folder = testFolder('storm');
  let run: StormRun | undefined;

  afterEach(async () => {
    await run?.stop();
    run = undefined;
  });

  const begin = async (orderly: boolean, lockLifeMs?: number) => {
    const { compiled } = folder;
    const storm = await StormRun.start({ compiled, random: new SeededRandom(seed), orderly, ...(lockLifeMs && { lockLifeMs }) });
    run = storm;
    await storm.joinUntil(3);
    return { storm, load: storm.load() };
  };

  it.each([false, true])(
    'loses nothing while members come, go, die, freeze and pause (orderly: %s)',
    async (orderly) => {
      const { storm, load } = await begin(orderly);
      for (let count = 0; count < events; count += 1) {
        await storm.disturb(['join', 'leave', 'kill', 'freeze', 'pause']);
        await storm.calm(20);
      }
      await storm.drain();
      await load;
      await storm.settled();
      expect(storm.history.findings()).toEqual(nothingFound);
      if (orderly) expect(storm.order.findings()).toMatchObject({ overlaps: [], backward: [] });
    },
    isLong ? 1_800_000 : 300_000,
  );

  it.each([false, true])(
    'repeats at most what is in flight when members join and leave in peace, and nothing when they stay (orderly: %s)',
    async (orderly) => {
      // Apache's default: a member that a busy machine does not let run for a second or two does not lose its locks.
      const { storm, load } = await begin(orderly, 60_000);
      // On a busy machine it takes them a while to have shared the queues.
      let isQuiet = false;
      for (let windows = 0; windows < 10 && !isQuiet; windows += 1) {
        const seen = storm.history.duplicates;
        await storm.calm(200);
        isQuiet = windows > 0 && storm.history.duplicates === seen;
      }
      expect(isQuiet).toBe(true);
      const before = storm.order.count;
      const duplicatesBefore = storm.history.duplicates;
      for (let count = 0; count < cleanEvents; count += 1) {
        await storm.disturb(['join', 'leave']);
        await storm.calm(50);
      }
      await storm.drain();
      await load;
      await storm.settled();
      expect(storm.history.findings()).toEqual(nothingFound);
      const repeated = storm.history.duplicates - duplicatesBefore;
      // An orderly queue is handed over after its last call, whose outcome is committed before. Others are dropped with what their listeners hold.
      if (orderly) expect(storm.order.findings(before)).toEqual({ overlaps: [], backward: [], repeated: 0 });
      expect(repeated).toBeLessThanOrEqual(orderly ? 0 : storm.inFlightAtEvents());
    },
    isLong ? 900_000 : 300_000,
  );

  describe('with a member that freezes for longer than its locks live', () => {
    afterEach(() => jest.restoreAllMocks());

    const handOver = async (waitMaxMs: number, isBold = false) => {
      run = await StormRun.start({ compiled: folder.compiled, random: new SeededRandom(seed), orderly: true, isBold });
      const isShared = await run.handOver(waitMaxMs);
      const { overlaps, backward } = run.order.findings();
      return { isShared, isOrdered: overlaps.length === 0 && backward.length === 0, missing: run.history.missing };
    };

    it('gives its queues to another, and it goes on with none of them', async () => {
      expect(await handOver(30 * LOCK_LIFE_MS)).toEqual({ isShared: true, isOrdered: true, missing: 0 });
    }, 120_000);

    it('finds a broker whose locks never expire', async () => {
      jest.spyOn(QueueLockTable.prototype as unknown as { isLive: () => boolean }, 'isLive').mockReturnValue(true);
      expect(await handOver(2 * LOCK_LIFE_MS)).toMatchObject({ isShared: false });
    }, 120_000);

    it('finds a member that trusts locks that have expired', async () => {
      expect(await handOver(30 * LOCK_LIFE_MS, true)).toMatchObject({ isShared: true, isOrdered: false });
    }, 120_000);
  });
});

describe('the checker of order', () => {
  it('finds calls that overlap, messages that come too late, and repetitions', () => {
    const order = new QueueOrder();
    const call = (member: string, queueOffset: number, [beganAt, endedAt]: [number, number]) => {
      order.began(member, 0, queueOffset, beganAt);
      order.ended(member, 0, queueOffset, endedAt);
    };
    call('a', 0, [0, 10]);
    call('a', 1, [10, 30]);
    expect(order.findings()).toEqual({ overlaps: [], backward: [], repeated: 0 });
    call('b', 3, [29, 40]);
    call('b', 2, [40, 50]);
    call('b', 3, [50, 60]);
    expect(order.findings()).toEqual({ overlaps: ['0@3 by b during 0@1 by a'], backward: ['0@2 by b behind 3'], repeated: 1 });
  });

  it('counts what runs at once', () => {
    const order = new QueueOrder();
    for (const [queueId, beganAt, endedAt] of [
      [0, 0, 10],
      [1, 5, 15],
      [2, 8, 9],
      [3, 10, 12],
    ] as const) {
      order.began('a', queueId, 0, beganAt);
      order.ended('a', queueId, 0, endedAt);
    }
    expect([order.inFlightMax(0, 20), order.inFlightMax(9, 9), order.inFlightMax(11, 20), order.inFlightMax(16, 20)]).toEqual([3, 3, 2, 0]);
  });

  it('does not hold against a process what it finished after it was frozen', () => {
    const order = new QueueOrder();
    order.began('a', 0, 0, 0);
    order.halted('a', 5);
    order.began('b', 0, 0, 100);
    order.ended('b', 0, 0, 110);
    order.ended('a', 0, 0, 200);
    expect(order.findings()).toEqual({ overlaps: [], backward: [], repeated: 1 });
  });
});
