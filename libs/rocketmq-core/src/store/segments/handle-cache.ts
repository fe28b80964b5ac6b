import type { FileHandle, FileSystem } from '../../runtime/index.js';

/**
 * Open files by path, the longest unused one closed first: a broker has more consume queue files than a process may have open. Closing loses
 * nothing: what was written belongs to the operating system, and a sync through any handle of the file covers it.
 */
export class HandleCache {
  // A Map keeps the order of insertion: the first key is the one unused longest.
  private readonly open = new Map<string, FileHandle>();

  /**
   * @param capacity handles kept open at most
   * @param mode how files that are there are opened
   */
  constructor(
    private readonly files: FileSystem,
    private readonly capacity: number,
    private readonly mode: 'read' | 'write' = 'write',
  ) {}

  /** A handle to use at once and not to keep. The file must exist. */
  get(path: string): FileHandle {
    const known = this.open.get(path);
    if (known !== undefined) {
      if (this.open.size > 1) {
        this.open.delete(path);
        this.open.set(path, known);
      }
      return known;
    }
    return this.put(path, this.files.openSync(path, this.mode));
  }

  /** Makes the file. */
  create(path: string): FileHandle {
    this.close(path);
    return this.put(path, this.files.openSync(path, 'create'));
  }

  close(path: string): void {
    const handle = this.open.get(path);
    this.open.delete(path);
    handle?.closeSync();
  }

  closeAll(): void {
    for (const handle of this.open.values()) handle.closeSync();
    this.open.clear();
  }

  private put(path: string, handle: FileHandle): FileHandle {
    const [oldest] = this.open.size >= this.capacity ? this.open.keys() : [];
    if (oldest !== undefined) this.close(oldest);
    this.open.set(path, handle);
    return handle;
  }
}
