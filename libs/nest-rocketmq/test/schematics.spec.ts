import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { dirname, join, posix } from 'node:path';
import { createRequire } from 'node:module';
import ts from 'typescript';
import { listener, orderlyListener } from '../schematics/listener.js';
import { transactionListener } from '../schematics/transaction-listener.js';
import type { Tree } from '../schematics/tree.js';

const here = import.meta.dirname;

/** The files of a project, as the devkit's Tree shows them. */
function project(files: Record<string, string>): Tree & { readonly files: Map<string, string> } {
  const absolute = (path: string) => posix.join('/', path);
  const all = new Map(Object.entries(files).map(([path, text]) => [absolute(path), text]));
  return {
    files: all,
    exists: (path) => all.has(absolute(path)),
    read: (path) => Buffer.from(all.get(absolute(path)) ?? ''),
    create: (path, text) => void all.set(absolute(path), text),
    overwrite: (path, text) => void all.set(absolute(path), text),
    getDir: (path) => ({
      subfiles: [...all.keys()].filter((file) => posix.dirname(file) === absolute(path)).map((file) => posix.basename(file)),
    }),
  };
}

const esm = { 'package.json': '{ "type": "module" }' };

describe('the schematics', () => {
  // What is generated lies in test/generated, where it is compiled, checked and run as any spec.
  it.each([
    ['listener', listener({ name: 'orderPlaced', sourceRoot: '', flat: true })],
    ['listener of a controller', listener({ name: 'order-paid', sourceRoot: '', flat: true, type: 'controller' })],
    ['orderly listener', orderlyListener({ name: 'Order shipped', sourceRoot: '', flat: true })],
    ['transaction listener', transactionListener({ name: 'order_signed', sourceRoot: '', flat: true })],
  ])('generate a %s that is kept and run here', async (_what, rule) => {
    const tree = project(esm);
    rule(tree);
    const generated = [...tree.files].filter(([path]) => path !== '/package.json');
    expect(generated).toHaveLength(2);
    for (const [path, text] of generated) {
      const kept = join(here, 'generated', path);
      if (process.env.UPDATE_DOCS === '1') await writeFile(kept, text);
      expect(await readFile(kept, 'utf8')).toBe(text);
    }
  });

  it('put the class into the nearest module', () => {
    const module = `import { Module } from '@nestjs/common';
import {
  A,
  B,
} from './a';

@Module({
  providers: [
    A,
    { provide: B, useFactory: (a: A[]) => a[0], inject: [A] },
  ],
})
export class OrdersModule {}
`;
    const tree = project({ 'src/app.module.ts': '@Module({})\nexport class AppModule {}\n', 'src/orders/orders.module.ts': module });
    listener({ name: 'placed', path: 'orders' })(tree);
    listener({ name: 'orders/paid', type: 'controller' })(tree);
    transactionListener({ name: 'tx' })(tree);
    expect([...tree.files.keys()].sort()).toEqual([
      '/src/app.module.ts',
      '/src/orders/orders.module.ts',
      '/src/orders/paid/paid.listener.spec.ts',
      '/src/orders/paid/paid.listener.ts',
      '/src/orders/placed/placed.listener.spec.ts',
      '/src/orders/placed/placed.listener.ts',
      '/src/tx/tx.transaction-listener.spec.ts',
      '/src/tx/tx.transaction-listener.ts',
    ]);
    expect(tree.files.get('/src/orders/orders.module.ts')).toBe(`import { Module } from '@nestjs/common';
import {
  A,
  B,
} from './a';
import { PlacedListener } from './placed/placed.listener';
import { PaidListener } from './paid/paid.listener';

@Module({
  controllers: [PaidListener],
  providers: [
    A,
    { provide: B, useFactory: (a: A[]) => a[0], inject: [A] },
    PlacedListener,
  ],
})
export class OrdersModule {}
`);
    expect(tree.files.get('/src/app.module.ts')).toBe(`import { TxTransactionListener } from './tx/tx.transaction-listener';

@Module({
  providers: [TxTransactionListener],
})
export class AppModule {}
`);
  });

  it('leave out what is not wanted, and refuse a name that is none', () => {
    const tree = project({ 'src/app.module.ts': '@Module({})' });
    listener({ name: 'a', spec: false, skipImport: true })(tree);
    listener({ name: 'b', specFileSuffix: 'test' })(project({}));
    expect([...tree.files]).toEqual([
      ['/src/app.module.ts', '@Module({})'],
      ['/src/a/a.listener.ts', expect.stringContaining('class AListener') as unknown],
    ]);
    for (const name of ['', '1', '../../']) expect(() => listener({ name })(project({}))).toThrow('is no name for a listener');
  });

  it('run with `nest g`', async () => {
    const root = await mkdtemp(join(tmpdir(), 'nest-g-'));
    const library = join(root, 'node_modules/nest-rocketmq');
    const compiled = join(library, 'dist/cjs/schematics');
    await mkdir(compiled, { recursive: true });
    const source = join(here, '../schematics');
    const manifest = JSON.parse(await readFile(join(here, '../package.json'), 'utf8')) as { readonly schematics: string };
    await writeFile(
      join(library, 'package.json'),
      JSON.stringify({ name: 'nest-rocketmq', version: '0.0.0', schematics: manifest.schematics }),
    );
    await mkdir(join(library, 'schematics'));
    for (const name of ['collection.json', 'schema.json']) await copyFile(join(source, name), join(library, 'schematics', name));
    await writeFile(join(library, 'dist/cjs/package.json'), '{ "type": "commonjs" }');
    for (const name of ['listener', 'transaction-listener', 'module-declaration', 'options', 'tree']) {
      const text = await readFile(join(source, `${name}.ts`), 'utf8');
      const { outputText } = ts.transpileModule(text, {
        compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
      });
      await writeFile(join(compiled, `${name}.js`), outputText);
    }
    await mkdir(join(root, 'src'));
    await writeFile(join(root, 'package.json'), '{}');
    await writeFile(join(root, 'nest-cli.json'), '{ "sourceRoot": "src" }');
    await writeFile(
      join(root, 'src/app.module.ts'),
      "import { Module } from '@nestjs/common';\n\n@Module({\n  providers: [],\n})\nexport class AppModule {}\n",
    );

    const cli = join(dirname(createRequire(import.meta.url).resolve('@nestjs/cli/package.json')), 'bin/nest.js');
    const generate = (...rest: string[]) =>
      spawnSync(process.execPath, [cli, 'g', '-c', 'nest-rocketmq', ...rest], { cwd: root, encoding: 'utf8' });
    const made = generate('listener', 'orders', '--no-spec');
    expect(made.stdout).toContain(' src/orders/orders.listener.ts');
    const second = generate('transaction-listener', 'pay', '--type', 'provider');
    expect(`${second.stdout}${second.stderr}`).toContain(' src/pay/pay.transaction-listener.spec.ts');
    expect(await readFile(join(root, 'src/app.module.ts'), 'utf8')).toContain('providers: [OrdersListener, PayTransactionListener],');
    await rm(root, { recursive: true, force: true });
    // Two runs of the CLI, each a program of its own.
  }, 180_000);
});
