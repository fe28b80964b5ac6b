import { messageOf } from '../../src/base/index.js';
import type { DiskOperation } from '../../testing/memory-file-system.js';
import { SeededRandom } from '../../testing/seeded-random.js';
import { canaries } from './canaries.js';
import { cutEverywhere, failEverywhere, flushes, liveThrough, scriptsUpTo } from './crash-runs.js';
import { allFaults, failInLongScript, operationsOf, someFaults, type PlannedFault } from './long-script.js';
import type { Flush, Step } from './store-script.js';

type Progress = (line: string) => void;

/** Runs between two lines of progress. */
const RUNS_PER_LINE = 1000;

/** What the specs have done in a process of its own; see `runApart`. Everything that goes in and out is JSON. */
export const tasks = {
  /** Every script up to a length, cut everywhere. `isShared`: both ways to flush take every script up to two steps, and each half of the longer ones. */
  async cutScripts({ flush, lengthMax, isShared }: { flush: Flush; lengthMax: number; isShared: boolean }, progress: Progress) {
    const share = flushes.indexOf(flush);
    const scripts = scriptsUpTo(lengthMax).filter((script, number) => !isShared || script.length < 3 || number % flushes.length === share);
    let crashes = 0;
    for (const [number, script] of scripts.entries()) {
      crashes += await cutEverywhere(script, flush);
      if ((number + 1) % RUNS_PER_LINE === 0) progress(`${flush}: ${number + 1} of ${scripts.length} scripts, ${crashes} crashes`);
    }
    return { scripts: scripts.length, crashes };
  },

  /** Lives by seeds from 1 on until there were that many crashes. */
  async live({ crashesMin }: { crashesMin: number }, progress: Progress) {
    let crashes = 0;
    let seed = 0;
    while (crashes < crashesMin) {
      seed += 1;
      crashes += await liveThrough(seed).catch((error: unknown) => {
        throw new Error(`seed ${seed}: ${messageOf(error)}`, { cause: error });
      });
      if (seed % (10 * RUNS_PER_LINE) === 0) progress(`${crashes} of ${crashesMin} crashes, seed ${seed}`);
    }
    return { crashes, seeds: seed };
  },

  /** Two short scripts, in which every operation fails. */
  async failEverywhere({ flush }: { flush: Flush }) {
    const once = ({ index }: DiskOperation, n: number) => index === n;
    const fromThenOn = ({ index }: DiskOperation, n: number) => index >= n;
    const counts: number[] = [];
    for (const script of ['ABRFAO', 'FAOAR']) {
      for (const code of ['EIO', 'ENOSPC']) {
        for (const isDue of [once, fromThenOn]) counts.push(await failEverywhere([...script] as Step[], flush, { code, isDue }));
      }
    }
    return counts;
  },

  /** Faults in a script of 2 000 messages; all of them when no number is given. */
  async failInLongScript({ count, seed }: { count: number | 'all'; seed: number }, progress: Progress) {
    const { messages, operations } = await operationsOf('SYNC_FLUSH');
    const plans: Iterable<PlannedFault> | AsyncIterable<PlannedFault> =
      count === 'all' ? allFaults() : await someFaults(count, new SeededRandom(seed));
    let runs = 0;
    let due = 0;
    for await (const plan of plans) {
      runs += 1;
      if (await failInLongScript(plan)) due += 1;
      if (runs % RUNS_PER_LINE === 0) progress(`${runs} faults, now ${plan.flush} operation ${plan.position}`);
    }
    return { runs, due, messages, operations };
  },

  /** @returns what the run has found; undefined when it has found nothing */
  canary({ name }: { name: keyof typeof canaries }): Promise<string | undefined> {
    return canaries[name]().then(() => undefined, messageOf);
  },
};
