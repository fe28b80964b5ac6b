// Packs every published workspace, asks publint, and installs the tarballs into projects of their own, with the newest release of each Nest that the
// libraries accept. There every entry is loaded by `import` and by `require`, which fails for a graph with a top-level await; each bin runs, and so does
// a small service, as an ES module and as CommonJS. What a user meets after `npm install` is what is checked, not the work tree: also the license,
// and the links of the README.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const libraries = ['libs/rocketmq-core', 'libs/nest-rocketmq'];
const apps = ['apps/broker', 'apps/namesrv'];
const folder = mkdtempSync(join(tmpdir(), 'packages-'));
const manifest = (path) => JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'));
const { devDependencies } = manifest('libs/nest-rocketmq');

/** @throws Error when it fails or takes longer than anything here may */
function run(command, args, cwd = '.') {
  const timeout = 300_000;
  return execFileSync(command, args, { cwd, stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8', timeout });
}

function pack(path) {
  const [tarball] = JSON.parse(run('npm', ['pack', '--json', '--pack-destination', folder, '--workspace', path]));
  process.stdout.write(run('npx', ['publint', '--strict', path]));
  return join(folder, tarball.filename);
}

function project(name, dependencies, tarballs) {
  const path = join(folder, name);
  mkdirSync(path);
  writeFileSync(join(path, 'package.json'), JSON.stringify({ name, private: true, type: 'module', dependencies }));
  run('npm', ['install', '--loglevel=error', '--no-audit', '--no-fund', ...tarballs], path);
  return path;
}

function loadEntries(path) {
  const entries = libraries.flatMap((library) => {
    const { name, exports } = manifest(library);
    const names = Object.keys(exports).filter((entry) => entry !== './package.json');
    return names.map((entry) => name + entry.slice(1));
  });
  const check = (entry, load) => `if (Object.keys(${load}('${entry}')).length === 0) throw new Error('${entry} exports nothing');`;
  const program = (load) => entries.map((entry) => check(entry, load)).join('\n');
  writeFileSync(join(path, 'load.mjs'), `import 'reflect-metadata';\n${program('await import')}\n`);
  writeFileSync(join(path, 'load.cjs'), `require('reflect-metadata');\n${program('require')}\n`);
  for (const file of ['load.mjs', 'load.cjs']) run(process.execPath, [file], path);
  return entries;
}

function runService(path) {
  const source = readFileSync('scripts/packages/order-app.ts', 'utf8');
  for (const name of ['service.mts', 'service.cts']) writeFileSync(join(path, name), source);
  const compilerOptions = {
    ...{ module: 'nodenext', target: 'es2023', lib: ['es2023'], strict: true, skipLibCheck: true },
    ...{ experimentalDecorators: true, emitDecoratorMetadata: true, types: ['node'], typeRoots: [resolve('node_modules/@types')] },
  };
  writeFileSync(join(path, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['service.mts', 'service.cts'] }));
  run(process.execPath, [resolve('node_modules/typescript/bin/tsc')], path);
  for (const file of ['service.mjs', 'service.cjs']) {
    const said = run(process.execPath, [file, join(path, `data-of-${file}`)], path).trim();
    if (said !== 'confirmed first') throw new Error(`${file} in ${path} said ${said}`);
  }
  console.log(`a service runs with Nest ${manifest(join(path, 'node_modules/@nestjs/core')).version}, as an ES module and as CommonJS`);
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

function checkBin(path, name) {
  console.log(run(join(path, 'node_modules/.bin', name), ['--version'], path).trim());
}

const nestPackages = ['common', 'core', 'microservices', 'platform-express'].map((name) => `@nestjs/${name}`);

/** Nest and what comes with it: the releases that are developed with, or the newest of a major version. */
function nestOf(major) {
  const names = nestPackages.map((name) => [name, major === undefined ? devDependencies[name] : `^${major}`]);
  const { 'reflect-metadata': reflectMetadata, rxjs } = devDependencies;
  return { ...Object.fromEntries(names), 'reflect-metadata': reflectMetadata, rxjs };
}

try {
  const tarballs = [...libraries, ...apps].map(pack);
  if (readdirSync(folder).length !== tarballs.length) throw new Error('two packages have one name');
  const complete = project('with-all', nestOf(), tarballs);
  console.log(`loaded ${loadEntries(complete).join(', ')}`);
  for (const workspace of [...libraries, ...apps]) checkContent(complete, workspace);
  for (const name of ['rocketmq-broker', 'rocketmq-namesrv']) checkBin(complete, name);
  // Nothing but the libraries and what they must have.
  for (const major of [12, 11]) runService(project(`nest-${major}`, nestOf(major), tarballs.slice(0, libraries.length)));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
