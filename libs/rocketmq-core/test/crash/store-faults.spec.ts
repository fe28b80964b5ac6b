import { Apart, APART_TIMEOUT_MS, isLong, report } from './apart.js';
import { flushes } from './crash-runs.js';
import type { tasks } from './tasks.js';

const CRASHES_MIN = isLong ? 1_000_000 : 20_000;
const FAULTS = isLong ? 'all' : 300;
const SEED = Number(process.env.TEST_SEED ?? Date.now() % 1_000_000);

const apart = new Apart<typeof tasks>('test/crash/tasks.js');
beforeAll(() => apart.prepare());
afterAll(() => apart.dispose());

describe('every operation failing in turn', () => {
  it.each(flushes)(
    'acknowledges nothing that is not there (%s)',
    async (flush) => {
      const counts = await apart.run('failEverywhere', { flush });
      expect(counts).toHaveLength(8);
      expect(Math.min(...counts)).toBeGreaterThan(20);
    },
    APART_TIMEOUT_MS,
  );

  it(
    'loses nothing acknowledged of 2 000 messages, counts nothing that was refused, and stops for good after a sync that failed',
    async () => {
      const { runs, due, messages, operations } = await apart
        .run('failInLongScript', { count: FAULTS, seed: SEED })
        .catch((error: unknown) => {
          throw new Error(`seed ${SEED}`, { cause: error });
        });
      report(`${runs} runs of ${messages} messages in ${operations} operations, ${due} of them with a fault (seed ${SEED})`);
      expect(messages).toBeGreaterThanOrEqual(2000);
      expect(runs).toBeGreaterThanOrEqual(isLong ? 10_000 : 300);
      // Behind the last write there is none that could be short.
      expect(due).toBeGreaterThan(runs * 0.98);
    },
    APART_TIMEOUT_MS,
  );
});

describe('several lives', () => {
  it(
    'keeps every promise through kills and power cuts in any order',
    async () => {
      const { crashes, seeds } = await apart.run('live', { crashesMin: CRASHES_MIN });
      report(`${crashes} crashes, seeds 1 to ${seeds}`);
      expect(crashes).toBeGreaterThanOrEqual(CRASHES_MIN);
    },
    APART_TIMEOUT_MS,
  );
});
