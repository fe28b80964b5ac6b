import { OperationFailed } from '../src/base/index.js';
import type { FileHandle, FileStatus, FileSystem } from '../src/runtime/index.js';
import { FileContent } from './file-content.js';

const folderOf = (path: string) => path.slice(0, path.lastIndexOf('/')) || '/';
const nameOf = (path: string) => path.slice(path.lastIndexOf('/') + 1);

/** A disk in memory that forgets nothing and fails never: for tens of thousands of files. Counts those that are open. */
export class LightFileSystem implements FileSystem {
  openCount = 0;
  openMost = 0;
  private readonly files = new Map<string, FileContent>();
  private readonly folders = new Map<string, Set<string>>([['/', new Set()]]);

  folderOf(path: string): string {
    return folderOf(path);
  }

  openSync(path: string, mode: 'read' | 'write' | 'create'): FileHandle {
    const content = this.files.get(path) ?? (mode === 'create' ? this.make(path) : undefined);
    if (content === undefined) throw new OperationFailed('io', `open ${path}: ENOENT`);
    this.openCount += 1;
    this.openMost = Math.max(this.openMost, this.openCount);
    return new LightFileHandle(path, content, () => (this.openCount -= 1));
  }

  private make(path: string): FileContent {
    const content = new FileContent();
    this.files.set(path, content);
    this.folders.get(folderOf(path))?.add(nameOf(path));
    return content;
  }

  existsSync(path: string): boolean {
    return this.files.has(path) || this.folders.has(path);
  }

  statSync(path: string): FileStatus | undefined {
    const content = this.files.get(path);
    if (content !== undefined) return { size: content.size, allocated: content.allocated, modifiedMs: 0, isDirectory: false };
    return this.folders.has(path) ? { size: 0, allocated: 0, modifiedMs: 0, isDirectory: true } : undefined;
  }

  listSync(folder: string): string[] {
    return [...(this.folders.get(folder) ?? [])].sort();
  }

  makeFolderSync(folder: string): void {
    if (this.folders.has(folder)) return;
    this.makeFolderSync(folderOf(folder));
    this.folders.set(folder, new Set());
    this.folders.get(folderOf(folder))?.add(nameOf(folder));
  }

  readFileSync(path: string): Buffer | undefined {
    const content = this.files.get(path);
    return content?.read(0, content.size);
  }

  renameSync(from: string, to: string): void {
    const content = this.files.get(from);
    if (content === undefined) throw new OperationFailed('io', `rename ${from}: ENOENT`);
    this.removeSync(from);
    this.make(to);
    this.files.set(to, content);
  }

  removeSync(path: string): void {
    this.files.delete(path);
    this.folders.get(folderOf(path))?.delete(nameOf(path));
  }

  remove(path: string): Promise<void> {
    this.removeSync(path);
    return Promise.resolve();
  }

  removeFolderSync(folder: string): void {
    for (const name of this.listSync(folder)) this.removeFolderSync(`${folder}/${name}`);
    this.folders.delete(folder);
    this.removeSync(folder);
  }

  syncFolderSync(): void {
    return;
  }

  syncFolder(): Promise<void> {
    return Promise.resolve();
  }

  spaceSync(): { total: number; free: number } {
    return { total: 1024 ** 4, free: 1024 ** 4 };
  }
}

class LightFileHandle implements FileHandle {
  private isOpen = true;

  constructor(
    readonly path: string,
    private readonly content: FileContent,
    private readonly onClose: () => void,
  ) {}

  writeSync(bytes: Uint8Array, position: number): void {
    this.content.write(Buffer.from(bytes), position);
  }

  write(bytes: Uint8Array, position: number): Promise<void> {
    this.writeSync(bytes, position);
    return Promise.resolve();
  }

  readSync(target: Uint8Array, targetOffset: number, length: number, position: number): number {
    const bytes = this.content.read(position, length);
    target.set(bytes, targetOffset);
    return bytes.length;
  }

  read(target: Uint8Array, targetOffset: number, length: number, position: number): Promise<number> {
    return Promise.resolve(this.readSync(target, targetOffset, length, position));
  }

  datasync(): Promise<void> {
    return Promise.resolve();
  }

  datasyncSync(): void {
    return;
  }

  sizeSync(): number {
    return this.content.size;
  }

  truncateSync(length: number): void {
    this.content.truncate(length);
  }

  tryLock(): Promise<boolean> {
    return Promise.resolve(true);
  }

  closeSync(): void {
    if (this.isOpen) this.onClose();
    this.isOpen = false;
  }
}
