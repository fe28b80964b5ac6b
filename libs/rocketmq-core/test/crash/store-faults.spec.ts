import type { DiskOperation } from '../../testing/memory-file-system.js';
import { crashTimeoutMs, failEverywhere, flushes, isLong, liveThroughMany } from './crash-runs.js';
import type { Step } from './store-script.js';

describe('every operation failing in turn', () => {
  const once = ({ index }: DiskOperation, n: number) => index === n;
  const fromThenOn = ({ index }: DiskOperation, n: number) => index >= n;

  it.each(flushes)(
    'acknowledges nothing that is not there (%s)',
    async (flush) => {
      const scripts: Step[][] = [[...'ABRFAO'], [...'FAOAR']] as Step[][];
      for (const script of scripts) {
        for (const code of ['EIO', 'ENOSPC']) {
          expect(await failEverywhere(script, flush, { code, isDue: once })).toBeGreaterThan(20);
          expect(await failEverywhere(script, flush, { code, isDue: fromThenOn })).toBeGreaterThan(0);
        }
      }
    },
    crashTimeoutMs,
  );
});

describe('several lives', () => {
  it('keeps every promise through kills and power cuts in any order', () => liveThroughMany(1, isLong ? 200_000 : 3400), crashTimeoutMs);
});
