import { jest } from '@jest/globals';
import { SeededRandom } from '../../testing/index.js';
import { nothingFound } from './checkers.js';
import { deadlyPoints } from './deadly-points.js';
import { testFolder } from './test-folder.js';
import { RetryRun } from './retry-run.js';

const LONG = process.env.TEST_LONG === '1';
const MESSAGES = LONG ? 100_000 : 2000;
const ROUNDS = LONG ? 5 : 1;
const MINUTE_MS = 60_000;

/** Points that are reached once for each message, and points that are reached a few times a second. */
const brokerPoints = {
  often: ['a retry is stored', 'a retry is delivered', 'a dead letter is stored'],
  seldom: ['offsets of levels are saved', 'offsets of groups are saved'],
};
const consumerPoints = { often: ['a message is sent back'], seldom: ['an offset is committed'], points: ['in the listener'] };

const TIMEOUT_MS = LONG ? 180 * MINUTE_MS : 5 * MINUTE_MS;
const limitMs = TIMEOUT_MS - MINUTE_MS;

jest.setTimeout(TIMEOUT_MS);

describe('kill -9 between a failure and the dead letter', () => {
  const folder = testFolder('retries');
  const seed = Number(process.env.TEST_SEED ?? Date.now() % 1_000_000);
  const random = new SeededRandom(seed);

  it('loses no message, changes none, and counts its failures right', async () => {
    const points = { broker: deadlyPoints(brokerPoints, ROUNDS, random), consumer: deadlyPoints(consumerPoints, ROUNDS, random) };
    const run = new RetryRun({
      ...{ compiled: folder.compiled, storePathRootDir: await folder.of('store'), random, messageCount: MESSAGES, limitMs },
      brokerPoints: points.broker,
      consumerPoints: points.consumer,
    });
    await run.run();
    expect({ seed, faults: run.faults.slice(0, 20), findings: run.history.findings() }).toEqual({
      seed,
      faults: [],
      findings: nothingFound,
    });
    expect([...run.deaths].sort()).toEqual([...points.broker, ...points.consumer].map(({ point }) => point).sort());
    expect(run.history.countOf('acknowledged')).toBeGreaterThanOrEqual(MESSAGES);
    const { sentCount, duplicates } = run.history;
    expect(duplicates).toBeLessThanOrEqual(run.duplicatesMax);
    console.info(
      `${sentCount} sent, ${run.history.countOf('acknowledged')} acknowledged, ${run.deaths.length} kills, ${duplicates} duplicates of ${run.duplicatesMax}`,
    );
  });

  it('is a run that finds a message that is passed and kept by nobody', async () => {
    const run = new RetryRun({
      ...{ compiled: folder.compiled, storePathRootDir: await folder.of('canary'), random, messageCount: 100, limitMs },
      ...{ brokerPoints: [], consumerPoints: [], forgottenKey: 'm-7' },
    });
    await run.run(1);
    expect({ faults: run.faults, ...run.history.findings() }).toEqual({ faults: [], ...nothingFound, lost: ['m-7'] });
  });
});
