import { isOperationFailed } from '../../src/base/index.js';
import type { FileSystem } from '../../src/runtime/index.js';

/** What every implementation of the FileSystem port must do. */
export function describeFileSystem(name: string, make: () => { files: FileSystem; folder: string; remove: () => void }): void {
  describe(name, () => {
    let files: FileSystem;
    let folder: string;
    let remove: () => void;
    const text = (path: string) => files.readFileSync(path)?.toString();
    const write = (path: string, content: string) => {
      const handle = files.openSync(path, 'create');
      handle.truncateSync(0);
      handle.writeSync(Buffer.from(content), 0);
      handle.closeSync();
    };

    beforeEach(() => ({ files, folder, remove } = make()));
    afterEach(() => remove());

    it('makes folders with those above them, again without complaint', () => {
      files.makeFolderSync(`${folder}/a/b`);
      files.makeFolderSync(`${folder}/a/b`);
      expect(files.statSync(`${folder}/a/b`)?.isDirectory).toBe(true);
      expect(files.listSync(`${folder}/a`)).toEqual(['b']);
    });

    it('lists names sorted and nothing of a folder that is not there', () => {
      for (const one of ['b', 'c', 'a']) write(`${folder}/${one}`, one);
      expect(files.listSync(folder)).toEqual(['a', 'b', 'c']);
      expect(files.listSync(`${folder}/none`)).toEqual([]);
    });

    it('opens what exists and makes what is to be made', () => {
      for (const mode of ['read', 'write'] as const) {
        let met: unknown;
        try {
          files.openSync(`${folder}/none`, mode);
        } catch (error) {
          met = error;
        }
        expect(isOperationFailed(met) && met.reason).toBe('io');
      }
      write(`${folder}/some`, 'kept');
      files.openSync(`${folder}/some`, 'create').closeSync();
      expect(text(`${folder}/some`)).toBe('kept');
    });

    it('reads what was written, short at the end of the file', async () => {
      write(`${folder}/file`, 'hello world');
      const handle = files.openSync(`${folder}/file`, 'read');
      const target = Buffer.alloc(8, '.');
      expect(handle.readSync(target, 1, 5, 6)).toBe(5);
      expect(target.toString()).toBe('.world..');
      expect(await handle.read(target, 0, 8, 9)).toBe(2);
      expect(target.toString('utf8', 0, 2)).toBe('ld');
      expect(handle.readSync(target, 0, 8, 100)).toBe(0);
      handle.closeSync();
    });

    it('writes at positions and fills the hole before them with zeros', async () => {
      const handle = files.openSync(`${folder}/file`, 'create');
      handle.writeSync(Buffer.from('end'), 10_000);
      await handle.write(Buffer.from('ab'), 1);
      expect(handle.sizeSync()).toBe(10_003);
      handle.closeSync();
      const bytes = files.readFileSync(`${folder}/file`) ?? Buffer.alloc(0);
      expect([bytes[0], bytes.toString('utf8', 1, 3), bytes[3], bytes[9999], bytes.toString('utf8', 10_000)]).toEqual([
        0,
        'ab',
        0,
        0,
        'end',
      ]);
    });

    it('shortens and extends; what comes back is zero', () => {
      const handle = files.openSync(`${folder}/file`, 'create');
      handle.writeSync(Buffer.alloc(10_000, 1), 0);
      handle.truncateSync(5000);
      handle.truncateSync(10_000);
      handle.closeSync();
      const bytes = files.readFileSync(`${folder}/file`) ?? Buffer.alloc(0);
      expect(bytes.equals(Buffer.concat([Buffer.alloc(5000, 1), Buffer.alloc(5000)]))).toBe(true);
    });

    it('syncs files and folders', async () => {
      const handle = files.openSync(`${folder}/file`, 'create');
      handle.writeSync(Buffer.from('a'), 0);
      await handle.datasync();
      handle.datasyncSync();
      files.syncFolderSync(folder);
      await files.syncFolder(folder);
      handle.closeSync();
      expect(text(`${folder}/file`)).toBe('a');
    });

    it('renames over what is there', () => {
      write(`${folder}/old`, 'old');
      write(`${folder}/new`, 'new');
      files.renameSync(`${folder}/new`, `${folder}/old`);
      expect(text(`${folder}/old`)).toBe('new');
      expect(files.existsSync(`${folder}/new`)).toBe(false);
      expect(() => files.renameSync(`${folder}/new`, `${folder}/old`)).toThrow(/ENOENT/);
    });

    it('removes files and folders; what is not there is fine', async () => {
      files.makeFolderSync(`${folder}/a/b`);
      write(`${folder}/a/b/file`, 'x');
      write(`${folder}/one`, 'x');
      write(`${folder}/two`, 'x');
      files.removeSync(`${folder}/one`);
      files.removeSync(`${folder}/one`);
      await files.remove(`${folder}/two`);
      await files.remove(`${folder}/two`);
      files.removeFolderSync(`${folder}/a`);
      files.removeFolderSync(`${folder}/a`);
      expect(files.listSync(folder)).toEqual([]);
    });

    it('tells sizes, and nothing of what is not there', () => {
      write(`${folder}/file`, 'abc');
      expect(files.statSync(`${folder}/file`)).toMatchObject({ size: 3, isDirectory: false });
      expect(files.statSync(`${folder}/none`)).toBeUndefined();
      expect(files.readFileSync(`${folder}/none`)).toBeUndefined();
      expect(files.existsSync(`${folder}/none`)).toBe(false);
    });

    it('gives the lock to one handle until that is closed', async () => {
      const first = files.openSync(`${folder}/lock`, 'create');
      const second = files.openSync(`${folder}/lock`, 'create');
      expect(await first.tryLock()).toBe(true);
      expect(await second.tryLock()).toBe(false);
      first.closeSync();
      expect(await second.tryLock()).toBe(true);
      second.closeSync();
    });

    it('lets a sync end that runs when the handle is closed, and closes twice', async () => {
      const handle = files.openSync(`${folder}/file`, 'create');
      handle.writeSync(Buffer.from('a'), 0);
      const sync = handle.datasync();
      handle.closeSync();
      handle.closeSync();
      await expect(sync).resolves.toBeUndefined();
    });

    it('tells the space of the disk', () => {
      const { total, free } = files.spaceSync(folder);
      expect(total).toBeGreaterThan(0);
      expect(free).toBeLessThanOrEqual(total);
    });
  });
}
