import type { FileHandle } from '../src/runtime/index.js';
import { MemoryFileSystem } from './memory-file-system.js';

/** A disk whose background reads end when the test says so, and that tells which synchronous reads there were. */
export class SlowReadFileSystem extends MemoryFileSystem {
  /** Called for each synchronous read, before it. */
  onReadSync: ((path: string, position: number) => void) | undefined;
  /** Background reads that have begun, in order. */
  readonly begun: { readonly path: string; readonly position: number; readonly length: number }[] = [];
  /** Background reads that have begun and not ended. */
  running = 0;
  runningMost = 0;
  private gate: Promise<void> = Promise.resolve();

  /** Background reads do not end before the returned function is called. */
  holdReads(): () => void {
    let release!: () => void;
    this.gate = new Promise((resolve) => (release = resolve));
    return release;
  }

  override openSync(path: string, mode: 'read' | 'write' | 'create'): FileHandle {
    const handle = super.openSync(path, mode);
    return Object.assign(Object.create(handle) as FileHandle, {
      readSync: (target: Uint8Array, targetOffset: number, length: number, position: number) => {
        this.onReadSync?.(path, position);
        return handle.readSync(target, targetOffset, length, position);
      },
      read: async (target: Uint8Array, targetOffset: number, length: number, position: number) => {
        this.begun.push({ path, position, length });
        this.running += 1;
        this.runningMost = Math.max(this.runningMost, this.running);
        try {
          await this.gate;
          return await handle.read(target, targetOffset, length, position);
        } finally {
          this.running -= 1;
        }
      },
    });
  }
}
