import { Apart, APART_TIMEOUT_MS, isLong, report } from '../crash/apart.js';
import type { tasks } from './damage-tasks.js';

const COUNT = isLong ? 10_000 : 1000;
const SEED = Number(process.env.TEST_SEED ?? Date.now() % 1_000_000);

const apart = new Apart<typeof tasks>('test/damage/damage-tasks.js');
beforeAll(() => apart.prepare());
afterAll(() => apart.dispose());

describe('a store of which the disk has changed something', () => {
  it(
    'is repaired, or refused with file and offset, or says what it cannot deliver; no wrong byte is delivered',
    async () => {
      const counts = await apart.run('damage', { from: SEED, count: COUNT });
      const lines = Object.entries(counts).map(([kind, outcomes]) => `${kind}: ${JSON.stringify(outcomes)}`);
      report(`${COUNT} damages from seed ${SEED} on\n  ${lines.sort().join('\n  ')}`);
      expect(Object.keys(counts).sort()).toEqual(
        ['abort', 'backup', 'checkpoint', 'commit log', 'consume queue', 'index', 'settings', 'system queue', 'timer'].sort(),
      );
    },
    APART_TIMEOUT_MS,
  );
});
