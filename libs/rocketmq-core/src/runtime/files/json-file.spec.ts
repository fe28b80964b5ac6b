import { temporaryFolder } from '../../../testing/temporary-folder.js';
import { isCorruption } from '../../base/index.js';
import { JsonFile } from './json-file.js';
import { NodeFileSystem } from './node-file-system.js';

describe('JsonFile', () => {
  let folder: string;
  let path: string;
  let remove: () => void;
  const files = new NodeFileSystem();
  const textOf = (file: string) => files.readFileSync(file)?.toString();
  const overwrite = (file: string, text: string) => {
    const handle = files.openSync(file, 'write');
    handle.truncateSync(0);
    handle.writeSync(Buffer.from(text), 0);
    handle.closeSync();
  };
  const open = () => new JsonFile<unknown>({ files, path, parse: (text) => JSON.parse(text) as unknown });

  beforeEach(() => {
    ({ folder, remove } = temporaryFolder('json-file'));
    path = `${folder}/config/topics.json`;
  });
  afterEach(() => remove());

  it('loads nothing when nothing was saved', () => {
    expect(open().load()).toBeUndefined();
  });

  it('loads what was saved, makes the folder and leaves no draft behind', async () => {
    await open().save('{"a":1}');
    expect(open().load()).toEqual({ a: 1 });
    expect(files.existsSync(`${path}.tmp`)).toBe(false);
    expect(files.existsSync(`${path}.bak`)).toBe(false);
  });

  it('makes the folder of a path with the separators of Windows', async () => {
    const made: string[] = [];
    const windows = new NodeFileSystem('win32');
    windows.makeFolderSync = (name) => void made.push(name);
    const file = new JsonFile({ files: windows, path: `${folder}/me\\offsets\\G.json`, parse: (text) => text });
    await file.save('{}');
    expect(made).toEqual([`${folder}/me`, `${folder}/me\\offsets`]);
  });

  it('keeps the previous text as the backup', async () => {
    const file = open();
    await file.save('{"a":1}');
    await file.save('{"a":2}');
    expect(textOf(`${path}.bak`)).toBe('{"a":1}');
    expect(textOf(path)).toBe('{"a":2}');
  });

  it('runs saves one after the other', async () => {
    const file = open();
    await Promise.all([1, 2, 3, 4].map((n) => file.save(`{"a":${n}}`)));
    expect(textOf(path)).toBe('{"a":4}');
    expect(textOf(`${path}.bak`)).toBe('{"a":3}');
  });

  it.each([
    ['empty', ''],
    ['cut off', '{"a":'],
  ])('falls back to the backup when the file is %s', async (_, text) => {
    const file = open();
    await file.save('{"a":1}');
    await file.save('{"a":2}');
    overwrite(path, text);
    expect(open().load()).toEqual({ a: 1 });
  });

  it('falls back to the backup when the file is missing', async () => {
    const file = open();
    await file.save('{"a":1}');
    await file.save('{"a":2}');
    files.removeSync(path);
    expect(open().load()).toEqual({ a: 1 });
  });

  it.each([true, false])('never lets a damaged file replace the good backup (loaded before: %s)', async (loaded) => {
    const first = open();
    await first.save('{"a":1}');
    await first.save('{"a":2}');
    overwrite(path, '');
    const file = open();
    if (loaded) file.load();
    await file.save('{"a":3}');
    expect(textOf(`${path}.bak`)).toBe('{"a":1}');
    expect(open().load()).toEqual({ a: 3 });
  });

  it('refuses to start empty when neither copy is readable', async () => {
    const file = open();
    await file.save('{"a":1}');
    await file.save('{"a":2}');
    overwrite(path, '');
    overwrite(`${path}.bak`, '{');
    let met: unknown;
    try {
      open().load();
    } catch (error) {
      met = error;
    }
    expect(isCorruption(met)).toBe(true);
    expect(String(met)).toContain(path);
  });
});
