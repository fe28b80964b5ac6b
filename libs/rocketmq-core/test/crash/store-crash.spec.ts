import { MemoryFileSystem } from '../../testing/memory-file-system.js';
import { crashTimeoutMs, cutEverywhere, flushes, isLong, liveThroughMany, scriptsUpTo } from './crash-runs.js';

describe('a power cut at every operation', () => {
  it.each(flushes)(
    'loses nothing acknowledged and invents nothing (%s)',
    async (flush) => {
      let crashes = 0;
      for (const script of scriptsUpTo(isLong ? 5 : 2)) crashes += await cutEverywhere(script, flush);
      expect(crashes).toBeGreaterThan(1000);
    },
    crashTimeoutMs,
  );
});

describe('the harness itself', () => {
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

  it('finds a disk that does not sync', async () => {
    await expect(cutEverywhere(['A'], 'SYNC_FLUSH', () => new NoSync())).rejects.toThrow(/lost|holes/);
  });
  it('finds a folder that is not synced', async () => {
    await expect(cutEverywhere(['A'], 'SYNC_FLUSH', () => new NoFolderSync())).rejects.toThrow(/lost/);
  });
  it(
    'finds a tail that is not erased',
    async () => {
      await expect(liveThroughMany(880, 5000, () => new NoErasing())).rejects.toThrow(/came back|twice|out of order|never sent/);
    },
    crashTimeoutMs,
  );
});
