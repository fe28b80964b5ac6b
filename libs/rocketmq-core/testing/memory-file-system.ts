import { createHash } from 'node:crypto';
import { OperationFailed } from '../src/base/index.js';
import type { FileHandle, FileStatus, FileSystem, Random } from '../src/runtime/index.js';
import { FileContent } from './file-content.js';

/** What a file system has been asked to do, in order; reads are not counted. */
export interface DiskOperation {
  /** Counts from 0. */
  readonly index: number;
  readonly kind: 'create' | 'write' | 'truncate' | 'sync' | 'rename' | 'remove' | 'make-folder' | 'remove-folder' | 'sync-folder';
  readonly path: string;
}

/**
 * What a power cut leaves of what was not synced:
 *
 * - `nothing`: none of it; `everything`: all of it, as after a killed process
 * - `prefix`: the operations up to a random one; `torn`: of the one after them a part too
 * - `scattered`: every sector of every write by chance, because the system writes pages back in any order
 * - `extended`: like `scattered`, but all lengths have changed: files have grown by zeros
 *
 * Names change in order in every case, as a journal keeps them.
 */
export type CrashPolicy = 'nothing' | 'everything' | 'prefix' | 'torn' | 'scattered' | 'extended';
export const crashPolicies: readonly CrashPolicy[] = ['nothing', 'everything', 'prefix', 'torn', 'scattered', 'extended'];

interface Inode {
  current: FileContent;
  durable: FileContent;
  lockedBy: object | undefined;
  modifiedMs: number;
}

type DataOperation =
  | { readonly kind: 'write'; readonly inode: Inode; readonly position: number; readonly bytes: Buffer }
  | { readonly kind: 'truncate'; readonly inode: Inode; readonly length: number };
type NameOperation =
  | { readonly kind: 'link'; readonly path: string; readonly node: Node }
  | { readonly kind: 'unlink'; readonly path: string }
  | { readonly kind: 'rename'; readonly path: string; readonly to: string };
type Node = Inode | 'folder';
/** `lost`: a sync of it has failed. It can still be read, but no later sync makes it durable. */
type Pending = (DataOperation | NameOperation) & { lost?: boolean };

const isData = (operation: Pending): operation is DataOperation & { lost?: boolean } => 'inode' in operation;
const SECTOR = 512;
const SHORT = 'SHORT';
const parentOf = (path: string) => path.slice(0, path.lastIndexOf('/')) || '/';

/**
 * A disk in memory that tells what was synced from what was not, so that a test can cut the power at any operation. Syncs and background writes
 * take effect in a later turn of the event loop.
 */
export class MemoryFileSystem implements FileSystem {
  /** Asked before each operation; an error code such as `EIO` or `ENOSPC` makes it fail, `SHORT` makes a write end with ENOSPC in the middle. */
  fault: ((operation: DiskOperation) => string | undefined) | undefined;
  space = { total: 1024 ** 4, free: 1024 ** 4 };
  private names = new Map<string, Node>([['/', 'folder']]);
  private durableNames = new Map<string, Node>([['/', 'folder']]);
  private pending: Pending[] = [];
  private count = 0;
  private halted = false;
  private syncGate: Promise<void> = Promise.resolve();

  folderOf(path: string): string {
    return parentOf(path);
  }

  /** Operations so far. */
  get operationCount(): number {
    return this.count;
  }

  /** From now on every call fails, as after a power cut. */
  halt(): void {
    this.halted = true;
  }

  get isHalted(): boolean {
    return this.halted;
  }

  /** Syncs that are called from now on do not end before the returned function is called. */
  holdSyncs(): () => void {
    let release!: () => void;
    this.syncGate = new Promise((resolve) => (release = resolve));
    return release;
  }

  /** The disk as the next start finds it. This one is halted. */
  crash(policy: CrashPolicy, random: Random): MemoryFileSystem {
    this.halt();
    return this.picture(policy, random);
  }

  /** The disk as it would be after a power cut now. This one goes on. */
  picture(policy: CrashPolicy, random: Random): MemoryFileSystem {
    const after = new MemoryFileSystem();
    const copies = new Map<Inode, Inode>();
    const copyOf = (node: Node): Node => {
      if (node === 'folder') return node;
      let copy = copies.get(node);
      if (copy === undefined) copies.set(node, (copy = newInode((policy === 'everything' ? node.current : node.durable).clone())));
      return copy;
    };
    const names = new Map([...(policy === 'everything' ? this.names : this.durableNames)].map(([path, node]) => [path, copyOf(node)]));
    for (const operation of survivorsOf(this.pending, policy, random)) {
      if (isData(operation)) applyData((copyOf(operation.inode) as Inode).current, operation);
      else applyName(names, operation.kind === 'link' ? { ...operation, node: copyOf(operation.node) } : operation);
    }
    // A name may have survived whose folder has not, or the folder of that one.
    const shortestFirst = [...names].sort(([a], [b]) => a.length - b.length);
    for (const [path, node] of shortestFirst) {
      if (after.names.get(parentOf(path)) !== 'folder') continue;
      after.names.set(path, node);
      after.durableNames.set(path, node);
      if (node !== 'folder') node.durable = node.current.clone();
    }
    return after;
  }

  /** The disk as the next process finds it when this one is killed: the system still has everything, the disk what was synced. This one is halted. */
  restart(): MemoryFileSystem {
    this.halt();
    const after = new MemoryFileSystem();
    after.names = this.names;
    after.durableNames = this.durableNames;
    after.pending = this.pending;
    for (const node of this.names.values()) if (node !== 'folder') node.lockedBy = undefined;
    return after;
  }

  /** The same for disks with the same names and bytes. */
  digest(): string {
    const hash = createHash('sha1');
    for (const [path, node] of [...this.names].sort(([a], [b]) => (a < b ? -1 : 1))) {
      hash.update(`${path}\n`);
      if (node !== 'folder') hash.update(node.current.read(0, node.current.size));
    }
    return hash.digest('hex');
  }

  openSync(path: string, mode: 'read' | 'write' | 'create'): FileHandle {
    this.alive();
    let node = this.names.get(path);
    if (node === 'folder') throw failed('open', path, 'EISDIR');
    if (node === undefined) {
      if (mode !== 'create' || this.names.get(parentOf(path)) !== 'folder') throw failed('open', path, 'ENOENT');
      this.note('create', path);
      node = newInode(new FileContent());
      this.changeName({ kind: 'link', path, node });
    }
    return new MemoryFileHandle(this, path, node);
  }

  existsSync(path: string): boolean {
    this.alive();
    return this.names.has(path);
  }

  statSync(path: string): FileStatus | undefined {
    this.alive();
    const node = this.names.get(path);
    if (node === undefined) return undefined;
    if (node === 'folder') return { size: 0, allocated: 0, modifiedMs: 0, isDirectory: true };
    return { size: node.current.size, allocated: node.current.allocated, modifiedMs: node.modifiedMs, isDirectory: false };
  }

  listSync(folder: string): string[] {
    this.alive();
    const names = [...this.names.keys()].filter((path) => path !== '/' && parentOf(path) === folder);
    return names.map((path) => path.slice(path.lastIndexOf('/') + 1)).sort();
  }

  makeFolderSync(folder: string): void {
    this.alive();
    if (this.names.get(folder) === 'folder') return;
    if (this.names.has(folder)) throw failed('make', folder, 'EEXIST');
    this.makeFolderSync(parentOf(folder));
    this.note('make-folder', folder);
    this.changeName({ kind: 'link', path: folder, node: 'folder' });
  }

  readFileSync(path: string): Buffer | undefined {
    this.alive();
    const node = this.names.get(path);
    if (node === 'folder') throw failed('read', path, 'EISDIR');
    return node?.current.read(0, node.current.size);
  }

  renameSync(from: string, to: string): void {
    this.alive();
    if (!this.names.has(from)) throw failed('rename', from, 'ENOENT');
    this.note('rename', from);
    this.changeName({ kind: 'rename', path: from, to });
  }

  removeSync(path: string): void {
    this.alive();
    if (!this.names.has(path)) return;
    this.note('remove', path);
    this.changeName({ kind: 'unlink', path });
  }

  async remove(path: string): Promise<void> {
    await nextTurn();
    this.removeSync(path);
  }

  removeFolderSync(folder: string): void {
    this.alive();
    const inside = [...this.names.keys()].filter((path) => path === folder || path.startsWith(`${folder}/`));
    for (const path of inside.sort().reverse()) {
      this.note('remove-folder', path);
      this.changeName({ kind: 'unlink', path });
    }
  }

  syncFolderSync(folder: string): void {
    this.alive();
    if (this.names.get(folder) !== 'folder') throw failed('sync', folder, 'ENOENT');
    this.note('sync-folder', folder);
    const isHere = (operation: Pending) =>
      !isData(operation) && (parentOf(operation.path) === folder || targetFolderOf(operation) === folder);
    for (const operation of this.pending) if (!isData(operation) && isHere(operation)) applyName(this.durableNames, operation);
    this.pending = this.pending.filter((operation) => !isHere(operation));
  }

  async syncFolder(folder: string): Promise<void> {
    await this.syncGate;
    await nextTurn();
    this.syncFolderSync(folder);
  }

  spaceSync(): { total: number; free: number } {
    this.alive();
    return this.space;
  }

  /** For handles. @throws OperationFailed when a fault is due */
  note(kind: DiskOperation['kind'], path: string): void {
    const code = this.ask(kind, path);
    if (code !== undefined && code !== SHORT) throw failed(kind, path, code);
  }

  private ask(kind: DiskOperation['kind'], path: string): string | undefined {
    const index = this.count;
    this.count += 1;
    const code = this.fault?.({ index, kind, path });
    this.alive();
    return code;
  }

  /** For handles. */
  alive(): void {
    if (this.halted) throw new OperationFailed('io', 'the machine has stopped');
  }

  /** For handles. */
  change(operation: DataOperation): void {
    applyData(operation.inode.current, operation);
    this.pending.push(operation);
  }

  /** For handles. @throws OperationFailed when a fault is due */
  write(path: string, inode: Inode, bytes: Uint8Array, position: number): void {
    const code = this.ask('write', path);
    const taken = code === undefined ? bytes : code === SHORT ? bytes.subarray(0, bytes.length >> 1) : undefined;
    if (taken !== undefined) this.change({ kind: 'write', inode, position, bytes: Buffer.from(taken) });
    if (code !== undefined) throw failed('write', path, code === SHORT ? 'ENOSPC' : code);
  }

  /** For handles: what is in the file now becomes durable, or never will. */
  async sync(path: string, inode: Inode): Promise<void> {
    const covered = new Set(this.pending.filter((operation) => isData(operation) && operation.inode === inode));
    await this.syncGate;
    await nextTurn();
    this.finishSync(path, inode, covered);
  }

  syncSync(path: string, inode: Inode): void {
    this.finishSync(path, inode, new Set(this.pending.filter((operation) => isData(operation) && operation.inode === inode)));
  }

  private finishSync(path: string, inode: Inode, covered: ReadonlySet<Pending>): void {
    this.alive();
    try {
      this.note('sync', path);
    } catch (error) {
      // As Linux does it: the pages count as clean after the error, so the next sync succeeds without them.
      if (!this.halted) for (const operation of covered) operation.lost = true;
      throw error;
    }
    for (const operation of covered) {
      if (isData(operation) && operation.lost !== true && this.pending.includes(operation)) applyData(inode.durable, operation);
    }
    this.pending = this.pending.filter((operation) => !covered.has(operation) || operation.lost === true);
  }

  private changeName(operation: NameOperation): void {
    applyName(this.names, operation);
    this.pending.push(operation);
  }
}

class MemoryFileHandle implements FileHandle {
  private closed = false;

  constructor(
    private readonly files: MemoryFileSystem,
    readonly path: string,
    private readonly inode: Inode,
  ) {}

  writeSync(bytes: Uint8Array, position: number): void {
    this.usable();
    this.files.write(this.path, this.inode, bytes, position);
  }

  async write(bytes: Uint8Array, position: number): Promise<void> {
    await nextTurn();
    this.files.alive();
    this.files.write(this.path, this.inode, bytes, position);
  }

  readSync(target: Uint8Array, targetOffset: number, length: number, position: number): number {
    this.usable();
    const bytes = this.inode.current.read(position, length);
    target.set(bytes, targetOffset);
    return bytes.length;
  }

  async read(target: Uint8Array, targetOffset: number, length: number, position: number): Promise<number> {
    await nextTurn();
    this.files.alive();
    const bytes = this.inode.current.read(position, length);
    target.set(bytes, targetOffset);
    return bytes.length;
  }

  datasync(): Promise<void> {
    this.usable();
    return this.files.sync(this.path, this.inode);
  }

  datasyncSync(): void {
    this.usable();
    this.files.syncSync(this.path, this.inode);
  }

  sizeSync(): number {
    this.usable();
    return this.inode.current.size;
  }

  truncateSync(length: number): void {
    this.usable();
    this.files.note('truncate', this.path);
    this.files.change({ kind: 'truncate', inode: this.inode, length });
  }

  tryLock(): Promise<boolean> {
    this.usable();
    const free = this.inode.lockedBy === undefined || this.inode.lockedBy === this;
    if (free) this.inode.lockedBy = this;
    return Promise.resolve(free);
  }

  closeSync(): void {
    this.closed = true;
    if (this.inode.lockedBy === this) this.inode.lockedBy = undefined;
  }

  private usable(): void {
    this.files.alive();
    if (this.closed) throw failed('use', this.path, 'EBADF');
  }
}

function survivorsOf(pending: readonly Pending[], policy: CrashPolicy, random: Random): Pending[] {
  const writable = pending.filter((operation) => operation.lost !== true);
  const cut = random.below(writable.length + 1);
  switch (policy) {
    case 'nothing':
    case 'everything':
      return [];
    case 'prefix':
      return writable.slice(0, cut);
    case 'torn':
      return [...writable.slice(0, cut), ...writable.slice(cut, cut + 1).flatMap((operation) => tornPart(operation, random))];
    case 'scattered':
    case 'extended':
      return scattered(writable, policy === 'extended', random);
  }
}

function tornPart(operation: Pending, random: Random): Pending[] {
  if (operation.kind !== 'write') return [];
  const sectors = Math.ceil(operation.bytes.length / SECTOR);
  const size = random.below(2) === 0 ? random.below(operation.bytes.length + 1) : random.below(sectors + 1) * SECTOR;
  return [{ ...operation, bytes: operation.bytes.subarray(0, size) }];
}

function scattered(pending: readonly Pending[], allLengths: boolean, random: Random): Pending[] {
  const namesKept = random.below(pending.length + 1);
  return pending.flatMap((operation, i): Pending[] => {
    if (!isData(operation)) return i < namesKept ? [operation] : [];
    if (operation.kind === 'truncate') return allLengths || random.below(2) === 0 ? [operation] : [];
    const growth: Pending[] = allLengths ? [growthOf(operation)] : [];
    return [...growth, ...sectorsOf(operation).filter(() => random.below(2) === 0)];
  });
}

function growthOf(write: DataOperation & { kind: 'write' }): Pending {
  return { ...write, position: write.position + write.bytes.length, bytes: Buffer.alloc(0) };
}

/** The write cut at the sector borders of the file. */
function sectorsOf(write: DataOperation & { kind: 'write' }): Pending[] {
  const parts: Pending[] = [];
  for (let at = 0; at < write.bytes.length;) {
    const size = Math.min(SECTOR - ((write.position + at) % SECTOR), write.bytes.length - at);
    parts.push({ ...write, position: write.position + at, bytes: write.bytes.subarray(at, at + size) });
    at += size;
  }
  return parts;
}

function applyData(content: FileContent, operation: DataOperation): void {
  if (operation.kind === 'write') content.write(operation.bytes, operation.position);
  else content.truncate(operation.length);
}

function applyName(names: Map<string, Node>, operation: NameOperation): void {
  if (operation.kind === 'link') names.set(operation.path, operation.node);
  else if (operation.kind === 'unlink') names.delete(operation.path);
  else {
    const node = names.get(operation.path);
    if (node === undefined) return;
    names.delete(operation.path);
    names.set(operation.to, node);
  }
}

const targetFolderOf = (operation: NameOperation) => (operation.kind === 'rename' ? parentOf(operation.to) : undefined);

function newInode(content: FileContent): Inode {
  return { current: content, durable: content.clone(), lockedBy: undefined, modifiedMs: 0 };
}

function failed(action: string, path: string, code: string): OperationFailed {
  return new OperationFailed('io', `${action} ${path}: ${code}`, { cause: Object.assign(new Error(code), { code }) });
}

const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));
