import { jest } from '@jest/globals';
import { SeededRandom } from '../../testing/index.js';
import { nothingFound } from './checkers.js';
import { deadlyPoints } from './deadly-points.js';
import { testFolder } from './test-folder.js';
import { TransactionRun } from './transaction-run.js';

const LONG = process.env.TEST_LONG === '1';
const TRANSACTIONS = LONG ? 100_000 : 2000;
const ROUNDS = LONG ? 20 : 1;
const MINUTE_MS = 60_000;

/** Points that are reached once for each transaction, and points that are reached a few times a second. */
const brokerPoints = {
  often: ['a half is stored', 'a committed message is stored', 'a half is moved'],
  seldom: ['an op message is stored', 'offsets of groups are saved'],
};
const producerPoints = { often: ['a half is sent', 'the local transaction', 'the end is told', 'a check'], seldom: [] };

const TIMEOUT_MS = LONG ? 180 * MINUTE_MS : 5 * MINUTE_MS;
const limitMs = TIMEOUT_MS - MINUTE_MS;

jest.setTimeout(TIMEOUT_MS);

describe('kill -9 between the first half of a transaction and its end', () => {
  const folder = testFolder('transactions');
  const seed = Number(process.env.TEST_SEED ?? Date.now() % 1_000_000);
  const random = new SeededRandom(seed);

  it('delivers what was committed, nothing that was rolled back, and leaves nothing open', async () => {
    const points = { broker: deadlyPoints(brokerPoints, ROUNDS, random), producer: deadlyPoints(producerPoints, ROUNDS, random) };
    const run = new TransactionRun({
      ...{ compiled: folder.compiled, folder: await folder.of('run'), transactionCount: TRANSACTIONS, limitMs },
      brokerPoints: points.broker,
      producerPoints: points.producer,
    });
    await run.run();
    expect({ seed, faults: run.faults.slice(0, 20), findings: run.history.findings() }).toEqual({
      seed,
      faults: [],
      findings: nothingFound,
    });
    expect([...run.deaths].sort()).toEqual([...points.broker, ...points.producer].map(({ point }) => point).sort());
    expect(run.history.countOf('acknowledged')).toBeGreaterThan(TRANSACTIONS / 3);
    expect(run.asked).toBeGreaterThan(TRANSACTIONS / 3);
    const { duplicates } = run.history;
    console.info(
      `${run.executed} of ${run.begunCount} transactions, ${run.asked} questions, ${run.deaths.length} kills, ${duplicates} duplicates`,
    );
  });

  it('is a run that finds a commit that its listener denies', async () => {
    const options = {
      compiled: folder.compiled,
      folder: await folder.of('canary'),
      transactionCount: 100,
      brokerPoints: [],
      producerPoints: [],
      limitMs,
      forgetsOne: true,
    };
    const run = new TransactionRun(options);
    await run.run(1);
    expect({ faults: run.faults, ...run.history.findings() }).toEqual({ faults: [], ...nothingFound, lost: [run.forgotten] });
  });
});
