import type { FileSystem } from '../../runtime/index.js';
import { HandleCache } from '../segments/handle-cache.js';

const WINDOW = 64 * 1024;
const HANDLES_MAX = 256;
/** Log, queue and index are read side by side. */
const WINDOWS_MAX = 4;

interface Window {
  readonly position: number;
  readonly bytes: Buffer;
}

/** Reads files that nobody writes, any place of any of them, without opening one for writing. */
export class FileReader {
  private readonly handles: HandleCache;
  /** By path, the one that was read last at the end. */
  private readonly windows = new Map<string, Window>();

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
    const window = this.windows.get(path);
    const start = window === undefined ? -1 : position - window.position;
    if (window !== undefined && start >= 0 && start + length <= window.bytes.length) return window.bytes.subarray(start, start + length);
    const ahead = Math.min(WINDOW, this.sizeOf(path) - position);
    return this.keep(path, { position, bytes: this.read(path, position, Math.max(length, ahead)) }).subarray(0, length);
  }

  private keep(path: string, window: Window): Buffer {
    this.windows.delete(path);
    this.windows.set(path, window);
    const [oldest] = this.windows.keys();
    if (this.windows.size > WINDOWS_MAX && oldest !== undefined) this.windows.delete(oldest);
    return window.bytes;
  }

  sizeOf(path: string): number {
    return this.files.statSync(path)?.size ?? 0;
  }

  close(): void {
    this.handles.closeAll();
  }
}
