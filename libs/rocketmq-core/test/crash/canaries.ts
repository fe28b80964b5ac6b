import { MemoryFileSystem } from '../../testing/memory-file-system.js';
import { cutEverywhere, failEverywhere, liveThrough } from './crash-runs.js';

class NoSync extends MemoryFileSystem {
  override sync(): Promise<void> {
    return Promise.resolve();
  }
  override syncSync(): void {
    // Says yes.
  }
}

class NoFolderSync extends MemoryFileSystem {
  override syncFolderSync(): void {
    // Says yes.
  }
}

/** Says that it has synced, and then does. */
class EarlyAnswer extends MemoryFileSystem {
  override sync(...of: Parameters<MemoryFileSystem['sync']>): Promise<void> {
    void super.sync(...of).catch(() => undefined);
    return Promise.resolve();
  }
}

/** Says that it has synced when it could not. */
class NoError extends MemoryFileSystem {
  override sync(...of: Parameters<MemoryFileSystem['sync']>): Promise<void> {
    return super.sync(...of).catch(() => undefined);
  }
}

/** What is written to the second file of a queue goes nowhere. */
class SkippedFile extends MemoryFileSystem {
  override write(...[path, inode, bytes, position]: Parameters<MemoryFileSystem['write']>): void {
    super.write(path, inode, /consumequeue\/.*\/0*80$/.test(path) ? Buffer.alloc(bytes.length) : bytes, position);
  }
}

/** Shortens no file: what lies behind a cut stays. */
class NoErasing extends MemoryFileSystem {
  override change(operation: Parameters<MemoryFileSystem['change']>[0]): void {
    if (operation.kind === 'write' || operation.length > operation.inode.current.size) super.change(operation);
  }
  override crash(...how: Parameters<MemoryFileSystem['crash']>): MemoryFileSystem {
    return Object.setPrototypeOf(super.crash(...how), NoErasing.prototype) as MemoryFileSystem;
  }
  override restart(): MemoryFileSystem {
    return Object.setPrototypeOf(super.restart(), NoErasing.prototype) as MemoryFileSystem;
  }
}

const once = ({ index }: { readonly index: number }, n: number) => index === n;

async function liveUntilFound(): Promise<void> {
  for (let seed = 1; seed <= LIVES_MAX; seed += 1) await liveThrough(seed, { makeDisk: () => new NoErasing(), pool: ['A', 'E'] });
}

/** So many take some seconds. */
const LIVES_MAX = 1500;

/** Disks, and with them stores, that break a promise, and the runs that must find it. */
export const canaries = {
  'a disk that does not sync': () => cutEverywhere(['A'], 'SYNC_FLUSH', () => new NoSync()),
  'a folder that is not synced': () => cutEverywhere(['A'], 'SYNC_FLUSH', () => new NoFolderSync()),
  'an answer that comes before the sync has ended': () => cutEverywhere(['A'], 'SYNC_FLUSH', () => new EarlyAnswer()),
  'a flushed position that moves although the sync has failed': () =>
    failEverywhere(['A'], 'SYNC_FLUSH', { code: 'EIO', isDue: once }, () => new NoError()),
  'a file of a queue that is skipped': () => cutEverywhere(['A', 'A', 'A', 'F'], 'SYNC_FLUSH', () => new SkippedFile()),
  'a tail that is not erased': liveUntilFound,
} as const satisfies Record<string, () => Promise<unknown>>;
