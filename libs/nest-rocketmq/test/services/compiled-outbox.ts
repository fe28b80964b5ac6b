import { transform } from '@swc/core';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { compileCore } from '../../../rocketmq-core/test/crash-process/compiled-core.js';

const sources = resolve(import.meta.dirname, '../../src');

/** Writes the core and what a relay needs as JavaScript into `folder`. */
export async function compileOutbox(folder: string): Promise<void> {
  await compileCore(folder);
  for (const name of ['outbox/relay-loop', 'outbox/postgres/postgres-outbox.store']) {
    const source = await readFile(join(sources, `${name}.ts`), 'utf8');
    const { code } = await transform(source, {
      swcrc: false,
      jsc: { parser: { syntax: 'typescript', decorators: true }, target: 'es2023' },
      module: { type: 'es6' },
    });
    const target = join(folder, `${name}.js`);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(
      target,
      code.replace(`'rocketmq-core/client'`, `'../src/client/index.js'`).replace(`"rocketmq-core/client"`, `'../src/client/index.js'`),
    );
  }
}
