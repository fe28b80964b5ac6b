import { transform } from '@swc/core';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

const core = resolve(import.meta.dirname, '../..');
const parallel = 16;

/**
 * Writes the sources of this package as JavaScript into `folder`, in a fraction of the time a checked build takes.
 * @param more other folders of the package that are wanted
 */
export async function compileCore(folder: string, more: readonly string[] = []): Promise<void> {
  const files = (await Promise.all(['src', ...more].map(sourcesIn))).flat();
  await writeFile(await made(join(folder, 'package.json')), '{"type":"module"}');
  await symlink(resolve(core, '../../node_modules'), join(folder, 'node_modules'));
  const compileNext = async (): Promise<void> => {
    for (let name = files.pop(); name !== undefined; name = files.pop()) await compile(name, folder);
  };
  await Promise.all(Array.from({ length: parallel }, compileNext));
}

async function sourcesIn(part: string): Promise<string[]> {
  const names = await readdir(join(core, part), { recursive: true });
  return names.filter((name) => /\.c?ts$/.test(name) && !/\.(spec|d)\.ts$/.test(name)).map((name) => join(part, name));
}

async function compile(name: string, folder: string): Promise<void> {
  const source = await readFile(join(core, name), 'utf8');
  const { code } = await transform(source, {
    swcrc: false,
    jsc: { parser: { syntax: 'typescript' }, target: 'es2023' },
    module: { type: name.endsWith('.cts') ? 'commonjs' : 'es6' },
  });
  await writeFile(await made(join(folder, name.replace(/ts$/, 'js'))), code);
}

async function made(path: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  return path;
}
