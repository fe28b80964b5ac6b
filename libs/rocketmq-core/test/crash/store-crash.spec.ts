import { MemoryFileSystem } from '../../testing/memory-file-system.js';
import { crashTimeoutMs, cutEverywhere, failEverywhere, flushes, isLong, liveThroughMany, scriptsUpTo } from './crash-runs.js';

describe('a power cut at every operation', () => {
  const all = scriptsUpTo(isLong ? 5 : 3);

  // Both ways to flush take every script up to two steps; of the longer ones each takes half where time is short.
  it.each(flushes.map((flush, index) => ({ flush, index })))(
    'loses nothing acknowledged and invents nothing ($flush)',
    async ({ flush, index }) => {
      const scripts = all.filter((script, number) => isLong || script.length < 3 || number % flushes.length === index);
      let crashes = 0;
      for (const script of scripts) crashes += await cutEverywhere(script, flush);
      expect(scripts.length).toBeGreaterThan(200);
      expect(crashes).toBeGreaterThan(10_000);
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
    private last = '';
    override note(...[kind, path]: Parameters<MemoryFileSystem['note']>): void {
      this.last = path;
      super.note(kind, path);
    }
    override change(operation: Parameters<MemoryFileSystem['change']>[0]): void {
      const isSkipped = operation.kind === 'write' && /consumequeue\/.*\/0*80$/.test(this.last);
      super.change(isSkipped ? { ...operation, bytes: Buffer.alloc(operation.bytes.length) } : operation);
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
  it('finds an answer that comes before the sync has ended', async () => {
    await expect(cutEverywhere(['A'], 'SYNC_FLUSH', () => new EarlyAnswer())).rejects.toThrow(/lost|holes/);
  });
  it('finds a flushed position that moves although the sync has failed', async () => {
    const once = ({ index }: { readonly index: number }, n: number) => index === n;
    await expect(failEverywhere(['A'], 'SYNC_FLUSH', { code: 'EIO', isDue: once }, () => new NoError())).rejects.toThrow(
      /lost|holes|was there/,
    );
  });
  it('finds a file of a queue that is skipped', async () => {
    await expect(cutEverywhere(['A', 'A', 'A'], 'SYNC_FLUSH', () => new SkippedFile())).rejects.toThrow(
      /has no message|no entry|behind the end/,
    );
  });
  it(
    'finds a tail that is not erased',
    async () => {
      await expect(liveThroughMany(3830, 20, () => new NoErasing())).rejects.toThrow(/came back|twice|out of order|never sent/);
    },
    crashTimeoutMs,
  );
});
