import { messageOf } from '../../src/base/index.js';
import type { MessageStore } from '../../src/store/index.js';
import { crashPolicies, MemoryFileSystem, type DiskOperation } from '../../testing/memory-file-system.js';
import { SeededRandom } from '../../testing/seeded-random.js';
import {
  checkFound,
  consumeAll,
  copyOf,
  newHistory,
  settle,
  steps,
  StoreDriver,
  verifyAfterCrash,
  type Ending,
  type Flush,
  type History,
  type Setup,
  type Step,
} from './store-script.js';

export const flushes: readonly Flush[] = ['SYNC_FLUSH', 'ASYNC_FLUSH'];
export type MakeDisk = () => MemoryFileSystem;
type Fault = NonNullable<MemoryFileSystem['fault']>;

export function scriptsUpTo(length: number): Step[][] {
  if (length === 0) return [[]];
  const shorter = scriptsUpTo(length - 1);
  return [
    ...shorter,
    ...shorter.filter((script) => script.length === length - 1).flatMap((script) => steps.map((step) => [...script, step])),
  ];
}

interface Run {
  readonly files: MemoryFileSystem;
  readonly history: History;
  /** Operations that the script needed. */
  readonly operations: number;
}

/** Runs the script on a new disk with a fault of its own. */
async function runOn(files: MemoryFileSystem, script: readonly Step[], flush: Flush, fault: Fault): Promise<Run> {
  const history = newHistory();
  files.fault = fault;
  await new StoreDriver(files, { flush }, history).run(script);
  files.fault = undefined;
  return { files, history, operations: files.operationCount };
}

async function verifyEveryEnding({ files, history }: Run, setup: Setup, seed: number, what: string): Promise<void> {
  for (const policy of crashPolicies) {
    const ending: Ending = policy === 'everything' ? 'kill' : 'power cut';
    const disk = files.crash(policy, new SeededRandom(seed));
    await verifyImage({ disk, history, ending, what: `${setup.flush} ${what}, ${policy}` }, setup);
  }
}

/** A disk as a cut leaves it, and what was known by then. */
export interface Image {
  readonly disk: MemoryFileSystem;
  readonly history: History;
  readonly ending: Ending;
  readonly what: string;
}

/**
 * Cuts the power before every operation of the last step of the script and of what follows, in every way: the steps before it are those of a
 * shorter script. One run is enough, because each cut is made on a copy of the disk; copies that are the same are looked at once.
 * @returns the number of different crashes
 */
export async function cutEverywhere(
  script: readonly Step[],
  flush: Flush,
  makeDisk: MakeDisk = () => new MemoryFileSystem(),
): Promise<number> {
  const files = makeDisk();
  const history = newHistory();
  const images = new Map<string, Image>();
  let from = script.length === 0 ? 0 : Infinity;
  const takeImages = (operation: number): void => {
    if (operation < from) return;
    for (const [policyIndex, policy] of crashPolicies.entries()) {
      const disk = files.picture(policy, new SeededRandom(operation * crashPolicies.length + policyIndex + 1));
      const ending: Ending = policy === 'everything' ? 'kill' : 'power cut';
      const key = `${disk.digest()} ${ending} ${JSON.stringify(history)}`;
      const what = `${flush} ${script.join('')} cut before operation ${operation}, ${policy}`;
      if (!images.has(key)) images.set(key, { disk, history: copyOf(history), ending, what });
    }
  };
  files.fault = ({ index }) => void takeImages(index);
  const onStep = (index: number): void => void (index === script.length - 1 && (from = files.operationCount));
  await new StoreDriver(files, { flush }, history).run(script, { onStep, onEnd: consumeAll });
  takeImages(files.operationCount);
  for (const image of images.values()) await verifyImage(image, { flush });
  return images.size;
}

export async function verifyImage({ disk, history, ending, what }: Image, setup: Setup): Promise<void> {
  await verifyAfterCrash(disk, setup, ending, history).catch((error: unknown) => {
    throw new Error(`${what}: ${messageOf(error)}`, { cause: error });
  });
}

/** Makes every operation of the script fail in turn, once or from then on. @returns the number of runs */
export async function failEverywhere(
  script: readonly Step[],
  flush: Flush,
  { code, isDue }: { readonly code: string; readonly isDue: (operation: DiskOperation, n: number) => boolean },
  makeDisk: MakeDisk = () => new MemoryFileSystem(),
): Promise<number> {
  for (let n = 0; ; n += 1) {
    const run = await runOn(makeDisk(), script, flush, (operation) => (isDue(operation, n) ? code : undefined));
    await verifyEveryEnding(run, { flush }, n + 1, `${script.join('')} with ${code} at operation ${n}`);
    if (run.operations <= n) return n;
  }
}

export interface Living {
  readonly makeDisk?: MakeDisk;
  /** What its scripts are made of. */
  readonly pool?: readonly Step[];
}

const LIVES = 6;
/** Most scripts of a few steps need more operations than the first, some more than the second. */
const CUT_BEFORE = [40, 40, 120];

/** One store through several scripts, kills and power cuts, some of them during recovery. @returns how often it was stopped in the middle */
export async function liveThrough(seed: number, { makeDisk = () => new MemoryFileSystem(), pool = [...steps, 'E'] }: Living = {}) {
  const random = new SeededRandom(seed);
  const flush = flushes[random.below(2)] ?? 'SYNC_FLUSH';
  const history = newHistory();
  let files = makeDisk();
  let ending: Ending = 'kill';
  let crashes = 0;
  for (let life = 1; life <= LIVES; life += 1) {
    const isLast = life === LIVES;
    const script = isLast ? [] : Array.from({ length: 1 + random.below(6) }, () => pool[random.below(pool.length)] ?? 'A');
    const cut = isLast ? Infinity : random.below(CUT_BEFORE[random.below(CUT_BEFORE.length)] ?? 1);
    const disk = files;
    disk.fault = ({ index }) => void (index === cut && disk.halt());
    const onOpen = async (store: MessageStore) => {
      const found = await consumeAll(store).catch((error: unknown) => {
        if (disk.isHalted) return undefined;
        throw error;
      });
      if (found === undefined) return;
      checkFound(found, flush, ending, history);
      settle(history, found);
      ending = 'kill';
    };
    await new StoreDriver(disk, { flush }, history).run(script, { onOpen });
    disk.fault = undefined;
    if (disk.isHalted) crashes += 1;
    const policy = crashPolicies[random.below(crashPolicies.length)] ?? 'nothing';
    if (policy === 'everything') files = disk.restart();
    else {
      files = disk.crash(policy, random);
      ending = 'power cut';
    }
  }
  return crashes;
}
