import { messageOf } from '../../src/base/index.js';
import { crashPolicies, MemoryFileSystem, type DiskOperation } from '../../testing/memory-file-system.js';
import { SeededRandom } from '../../testing/seeded-random.js';
import {
  checkFound,
  consumeAll,
  settle,
  steps,
  StoreDriver,
  verifyAfterCrash,
  type Ending,
  type Flush,
  type History,
  type Step,
} from './store-script.js';

export const isLong = process.env['TEST_LONG'] === '1';
export const crashTimeoutMs = 6 * 3_600_000;
export const flushes: readonly Flush[] = ['SYNC_FLUSH', 'ASYNC_FLUSH'];
type MakeDisk = () => MemoryFileSystem;
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
  const history: History = [];
  files.fault = fault;
  await new StoreDriver(files, flush, history).run(script);
  files.fault = undefined;
  return { files, history, operations: files.operationCount };
}

async function verifyEveryEnding({ files, history }: Run, flush: Flush, seed: number, what: string): Promise<void> {
  for (const policy of crashPolicies) {
    const ending: Ending = policy === 'everything' ? 'kill' : 'power cut';
    await verifyAfterCrash(files.crash(policy, new SeededRandom(seed)), flush, ending, history).catch((error: unknown) => {
      throw new Error(`${flush} ${what}, ${policy}: ${messageOf(error)}`, { cause: error });
    });
  }
}

/** Cuts the power before every operation of the script, in every way. @returns the number of crashes */
export async function cutEverywhere(
  script: readonly Step[],
  flush: Flush,
  makeDisk: MakeDisk = () => new MemoryFileSystem(),
): Promise<number> {
  for (let operation = 0; ; operation += 1) {
    const files = makeDisk();
    const run = await runOn(files, script, flush, ({ index }) => void (index === operation && files.halt()));
    await verifyEveryEnding(run, flush, operation + 1, `${script.join('')} cut before operation ${operation}`);
    if (run.operations <= operation) return operation * crashPolicies.length;
  }
}

/** Makes every operation of the script fail in turn, once or from then on. @returns the number of runs */
export async function failEverywhere(
  script: readonly Step[],
  flush: Flush,
  code: string,
  isDue: (operation: DiskOperation, n: number) => boolean,
): Promise<number> {
  for (let n = 0; ; n += 1) {
    const run = await runOn(new MemoryFileSystem(), script, flush, (operation) => (isDue(operation, n) ? code : undefined));
    await verifyEveryEnding(run, flush, n + 1, `${script.join('')} with ${code} at operation ${n}`);
    if (run.operations <= n) return n;
  }
}

/** One store through several scripts, kills and power cuts, some of them during recovery. */
async function liveThrough(seed: number, makeDisk: MakeDisk = () => new MemoryFileSystem()): Promise<void> {
  const random = new SeededRandom(seed);
  const flush = flushes[random.below(2)] ?? 'SYNC_FLUSH';
  const history: History = [];
  let files = makeDisk();
  let ending: Ending = 'kill';
  for (let life = 0; life < 6; life += 1) {
    const script = life === 5 ? [] : Array.from({ length: 1 + random.below(6) }, () => steps[random.below(steps.length)] ?? 'A');
    const cut = life === 5 ? Infinity : random.below(120);
    const disk = files;
    disk.fault = ({ index }) => void (index === cut && disk.halt());
    await new StoreDriver(disk, flush, history).run(script, async (store) => {
      const found = await consumeAll(store).catch((error: unknown) => {
        if (disk.isHalted) return undefined;
        throw error;
      });
      if (found === undefined) return;
      checkFound(found, flush, ending, history);
      settle(history, found);
      ending = 'kill';
    });
    disk.fault = undefined;
    const policy = crashPolicies[random.below(crashPolicies.length)] ?? 'nothing';
    if (policy === 'everything') files = disk.restart();
    else {
      files = disk.crash(policy, random);
      ending = 'power cut';
    }
  }
}

export async function liveThroughMany(from: number, count: number, makeDisk?: MakeDisk): Promise<void> {
  for (let seed = from; seed < from + count; seed += 1) {
    await liveThrough(seed, makeDisk).catch((error: unknown) => {
      throw new Error(`seed ${seed}: ${messageOf(error)}`, { cause: error });
    });
  }
}
