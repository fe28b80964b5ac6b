import type { FileHandle } from '../src/runtime/index.js';
import { crashPolicies, MemoryFileSystem } from './memory-file-system.js';
import { SeededRandom } from './seeded-random.js';
import { describeFileSystem } from './suites/file-system.suite.js';

describeFileSystem('MemoryFileSystem', () => {
  const files = new MemoryFileSystem();
  files.makeFolderSync('/data');
  return { files, folder: '/data', remove: () => undefined };
});

describe('MemoryFileSystem after a power cut', () => {
  let files: MemoryFileSystem;
  let handle: FileHandle;
  const random = () => new SeededRandom(1);
  const textAfter = (policy: (typeof crashPolicies)[number], path = '/a') => files.crash(policy, random()).readFileSync(path)?.toString();

  beforeEach(async () => {
    files = new MemoryFileSystem();
    handle = files.openSync('/a', 'create');
    handle.writeSync(Buffer.from('synced'), 0);
    await handle.datasync();
    files.syncFolderSync('/');
  });

  it('keeps what was synced, whatever the policy', () => {
    for (const policy of crashPolicies) {
      files = files.crash(policy, random());
      expect(files.readFileSync('/a')?.toString()).toBe('synced');
    }
  });

  it('loses or keeps what was not', () => {
    handle.writeSync(Buffer.from('SYNCED'), 0);
    expect(textAfter('nothing')).toBe('synced');
    expect(textAfter('everything')).toBe('SYNCED');
  });

  it('does not count writes that came after the sync was called', async () => {
    const sync = handle.datasync();
    handle.writeSync(Buffer.from('late'), 0);
    await sync;
    expect(textAfter('nothing')).toBe('synced');
  });

  it('loses a file whose name was not synced, and a rename', async () => {
    const other = files.openSync('/b', 'create');
    other.writeSync(Buffer.from('x'), 0);
    await other.datasync();
    expect(textAfter('nothing', '/b')).toBeUndefined();
  });

  it('loses a file with the folder above its own', () => {
    files.makeFolderSync('/x/y');
    files.openSync('/x/y/z', 'create');
    files.syncFolderSync('/x');
    files.syncFolderSync('/x/y');
    const after = files.crash('nothing', random());
    expect(['/x', '/x/y', '/x/y/z'].map((path) => after.existsSync(path))).toEqual([false, false, false]);
  });

  it('loses a rename without a sync of the folder', () => {
    files.renameSync('/a', '/c');
    const after = files.crash('nothing', random());
    expect([after.existsSync('/a'), after.existsSync('/c')]).toEqual([true, false]);
  });

  it('keeps a rename with a sync of the folder', () => {
    files.renameSync('/a', '/c');
    files.syncFolderSync('/');
    const after = files.crash('nothing', random());
    expect([after.existsSync('/a'), after.existsSync('/c')]).toEqual([false, true]);
  });

  it('never makes durable what a sync has failed for', async () => {
    handle.writeSync(Buffer.from('SYNCED'), 0);
    files.fault = ({ kind }) => (kind === 'sync' ? 'EIO' : undefined);
    await expect(handle.datasync()).rejects.toThrow(/EIO/);
    files.fault = undefined;
    await handle.datasync();
    expect(files.readFileSync('/a')?.toString()).toBe('SYNCED');
    expect(textAfter('nothing')).toBe('synced');
  });

  it('takes half of a write that is to be short, and refuses the rest', async () => {
    files.fault = () => 'SHORT';
    expect(() => handle.writeSync(Buffer.from('SYNCED'), 0)).toThrow(/ENOSPC/);
    await expect(handle.write(Buffer.from('1234'), 6)).rejects.toThrow(/ENOSPC/);
    handle.truncateSync(8);
    files.fault = undefined;
    expect(files.readFileSync('/a')?.toString()).toBe('SYNced12');
  });

  it('tears writes, reorders them and extends files with zeros', () => {
    const seen = { torn: new Set<string>(), scattered: new Set<string>(), extended: new Set<string>() };
    for (let seed = 1; seed <= 200; seed += 1) {
      for (const policy of ['torn', 'scattered', 'extended'] as const) {
        const disk = new MemoryFileSystem();
        const file = disk.openSync('/f', 'create');
        disk.syncFolderSync('/');
        file.writeSync(Buffer.alloc(1024, 'x'), 0);
        const bytes = disk.crash(policy, new SeededRandom(seed)).readFileSync('/f') ?? Buffer.alloc(0);
        seen[policy].add(`${bytes.length}:${bytes[0] ?? 0}:${bytes[1023] ?? 0}`);
      }
    }
    expect(seen.torn.size).toBeGreaterThan(3);
    expect([...seen.scattered].sort()).toEqual(['0:0:0', '1024:0:120', '1024:120:120', '512:120:0'].sort());
    expect([...seen.extended].sort()).toEqual(['1024:0:0', '1024:0:120', '1024:120:0', '1024:120:120'].sort());
  });

  it('stands still after it was halted', () => {
    files.halt();
    expect(() => handle.writeSync(Buffer.from('x'), 0)).toThrow(/stopped/);
    expect(() => files.existsSync('/a')).toThrow(/stopped/);
  });
});
