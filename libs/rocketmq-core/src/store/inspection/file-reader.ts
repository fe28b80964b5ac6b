import type { FileHandle, FileSystem } from '../../runtime/index.js';

const WINDOW = 64 * 1024;
const HANDLES_MAX = 256;

/** Reads files that nobody writes, any place of any of them, without opening one for writing. */
export class FileReader {
  // A Map keeps the order of insertion: the first key is the one opened longest ago.
  private readonly handles = new Map<string, FileHandle>();
  private window: { path: string; position: number; bytes: Buffer } = { path: '', position: 0, bytes: Buffer.alloc(0) };

  constructor(readonly files: FileSystem) {}

  /** Fewer bytes at the end of the file. The buffer is the caller's. */
  read(path: string, position: number, length: number): Buffer {
    const bytes = Buffer.alloc(length);
    return bytes.subarray(0, this.handleOf(path).readSync(bytes, 0, length, position));
  }

  /** As `read`, for small pieces that follow each other: a view of what was read ahead, good until the next call. */
  peek(path: string, position: number, length: number): Buffer {
    const start = position - this.window.position;
    if (path !== this.window.path || start < 0 || start + length > this.window.bytes.length) {
      this.window = { path, position, bytes: this.read(path, position, Math.max(length, WINDOW)) };
      return this.window.bytes.subarray(0, length);
    }
    return this.window.bytes.subarray(start, start + length);
  }

  sizeOf(path: string): number {
    return this.files.statSync(path)?.size ?? 0;
  }

  close(): void {
    for (const handle of this.handles.values()) handle.closeSync();
    this.handles.clear();
  }

  private handleOf(path: string): FileHandle {
    const known = this.handles.get(path);
    if (known !== undefined) return known;
    const [oldest] = this.handles.size >= HANDLES_MAX ? this.handles : [];
    if (oldest !== undefined) {
      oldest[1].closeSync();
      this.handles.delete(oldest[0]);
    }
    const handle = this.files.openSync(path, 'read');
    this.handles.set(path, handle);
    return handle;
  }
}
