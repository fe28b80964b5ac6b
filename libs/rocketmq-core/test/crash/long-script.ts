import { messageOf } from '../../src/base/index.js';
import type { MessageStore } from '../../src/store/index.js';
import { crashPolicies, MemoryFileSystem, type CrashPolicy, type DiskOperation } from '../../testing/memory-file-system.js';
import { SeededRandom } from '../../testing/seeded-random.js';
import { flushes, verifyImage } from './crash-runs.js';
import { newHistory, SMALL, StoreDriver, type Flush, type History, type Step } from './store-script.js';

/** Some 2 000 messages: some of them expire, the store is stopped and started, offsets are saved, several files of each kind are begun. */
const LONG_SCRIPT = [...'AMMSMMFDMMSMMRBMMFMMSMMOMMAMMSMMFMMBMMRMMSMMFMMMMSMMOMMMMFMM'] as Step[];

const codes = ['EIO', 'ENOSPC', 'SHORT'] as const;

export interface PlannedFault {
  readonly flush: Flush;
  readonly code: (typeof codes)[number];
  /** The operation that fails; of `SHORT` the first write from there on. */
  readonly position: number;
  /** With all that come after it. */
  readonly isPersistent: boolean;
  /** What is left at the end; `everything` is a kill. */
  readonly policies: readonly CrashPolicy[];
}

/** @returns the operations that the script needs when nothing fails */
export async function operationsOf(flush: Flush): Promise<{ readonly operations: number; readonly messages: number }> {
  const files = new MemoryFileSystem();
  const history = newHistory();
  await new StoreDriver(files, { flush, sizes: SMALL }, history).run(LONG_SCRIPT);
  const refused = history.sent.filter(({ acknowledged }) => !acknowledged);
  if (refused.length > 0) throw new Error(`${refused.length} messages were refused although nothing failed`);
  return { operations: files.operationCount, messages: history.sent.length };
}

/** Some positions of the script, spread over the whole of it, each with a fault of its own. */
export async function someFaults(count: number, random: SeededRandom): Promise<PlannedFault[]> {
  const plans: PlannedFault[] = [];
  for (const [at, flush] of flushes.entries()) {
    const { operations } = await operationsOf(flush);
    for (let i = at; i < count; i += flushes.length) {
      const position = Math.floor(((i + random.below(1000) / 1000) * operations) / count);
      const code = codes[random.below(codes.length)] ?? 'EIO';
      const policies = [random.below(3) === 0 ? 'everything' : (crashPolicies[random.below(crashPolicies.length)] ?? 'nothing')];
      plans.push({ flush, code, position, isPersistent: random.below(2) === 0, policies });
    }
  }
  return plans;
}

const kinds = codes.flatMap((code) => [false, true].map((isPersistent) => ({ code, isPersistent })));

/** Every position with every fault, once and for ever; the endings take turns. */
export async function* allFaults(): AsyncGenerator<PlannedFault> {
  for (const flush of flushes) {
    const { operations } = await operationsOf(flush);
    for (let position = 0; position < operations; position += 1) {
      for (const [number, kind] of kinds.entries()) {
        const policies = crashPolicies.filter((policy, at) => policy === 'everything' || at === (position + number) % crashPolicies.length);
        yield { flush, position, policies, ...kind };
      }
    }
  }
}

/**
 * Runs the script with the fault. Nothing that was acknowledged may be lost, whatever was refused may not be counted as stored, and a sync that
 * has failed must have stopped the store for good.
 * @returns whether the fault came to pass
 */
export async function failInLongScript(plan: PlannedFault): Promise<boolean> {
  const { flush, code, position, isPersistent, policies } = plan;
  const what = `${flush} ${code} at operation ${position}${isPersistent ? ' and ever after' : ''}`;
  const setup = { flush, sizes: SMALL };
  const files = new MemoryFileSystem();
  const history = newHistory();
  const watch = new Watch(history);
  let isOver = false;
  files.fault = (operation) => {
    const isDue = !isOver && operation.index >= position && (code !== 'SHORT' || operation.kind === 'write');
    if (!isDue) return undefined;
    isOver = !isPersistent;
    watch.failed(operation);
    return code;
  };
  try {
    await new StoreDriver(files, setup, history).run(LONG_SCRIPT, { afterStep: (store) => watch.look(store) });
  } catch (error) {
    throw new Error(`${what}: ${messageOf(error)}`, { cause: error });
  }
  files.fault = undefined;
  for (const policy of policies) {
    const ending = policy === 'everything' ? 'kill' : 'power cut';
    const disk = files.crash(policy, new SeededRandom(position + 1));
    await verifyImage({ disk, history, ending, what: `${what}, ${policy}` }, setup);
  }
  return watch.hasFailed;
}

/** Looks at the store after each step: rule 4, and whether it counts what it has acknowledged. */
class Watch {
  hasFailed = false;
  private store: MessageStore | undefined;
  private mustHaveFailed: string | undefined;
  private before = 0;
  /** Acknowledged when the store had failed. */
  private atFailure: number | undefined;

  constructor(private readonly history: History) {}

  failed({ kind, path }: DiskOperation): void {
    this.hasFailed = true;
    if (kind === 'sync' && /\/(commitlog|consumequeue|checkpoint)/.test(path)) this.mustHaveFailed ??= `${kind} of ${path}`;
  }

  look(store: MessageStore): void {
    const acknowledged = this.history.sent.filter((sent) => sent.acknowledged).length;
    // A new store has read back what the disk has.
    if (store !== this.store) {
      this.mustHaveFailed = undefined;
      this.atFailure = undefined;
      this.before = this.store === undefined ? 0 : acknowledged;
      this.store = store;
    }
    const { putTimes } = store.figures();
    if (putTimes !== acknowledged - this.before) {
      throw new Error(`${putTimes} messages counted as stored, ${acknowledged - this.before} acknowledged`);
    }
    const { kind } = store.status;
    if (this.mustHaveFailed !== undefined && kind === 'running') throw new Error(`the store runs after a failed ${this.mustHaveFailed}`);
    if (this.atFailure !== undefined && (kind === 'running' || acknowledged > this.atFailure)) {
      throw new Error(`the store had failed, now it is ${kind} and has acknowledged ${acknowledged} instead of ${this.atFailure} messages`);
    }
    if (kind === 'failed') this.atFailure ??= acknowledged;
  }
}
