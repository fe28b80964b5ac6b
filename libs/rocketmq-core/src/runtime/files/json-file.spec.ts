import { mkdtempSync, readFileSync, rmSync, writeFileSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isCorruption } from '../../base/index.js';
import { JsonFile } from './json-file.js';
import { NodeFileSystem } from './node-file-system.js';

describe('JsonFile', () => {
  let folder: string;
  let path: string;
  const files = new NodeFileSystem();
  const open = () => new JsonFile<unknown>({ files, path, parse: (text) => JSON.parse(text) as unknown });

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'json-file-'));
    path = join(folder, 'config', 'topics.json');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('loads nothing when nothing was saved', () => {
    expect(open().load()).toBeUndefined();
  });

  it('loads what was saved, makes the folder and leaves no draft behind', async () => {
    await open().save('{"a":1}');
    expect(open().load()).toEqual({ a: 1 });
    expect(existsSync(`${path}.tmp`)).toBe(false);
    expect(existsSync(`${path}.bak`)).toBe(false);
  });

  it('keeps the previous text as the backup', async () => {
    const file = open();
    await file.save('{"a":1}');
    await file.save('{"a":2}');
    expect(readFileSync(`${path}.bak`, 'utf8')).toBe('{"a":1}');
    expect(readFileSync(path, 'utf8')).toBe('{"a":2}');
  });

  it('runs saves one after the other', async () => {
    const file = open();
    await Promise.all([1, 2, 3, 4].map((n) => file.save(`{"a":${n}}`)));
    expect(readFileSync(path, 'utf8')).toBe('{"a":4}');
    expect(readFileSync(`${path}.bak`, 'utf8')).toBe('{"a":3}');
  });

  it.each([
    ['empty', ''],
    ['cut off', '{"a":'],
  ])('falls back to the backup when the file is %s', async (_, text) => {
    const file = open();
    await file.save('{"a":1}');
    await file.save('{"a":2}');
    writeFileSync(path, text);
    expect(open().load()).toEqual({ a: 1 });
  });

  it('falls back to the backup when the file is missing', async () => {
    const file = open();
    await file.save('{"a":1}');
    await file.save('{"a":2}');
    rmSync(path);
    expect(open().load()).toEqual({ a: 1 });
  });

  it.each([true, false])('never lets a damaged file replace the good backup (loaded before: %s)', async (loaded) => {
    const first = open();
    await first.save('{"a":1}');
    await first.save('{"a":2}');
    writeFileSync(path, '');
    const file = open();
    if (loaded) file.load();
    await file.save('{"a":3}');
    expect(readFileSync(`${path}.bak`, 'utf8')).toBe('{"a":1}');
    expect(open().load()).toEqual({ a: 3 });
  });

  it('refuses to start empty when neither copy is readable', async () => {
    const file = open();
    await file.save('{"a":1}');
    await file.save('{"a":2}');
    writeFileSync(path, '');
    writeFileSync(`${path}.bak`, '{');
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
