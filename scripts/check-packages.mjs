// Packs every published workspace, asks publint, and installs the tarballs into an empty project where each entry is loaded and each bin runs.
// What a user would meet after `npm install` is what is checked, not the work tree: also the license, and the links of the README.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const packages = ['libs/rocketmq-core', 'libs/nest-rocketmq', 'apps/broker', 'apps/namesrv'];
const folder = mkdtempSync(join(tmpdir(), 'packages-'));
const run = (command, args, cwd = '.') => execFileSync(command, args, { cwd, stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8' });
const manifest = (path) => JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'));

try {
  for (const path of packages) {
    run('npm', ['pack', '--silent', '--pack-destination', folder, '--workspace', path]);
    process.stdout.write(run('npx', ['publint', '--strict', path]));
  }
  const tarballs = readdirSync(folder).map((name) => join(folder, name));
  const nest = manifest('libs/nest-rocketmq').devDependencies;
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'empty', private: true, type: 'module', dependencies: nest }));
  run('npm', ['install', '--loglevel=error', '--no-audit', '--no-fund', ...tarballs], folder);
  const entries = packages.slice(0, 2).flatMap((path) => {
    const { name, exports } = manifest(path);
    return Object.keys(exports)
      .filter((entry) => entry !== './package.json')
      .map((entry) => name + entry.slice(1));
  });
  const program = entries.map(
    (entry) => `if (Object.keys(await import('${entry}')).length === 0) throw new Error('${entry} exports nothing');`,
  );
  writeFileSync(join(folder, 'load.mjs'), `import 'reflect-metadata';\n${program.join('\n')}\n`);
  run(process.execPath, ['load.mjs'], folder);
  for (const path of packages) {
    const installed = join(folder, 'node_modules', manifest(path).name);
    for (const name of ['LICENSE', 'NOTICE'])
      if (readFileSync(join(installed, name), 'utf8') !== readFileSync(name, 'utf8'))
        throw new Error(`${name} of ${path} is not that of the repository`);
    // A registry shows the README alone: a relative link would lead nowhere.
    const link = /\]\((?!https?:|#)[^)]*\)/.exec(readFileSync(join(installed, 'README.md'), 'utf8'))?.[0];
    if (link !== undefined) throw new Error(`the README of ${path} has the relative link ${link}`);
  }
  for (const bin of ['rocketmq-broker', 'rocketmq-namesrv'])
    console.log(run(join(folder, 'node_modules/.bin', bin), ['--version'], folder).trim());
  console.log(`loaded ${entries.join(', ')}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
