import * as fs from 'node:fs';
import { posix, win32 } from 'node:path';
import { assert, messageOf, OperationFailed } from '../../base/index.js';
import type { FileHandle, FileStatus, FileSystem } from './file-system.js';

/** The error of the FileSystem port: reason `io`, the system error as cause. */
function refused(action: string, path: string, cause: unknown): OperationFailed {
  return new OperationFailed('io', `${action} ${path}: ${messageOf(cause)}`, { cause });
}

function attempt<T>(action: string, path: string, body: () => T): T {
  try {
    return body();
  } catch (error) {
    throw refused(action, path, error);
  }
}

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code;

/** Like `attempt`, but a missing file is an answer, not an error. */
function unlessMissing<T>(action: string, path: string, body: () => T): T | undefined {
  try {
    return body();
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw refused(action, path, error);
  }
}

interface Locks {
  /** Takes an open-file-description lock on a byte range. @returns false when another holds it */
  readonly tryLock: (fd: number, offset: number, length: number) => boolean;
}

type Callback<T> = (error: NodeJS.ErrnoException | null, value: T) => void;

class NodeFileHandle implements FileHandle {
  private fd: number | undefined;
  private running = 0;

  constructor(
    readonly path: string,
    fd: number,
  ) {
    this.fd = fd;
  }

  writeSync(bytes: Uint8Array, position: number): void {
    let done = 0;
    while (done < bytes.length) {
      const written = attempt('write', this.path, () => fs.writeSync(this.open(), bytes, done, bytes.length - done, position + done));
      if (written === 0) throw refused('write', this.path, 'no byte was taken');
      done += written;
    }
  }

  async write(bytes: Uint8Array, position: number): Promise<void> {
    let done = 0;
    while (done < bytes.length) {
      const start = done;
      const written = await this.background<number>('write', (fd, end) =>
        fs.write(fd, bytes, start, bytes.length - start, position + start, end),
      );
      if (written === 0) throw refused('write', this.path, 'no byte was taken');
      done += written;
    }
  }

  readSync(target: Uint8Array, targetOffset: number, length: number, position: number): number {
    let done = 0;
    while (done < length) {
      const start = targetOffset + done;
      const read = attempt('read', this.path, () => fs.readSync(this.open(), target, start, length - done, position + done));
      if (read === 0) break;
      done += read;
    }
    return done;
  }

  async read(target: Uint8Array, targetOffset: number, length: number, position: number): Promise<number> {
    let done = 0;
    while (done < length) {
      const before = done;
      const read = await this.background<number>('read', (fd, end) =>
        fs.read(fd, target, targetOffset + before, length - before, position + before, end),
      );
      if (read === 0) break;
      done += read;
    }
    return done;
  }

  async datasync(): Promise<void> {
    await this.background<void>('sync', (fd, end) => fs.fdatasync(fd, (error) => end(error, undefined)));
  }

  datasyncSync(): void {
    attempt('sync', this.path, () => fs.fdatasyncSync(this.open()));
  }

  sizeSync(): number {
    return attempt('stat', this.path, () => fs.fstatSync(this.open()).size);
  }

  truncateSync(length: number): void {
    attempt('truncate', this.path, () => fs.ftruncateSync(this.open(), length));
  }

  async tryLock(): Promise<boolean> {
    try {
      // Loaded when a lock is taken: a process that only sends and consumes needs no native binding.
      // @ts-expect-error The package ships no types.
      const { tryLock } = (await import('fs-native-extensions')) as Locks;
      return tryLock(this.open(), 0, 1);
    } catch (error) {
      throw refused('lock', this.path, error);
    }
  }

  closeSync(): void {
    const fd = this.fd;
    if (fd === undefined) return;
    this.fd = undefined;
    if (this.running === 0) attempt('close', this.path, () => fs.closeSync(fd));
  }

  private open(): number {
    assert(this.fd !== undefined, `${this.path} is closed`);
    return this.fd;
  }

  // The number of a descriptor that is closed under a running operation can be given to the next file that is opened, and the operation then
  // hits that one. So the last operation that runs closes it.
  private background<T>(action: string, start: (fd: number, end: Callback<T>) => void): Promise<T> {
    const fd = this.open();
    this.running += 1;
    return new Promise<T>((resolve, reject) => {
      start(fd, (error, value) => {
        this.running -= 1;
        if (this.fd === undefined && this.running === 0) fs.close(fd, () => undefined);
        if (error) reject(refused(action, this.path, error));
        else resolve(value);
      });
    });
  }
}

const OPEN_FLAGS = { read: fs.constants.O_RDONLY, write: fs.constants.O_RDWR, create: fs.constants.O_RDWR | fs.constants.O_CREAT } as const;

/** The real disk. */
export class NodeFileSystem implements FileSystem {
  private readonly isWindows: boolean;

  /** @param platform as in `process.platform` */
  constructor(platform: string = process.platform) {
    this.isWindows = platform === 'win32';
  }

  folderOf(path: string): string {
    return (this.isWindows ? win32 : posix).dirname(path);
  }

  openSync(path: string, mode: 'read' | 'write' | 'create'): FileHandle {
    return new NodeFileHandle(
      path,
      attempt('open', path, () => fs.openSync(path, OPEN_FLAGS[mode])),
    );
  }

  existsSync(path: string): boolean {
    return fs.existsSync(path);
  }

  statSync(path: string): FileStatus | undefined {
    const stat = attempt('stat', path, () => fs.statSync(path, { throwIfNoEntry: false }));
    return stat && { size: stat.size, allocated: stat.blocks * 512, modifiedMs: stat.mtimeMs, isDirectory: stat.isDirectory() };
  }

  listSync(folder: string): string[] {
    return unlessMissing('list', folder, () => fs.readdirSync(folder).sort()) ?? [];
  }

  makeFolderSync(folder: string): void {
    attempt('make', folder, () => fs.mkdirSync(folder, { recursive: true }));
  }

  readFileSync(path: string): Buffer | undefined {
    return unlessMissing('read', path, () => fs.readFileSync(path));
  }

  renameSync(from: string, to: string): void {
    attempt('rename', from, () => fs.renameSync(from, to));
  }

  removeSync(path: string): void {
    unlessMissing('remove', path, () => fs.unlinkSync(path));
  }

  async remove(path: string): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      fs.unlink(path, (error) => {
        if (error && error.code !== 'ENOENT') reject(refused('remove', path, error));
        else resolve();
      });
    });
  }

  removeFolderSync(folder: string): void {
    attempt('remove', folder, () => fs.rmSync(folder, { recursive: true, force: true }));
  }

  syncFolderSync(folder: string): void {
    if (this.isWindows) return;
    attempt('sync', folder, () => {
      const fd = fs.openSync(folder, 'r');
      try {
        fs.fsyncSync(fd);
      } finally {
        fs.closeSync(fd);
      }
    });
  }

  async syncFolder(folder: string): Promise<void> {
    // Windows opens no folder.
    if (this.isWindows) return;
    const fd = attempt('open', folder, () => fs.openSync(folder, 'r'));
    await new Promise<void>((resolve, reject) => {
      fs.fsync(fd, (error) => {
        fs.close(fd, () => undefined);
        if (error) reject(refused('sync', folder, error));
        else resolve();
      });
    });
  }

  spaceSync(folder: string): { total: number; free: number } {
    const space = attempt('stat', folder, () => fs.statfsSync(folder));
    return { total: (space.blocks - space.bfree + space.bavail) * space.bsize, free: space.bavail * space.bsize };
  }
}
