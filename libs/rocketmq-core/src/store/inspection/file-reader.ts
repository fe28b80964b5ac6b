import type { FileSystem } from '../../runtime/index.js';
import { HandleCache } from '../segments/handle-cache.js';

const WINDOW = 64 * 1024;
const HANDLES_MAX = 256;

/** Reads files that nobody writes, any place of any of them, without opening one for writing. */
export class FileReader {
  private readonly handles: HandleCache;
  private window: { path: string; position: number; bytes: Buffer } = { path: '', position: 0, bytes: Buffer.alloc(0) };

  constructor(readonly files: FileSystem) {
    this.handles = new HandleCache(files, HANDLES_MAX, 'read');
  }

  /** Fewer bytes at the end of the file. The buffer is the caller's. */
  read(path: string, position: number, length: number): Buffer {
    const bytes = Buffer.alloc(length);
    return bytes.subarray(0, this.handles.get(path).readSync(bytes, 0, length, position));
  }

  /** As `read`, for small pieces that follow each other: a view of what was read ahead, good until the next call. */
  peek(path: string, position: number, length: number): Buffer {
    const start = position - this.window.position;
    if (path !== this.window.path || start < 0 || start + length > this.window.bytes.length) {
      const ahead = Math.min(WINDOW, this.sizeOf(path) - position);
      this.window = { path, position, bytes: this.read(path, position, Math.max(length, ahead)) };
      return this.window.bytes.subarray(0, length);
    }
    return this.window.bytes.subarray(start, start + length);
  }

  sizeOf(path: string): number {
    return this.files.statSync(path)?.size ?? 0;
  }

  close(): void {
    this.handles.closeAll();
  }
}
