// Regenerates libs/rocketmq-core/test/golden: the complete set of the newest release, of the older one only what differs.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const complete = '5.5.0';
const older = '5.3.3';
const here = dirname(fileURLToPath(import.meta.url));
const golden = join(here, '../../libs/rocketmq-core/test/golden');

/** Index files: an array with one row per line, written by Output.rows. */
const isIndex = (name) => /^([a-z]+|records\/[a-z]+|files\/[a-z-]+)\.json$/.test(name);

function capture(version, folder) {
  rmSync(join(here, 'target', version, 'tmp'), { recursive: true, force: true });
  const args = ['-q', '-B', `-Drocketmq.version=${version}`, `-Dgolden.out=${folder}`, 'compile', 'exec:exec'];
  const run = spawnSync('mvn', args, { cwd: here, stdio: 'inherit', shell: process.platform === 'win32' });
  rmSync(join(here, 'target', version, 'tmp'), { recursive: true, force: true });
  if (run.status !== 0) throw new Error(`mvn ended with ${run.status ?? run.error}`);
}

const filesOf = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .sort();

const rowsOf = (file) => (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : []);
const idOf = (row) => [row.table, row.kind, row.code, row.name ?? row.input ?? row.text].filter((part) => part !== undefined).join(' ');
const writeRows = (file, rows) => {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `[\n${rows.map((row) => `  ${JSON.stringify(row)}`).join(',\n')}\n]\n`);
};

function sameFile(left, right) {
  return existsSync(left) && existsSync(right) && readFileSync(left).equals(readFileSync(right));
}

/** Rows that are new, changed, or describe a file with other bytes. */
function differingRows(name, from, base) {
  const known = new Set(rowsOf(join(base, name)).map((row) => JSON.stringify(row)));
  return rowsOf(join(from, name)).filter((row) => {
    const file = row.file === undefined ? join('files', row.name ?? '') : join('bodies', row.file);
    const described = existsSync(join(from, file)) && !isIndex(file);
    return !known.has(JSON.stringify(row)) || (described && row.name && !sameFile(join(from, file), join(base, file)));
  });
}

function missingRows(name, from, base) {
  const present = new Set(rowsOf(join(from, name)).map(idOf));
  return rowsOf(join(base, name))
    .map(idOf)
    .filter((id) => !present.has(id));
}

function keepDifferences(from, base, target) {
  const report = { changed: [], onlyInNewer: [] };
  for (const name of filesOf(from)) {
    if (isIndex(name)) {
      const rows = differingRows(name, from, base);
      if (rows.length > 0) writeRows(join(target, name), rows);
      report.changed.push(...rows.map((row) => `${name}: ${idOf(row)}`));
    } else if (!sameFile(join(from, name), join(base, name))) {
      cpSync(join(from, name), join(target, name), { recursive: true });
    }
  }
  for (const name of filesOf(base)) {
    if (isIndex(name)) report.onlyInNewer.push(...missingRows(name, from, base).map((id) => `${name}: ${id}`));
  }
  writeFileSync(join(target, 'differences.json'), `${JSON.stringify(report, null, 2)}\n`);
}

const temporary = mkdtempSync(join(tmpdir(), 'golden-'));
try {
  for (const version of [complete, older]) capture(version, join(temporary, version));
  for (const version of [complete, older]) rmSync(join(golden, version), { recursive: true, force: true });
  cpSync(join(temporary, complete), join(golden, complete), { recursive: true });
  keepDifferences(join(temporary, older), join(temporary, complete), join(golden, older));
} finally {
  rmSync(temporary, { recursive: true, force: true });
}
