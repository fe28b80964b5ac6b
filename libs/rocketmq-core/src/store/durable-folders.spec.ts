import { MemoryFileSystem } from '../../testing/memory-file-system.js';
import { SeededRandom } from '../../testing/seeded-random.js';
import { makeDurableFolders } from './durable-folders.js';

const FOLDERS = ['/a/store', '/a/store/commitlog'];
const afterPowerCut = (files: MemoryFileSystem) => files.crash('nothing', new SeededRandom(1));
const refusing = (code: string, folder: string) => (operation: { readonly kind: string; readonly path: string }) =>
  operation.kind === 'sync-folder' && operation.path === folder ? code : undefined;

describe('makeDurableFolders', () => {
  let files: MemoryFileSystem;
  beforeEach(() => {
    files = new MemoryFileSystem();
  });

  it('makes folders that a power cut leaves', () => {
    makeDurableFolders(files, FOLDERS);
    expect(FOLDERS.map((folder) => afterPowerCut(files).existsSync(folder))).toEqual([true, true]);
  });

  it.each(['/', '/a', '/a/store'])('makes them durable although an earlier start could not sync %s', (folder) => {
    files.fault = refusing('EIO', folder);
    expect(() => makeDurableFolders(files, FOLDERS)).toThrow(/EIO/);
    files.fault = undefined;
    makeDurableFolders(files, FOLDERS);
    expect(afterPowerCut(files).existsSync('/a/store/commitlog')).toBe(true);
  });

  it('leaves alone what may not be read above folders that are there', () => {
    makeDurableFolders(files, ['/a']);
    files.fault = refusing('EACCES', '/');
    expect(() => makeDurableFolders(files, FOLDERS)).not.toThrow();
    expect(() => makeDurableFolders(files, ['/b'])).toThrow(/EACCES/);
  });
});
