import { messageOf } from '../../src/base/index.js';
import { silentLogger } from '../../src/runtime/index.js';
import { MemoryFileSystem } from '../../testing/memory-file-system.js';
import { SeededRandom } from '../../testing/seeded-random.js';
import { DamageBed, type Stored } from './damage-bed.js';
import { damageOne, type FileKind } from './damages.js';
import { judge, type Outcome } from './judge.js';

interface Template {
  readonly disk: MemoryFileSystem;
  readonly stored: readonly Stored[];
  readonly withPropertyCrc: boolean;
  readonly vouched: number;
}

const LINE_EVERY = 1000;
const CHECKPOINT_OFFSET_AT = 40;

async function templateOf(withPropertyCrc: boolean, isClosed: boolean): Promise<Template> {
  const files = new MemoryFileSystem();
  const bed = new DamageBed(files, silentLogger, withPropertyCrc);
  await bed.open(true);
  const stored = await bed.fill();
  if (isClosed) await bed.close(true);
  const disk = files.picture('everything', new SeededRandom(1));
  if (!isClosed) await bed.close(true);
  const vouched = Number(disk.readFileSync('/store/checkpoint')?.readBigInt64BE(CHECKPOINT_OFFSET_AT) ?? 0n);
  return { disk, stored, withPropertyCrc, vouched: isClosed ? Infinity : vouched };
}

const templates = () =>
  Promise.all([true, false].flatMap((withPropertyCrc) => [true, false].map((isClosed) => templateOf(withPropertyCrc, isClosed))));

type Counts = Partial<Record<FileKind, Partial<Record<Outcome, number>>>>;

/** What the spec has done in a process of its own. */
export const tasks = {
  /** Damages by seeds from `from` on, each on a copy of a store. */
  async damage({ from, count }: { from: number; count: number }, progress: (line: string) => void) {
    const all = await templates();
    const counts: Counts = {};
    let done = 0;
    for (let seed = from; done < count; seed += 1) {
      const random = new SeededRandom(seed);
      const template = all[random.below(all.length)];
      if (template === undefined) throw new Error('no template');
      const disk = template.disk.picture('everything', random);
      const damage = damageOne(disk, random);
      if (damage === undefined) continue;
      const outcome = await judge({ ...template, disk, damage }).catch((error: unknown) => {
        const { shape, path, at } = damage;
        throw new Error(`seed ${seed}, ${shape} of ${path} at ${at}: ${messageOf(error)}`, { cause: error });
      });
      const ofKind = (counts[damage.kind] ??= {});
      ofKind[outcome] = (ofKind[outcome] ?? 0) + 1;
      done += 1;
      if (done % LINE_EVERY === 0) progress(`${done} damages, seed ${seed}`);
    }
    return counts;
  },
};
