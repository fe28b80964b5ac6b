// Makes `npm start` and `npm test` work on a fresh clone: installs from the lock and builds, each only when something changed since the last time.
// Usage: node scripts/prepare.mjs install | build      (build installs first)
import { execSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const goal = process.argv[2];
if (goal !== 'install' && goal !== 'build') throw new Error('usage: node scripts/prepare.mjs install | build');

const run = (command) => execSync(command, { stdio: ['ignore', 2, 2] });
const hash = (...parts) => createHash('sha256').update(parts.join('\n')).digest('hex');
const list = (folder) => (existsSync(folder) ? readdirSync(folder, { withFileTypes: true }) : []);
const workspaces = ['libs', 'apps'].flatMap((top) =>
  list(top)
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(top, entry.name)),
);

function filesUnder(folder) {
  return list(folder).flatMap((entry) => (entry.isDirectory() ? filesUnder(join(folder, entry.name)) : [join(folder, entry.name)]));
}

function buildInputs() {
  const isSetting = (name) => /^(tsconfig.*|nest-cli|package)\.json$/.test(name);
  const settings = ['.', ...workspaces].flatMap((folder) =>
    list(folder)
      .filter((entry) => isSetting(entry.name))
      .map((entry) => join(folder, entry.name)),
  );
  const sources = workspaces
    .flatMap((folder) => ['src', 'testing', 'schematics'].flatMap((part) => filesUnder(join(folder, part))))
    .filter((file) => !file.endsWith('.spec.ts'));
  return [...settings, ...filesUnder('scripts'), ...sources].sort().map((file) => {
    const { mtimeMs, size } = statSync(file);
    return `${file} ${mtimeMs} ${size}`;
  });
}

// The stamps live in node_modules, which `npm ci` empties: a new install is always followed by a build.
function once(name, stamp, isDone, work) {
  const file = `node_modules/.${name}`;
  if (isDone() && existsSync(file) && readFileSync(file, 'utf8') === stamp) return;
  work();
  writeFileSync(file, stamp);
}

const installStamp = hash(process.version, process.platform, process.arch, readFileSync('package-lock.json', 'utf8'));
once(
  'installed',
  installStamp,
  () => true,
  () => run('npm ci --include=dev --loglevel=error'),
);
if (goal === 'build') {
  once(
    'built',
    hash(installStamp, ...buildInputs()),
    () => workspaces.every((folder) => existsSync(join(folder, 'dist'))),
    () => run('npm run build --silent'),
  );
}
