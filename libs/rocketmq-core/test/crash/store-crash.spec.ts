import { Apart, APART_TIMEOUT_MS, isLong, report } from './apart.js';
import { flushes } from './crash-runs.js';
import type { tasks } from './tasks.js';

const LENGTH_MAX = isLong ? 5 : 3;

const apart = new Apart<typeof tasks>('test/crash/tasks.js');
beforeAll(() => apart.prepare());
afterAll(() => apart.dispose());

describe('a power cut at every operation', () => {
  it.each(flushes)(
    'loses nothing acknowledged and invents nothing (%s)',
    async (flush) => {
      const { scripts, crashes } = await apart.run('cutScripts', { flush, lengthMax: LENGTH_MAX, isShared: !isLong });
      report(`${flush}: ${scripts} scripts of up to ${LENGTH_MAX} steps, ${crashes} crashes`);
      expect(scripts).toBeGreaterThan(isLong ? 19_000 : 200);
      expect(crashes).toBeGreaterThan(isLong ? 1_000_000 : 10_000);
    },
    APART_TIMEOUT_MS,
  );
});

describe('the harness itself', () => {
  it.each([
    ['a disk that does not sync', /lost|holes/],
    ['a folder that is not synced', /lost/],
    ['an answer that comes before the sync has ended', /lost|holes/],
    ['a flushed position that moves although the sync has failed', /lost|holes|was there/],
    ['a file of a queue that is skipped', /has no message|no entry|behind the end/],
    ['a tail that is not erased', /came back|twice|out of order|never sent|the message/],
  ] as const)('finds %s', async (name, complaint) => {
    expect(await apart.run('canary', { name })).toMatch(complaint);
  });
});
