// Packs every published workspace, asks publint and attw, and installs the tarballs into projects of their own. There every entry is loaded by `import`
// and by `require`, which fails for a graph with a top-level await, and by both in one process; each bin runs; a small service runs as an ES module and as
// CommonJS; and the contract specs of the Nest layer run on the lowest and newest Nest, in both forms, with both test runners. What a user meets after
// `npm install` is what is checked, not the work tree: also the license, and the links of the README.
// Usage: node scripts/check-packages.mjs             what continuous integration runs
//        TEST_LONG=1 node scripts/check-packages.mjs  the other combinations of Nest, form and runner
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { combinations, furtherCombinations, VITEST } from './packages/combinations.mjs';
import { compile, manifest, nestOf, project, run, runContract } from './packages/projects.mjs';

const libraries = ['libs/rocketmq-core', 'libs/nest-rocketmq'];
/** The servers, and what they are made of: ES modules only. */
const programs = ['libs/rocketmq-server', 'apps/broker', 'apps/namesrv'];
/** Installs wait for the disk, compilers and tests for a processor. */
const AT_ONCE = 2;
const folder = mkdtempSync(join(tmpdir(), 'packages-'));

/** Runs tasks, some at once, and prints the lines that they return. After a failure none begins; it throws when those that run have ended. */
async function each(tasks) {
  const waiting = [...tasks];
  const failures = [];
  const worker = async () => {
    for (let task = waiting.shift(); task !== undefined && failures.length === 0; task = waiting.shift()) {
      try {
        console.log(await task());
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  if (failures.length > 0) throw failures[0];
}

async function pack(path) {
  const [tarball] = JSON.parse(await run('npm', ['pack', '--json', '--pack-destination', folder, '--workspace', path]));
  return join(folder, tarball.filename);
}

async function judge(path, tarball) {
  await run('npx', ['publint', '--strict', path]);
  if (libraries.includes(path)) await run('npx', ['attw', '--no-color', '--no-emoji', tarball]);
  return `nothing is wrong with ${path}`;
}

async function loadEntries(path) {
  const entries = libraries.flatMap((library) => {
    const { name, exports } = manifest(library);
    const names = Object.keys(exports).filter((entry) => entry !== './package.json');
    return names.map((entry) => name + entry.slice(1));
  });
  const check = (entry, load) => `if (Object.keys(${load}('${entry}')).length === 0) throw new Error('${entry} exports nothing');`;
  const program = (load) => entries.map((entry) => check(entry, load)).join('\n');
  writeFileSync(join(path, 'load.mjs'), `import 'reflect-metadata';\n${program('await import')}\n`);
  writeFileSync(join(path, 'load.cjs'), `require('reflect-metadata');\n${program('require')}\n`);
  for (const file of ['load.mjs', 'load.cjs']) await run(process.execPath, [file], { cwd: path });
  return `loaded ${entries.join(', ')}`;
}

async function runService(path) {
  for (const name of ['service.mts', 'service.cts']) copyFileSync('scripts/packages/order-app.ts', join(path, name));
  await compile(path, ['service.mts', 'service.cts']);
  for (const file of ['service.mjs', 'service.cjs']) {
    const said = (await run(process.execPath, [file, join(path, `data-of-${file}`)], { cwd: path })).trim();
    if (said !== 'confirmed first') throw new Error(`${file} in ${path} said ${said}`);
  }
  copyFileSync('scripts/packages/both-forms.mjs', join(path, 'both-forms.mjs'));
  await run(process.execPath, ['both-forms.mjs'], { cwd: path });
  const { version } = manifest(join(path, 'node_modules/@nestjs/core'));
  return `a service runs with Nest ${version}, as an ES module, as CommonJS, and as both in one process`;
}

function checkContent(path, workspace) {
  const installed = join(path, 'node_modules', manifest(workspace).name);
  for (const name of ['LICENSE', 'NOTICE'])
    if (readFileSync(join(installed, name), 'utf8') !== readFileSync(name, 'utf8'))
      throw new Error(`${name} of ${workspace} is not that of the repository`);
  // A registry shows the README alone: a relative link would lead nowhere.
  const link = /\]\((?!https?:|#)[^)]*\)/.exec(readFileSync(join(installed, 'README.md'), 'utf8'))?.[0];
  if (link !== undefined) throw new Error(`the README of ${workspace} has the relative link ${link}`);
}

/** `nest g` finds the collection of the installed library and makes what compiles with it. */
async function checkSchematics(path) {
  const collection = Object.keys(JSON.parse(readFileSync('libs/nest-rocketmq/schematics/collection.json', 'utf8')).schematics);
  mkdirSync(join(path, 'src'));
  writeFileSync(join(path, 'nest-cli.json'), '{ "sourceRoot": "src" }');
  writeFileSync(join(path, 'src/app.module.ts'), "import { Module } from '@nestjs/common';\n\n@Module({})\nexport class AppModule {}\n");
  for (const name of collection)
    await run(process.execPath, [resolve('node_modules/@nestjs/cli/bin/nest.js'), 'g', '-c', 'nest-rocketmq', name, `made-${name}`], {
      cwd: path,
    });
  const made = readFileSync(join(path, 'src/app.module.ts'), 'utf8').match(/from '\.\/made-/g) ?? [];
  if (made.length !== collection.length) throw new Error(`nest g put ${made.length} of ${collection.length} classes into the module`);
  await compile(path, ['src/app.module.ts']);
  return `nest g makes ${collection.join(', ')} with the installed package`;
}

async function checkComplete(tarballs) {
  const path = await project(join(folder, 'with-all'), { dependencies: nestOf() }, tarballs);
  const loaded = await loadEntries(path);
  for (const workspace of [...libraries, ...programs]) checkContent(path, workspace);
  for (const name of ['rocketmq-broker', 'rocketmq-namesrv'])
    await run(join(path, 'node_modules/.bin', name), ['--version'], { cwd: path });
  return `${loaded}\n${await checkSchematics(path)}`;
}

try {
  const workspaces = [...libraries, ...programs];
  const tarballs = await Promise.all(workspaces.map(pack));
  if (readdirSync(folder).length !== tarballs.length) throw new Error('two packages have one name');
  // Nothing but the libraries and what they must have.
  const alone = tarballs.slice(0, libraries.length);
  const vitest = await project(join(folder, 'vitest'), { dependencies: { vitest: VITEST } });
  const contract = (one, at) => () => runContract(join(folder, `contract-${at}`), one, { tarballs: alone, vitest });
  if (process.env.TEST_LONG) await each(furtherCombinations.map(contract));
  else
    await each([
      ...workspaces.map((path, at) => () => judge(path, tarballs[at])),
      () => checkComplete(tarballs),
      ...[12, 11].map((major) => async () => {
        const path = await project(join(folder, `nest-${major}`), { dependencies: nestOf(`^${major}`) }, alone);
        return runService(path);
      }),
      ...combinations.map(contract),
    ]);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
