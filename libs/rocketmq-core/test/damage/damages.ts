import type { FileSystem, Random } from '../../src/runtime/index.js';
import { writeAt } from '../../testing/disk-pictures.js';
import { ROOT } from './damage-bed.js';

/** As the pages of the disk in memory. */
const PAGE = 512;
const TIMER_ONE_IN = 4;

/** Files by what they are; each kind is damaged as often as the others, the timer less often. */
const kinds = {
  'commit log': /^\/store\/commitlog\//,
  'consume queue': /^\/store\/consumequeue\/(Orders|Payments)\//,
  'system queue': /^\/store\/consumequeue\/(?!Orders|Payments)/,
  index: /^\/store\/index\//,
  checkpoint: /^\/store\/checkpoint$/,
  abort: /^\/store\/abort$/,
  timer: /^\/store\/(timerlog\/|timerwheel$|config\/timercheck$)/,
  settings: /^\/store\/config\/.*(json|metrics)$/,
  backup: /^\/store\/config\/.*\.bak$/,
} as const;
export type FileKind = keyof typeof kinds;

const shapes = ['bit flip', 'zeroed page', 'truncation', 'swapped chunk'] as const;

export interface Damage {
  readonly kind: FileKind;
  readonly shape: (typeof shapes)[number];
  readonly path: string;
  /** The first byte that is another one now. */
  readonly at: number;
}

function filesBelow(files: FileSystem, folder = ROOT): string[] {
  return files.listSync(folder).flatMap((name) => {
    const path = `${folder}/${name}`;
    return files.statSync(path)?.isDirectory === true ? filesBelow(files, path) : [path];
  });
}

/** Damages one file of the store. @returns undefined when nothing has changed by it */
export function damageOne(files: FileSystem, random: Random): Damage | undefined {
  const all = filesBelow(files);
  const present = (Object.keys(kinds) as FileKind[]).filter((kind) => all.some((path) => kinds[kind].test(path)));
  const kind = pick(present, random);
  // Its wheel has 38 MB, and takes as long as many of the others.
  if (kind === 'timer' && random.below(TIMER_ONE_IN) > 0) return undefined;
  const path = pick(
    all.filter((one) => kinds[kind].test(one)),
    random,
  );
  const shape = pick(shapes, random);
  const before = Buffer.from(files.readFileSync(path) ?? []);
  if (before.length === 0) return undefined;
  const usedEnd = Math.max(1, before.findLastIndex((byte) => byte !== 0) + 1);
  if (shape === 'bit flip') flip(files, path, before, { at: random.below(usedEnd), bit: random.below(8) });
  else if (shape === 'zeroed page') zero(files, path, before, random.below(Math.ceil(usedEnd / PAGE)));
  else if (shape === 'truncation') truncate(files, path, random.below(before.length));
  else swap(files, path, before, { usedEnd, random });
  const after = files.readFileSync(path) ?? Buffer.alloc(0);
  if (after.equals(before)) return undefined;
  const at = after.findIndex((byte, i) => byte !== before[i]);
  return { kind, shape, path, at: at < 0 ? after.length : at };
}

function pick<T>(from: readonly T[], random: Random): T {
  const one = from[random.below(from.length)];
  if (one === undefined) throw new Error('nothing to choose from');
  return one;
}

function flip(files: FileSystem, path: string, before: Buffer, { at, bit }: { at: number; bit: number }): void {
  writeAt(files, path, at, Buffer.from([(before[at] ?? 0) ^ (1 << bit)]));
}

function zero(files: FileSystem, path: string, before: Buffer, page: number): void {
  writeAt(files, path, page * PAGE, Buffer.alloc(Math.min(PAGE, before.length - page * PAGE)));
}

function truncate(files: FileSystem, path: string, length: number): void {
  const handle = files.openSync(path, 'write');
  handle.truncateSync(length);
  handle.closeSync();
}

/** Two pieces of the file change places. */
function swap(files: FileSystem, path: string, before: Buffer, { usedEnd, random }: { usedEnd: number; random: Random }): void {
  const size = Math.max(1, Math.min([20, 64, PAGE][random.below(3)] ?? PAGE, usedEnd >> 1));
  const places = Math.max(1, Math.floor(usedEnd / size));
  const [one, other] = [random.below(places) * size, random.below(places) * size];
  writeAt(files, path, one, before.subarray(other, other + size));
  writeAt(files, path, other, before.subarray(one, one + size));
}
