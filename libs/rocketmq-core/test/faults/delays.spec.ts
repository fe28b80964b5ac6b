import { jest } from '@jest/globals';
import { SeededRandom } from '../../testing/index.js';
import { nothingFound } from './checkers.js';
import { deadlyPoints } from './deadly-points.js';
import { testFolder } from './test-folder.js';
import { DelayRun } from './delay-run.js';

const LONG = process.env.TEST_LONG === '1';
const MESSAGES = LONG ? 100_000 : 2000;
const ROUNDS = LONG ? 5 : 1;
const MINUTE_MS = 60_000;
/** What a message waits for goes by its number; of eight these wait for a level. */
const KINDS = 8;
const LEVEL_KINDS = [0, 2];

const brokerPoints = {
  often: ['a message waits for its level', 'a message waits in the timer', 'a message is due'],
  seldom: [
    'a recall is stored',
    'units are written',
    'a tick is cleared',
    'the timer log is synced',
    'the wheel is written',
    'the checkpoint is written',
    'offsets of levels are saved',
  ],
};
const producerPoints = { often: ['a message is sent'], seldom: ['a recall is sent'] };
const consumerPoints = { often: ['a message is told'], seldom: ['an offset is committed'] };

const TIMEOUT_MS = LONG ? 180 * MINUTE_MS : 5 * MINUTE_MS;
const limitMs = TIMEOUT_MS - MINUTE_MS;

jest.setTimeout(TIMEOUT_MS);

describe('kill -9 while messages wait for their time', () => {
  const folder = testFolder('delays');
  const seed = Number(process.env.TEST_SEED ?? Date.now() % 1_000_000);
  const random = new SeededRandom(seed);

  it('loses no message, delivers none early, and none that is taken back', async () => {
    const points = {
      brokerPoints: deadlyPoints(brokerPoints, ROUNDS, random),
      producerPoints: deadlyPoints(producerPoints, ROUNDS, random),
      consumerPoints: deadlyPoints(consumerPoints, ROUNDS, random),
    };
    const run = new DelayRun({ compiled: folder.compiled, folder: await folder.of('run'), messageCount: MESSAGES, limitMs, ...points });
    await run.run();
    const { history, times, recalled, deaths, faults } = run;
    expect({ seed, faults: faults.slice(0, 20), findings: history.findings(), early: times.early() }).toEqual({
      ...{ seed, faults: [], early: [] },
      findings: nothingFound,
    });
    expect([...deaths].sort()).toEqual(
      Object.values(points)
        .flat()
        .map(({ point }) => point)
        .sort(),
    );
    expect(history.countOf('acknowledged')).toBeGreaterThanOrEqual(MESSAGES);
    expect(recalled.length).toBeGreaterThan(MESSAGES / 20);
    const { sentCount, duplicates } = history;
    console.info(
      `${sentCount} sent, ${recalled.length} recalled, ${deaths.length} kills, ${duplicates} duplicates, latest ${times.latestMs()} ms`,
    );
  });

  it('is a run that finds what is early, what comes although it is taken back, and what never comes', async () => {
    const none = { brokerPoints: [], producerPoints: [], consumerPoints: [] };
    const options = { compiled: folder.compiled, folder: await folder.of('canary'), messageCount: 100, limitMs, ...none };
    const run = new DelayRun({ ...options, forgetsOne: true, isHasty: true });
    await run.run(1);
    const { history, times, recalled, forgotten, faults } = run;
    const early = times.early().map((key) => (LEVEL_KINDS.includes(Number(key) % KINDS) ? 'by level' : 'by time'));
    expect({ faults, ...history.findings() }).toEqual({
      ...{ faults: [], ...nothingFound },
      lost: [forgotten],
      undead: recalled.sort((a, b) => Number(a) - Number(b)).slice(0, 20),
    });
    expect(new Set(early)).toEqual(new Set(['by level', 'by time']));
  });
});
