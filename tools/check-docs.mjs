// What the documents promise about the tree: every loop is listed, every path in the file map exists, every byte layout has its page,
// and every relative link leads somewhere. Prints each violation; exit code 1 when there is one.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const violations = [];
const skipped = new Set(['node_modules', 'dist', '.git', '.cache', 'data', 'coverage', 'golden']);
const filesUnder = (folder) =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (skipped.has(entry.name)) return [];
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesUnder(path) : [path];
  });
const text = (path) => (existsSync(path) ? readFileSync(path, 'utf8') : '');

const files = filesUnder('.').map((path) => relative('.', path));
const sources = files.filter((path) => /^(libs|apps)\/[^/]+\/src\/.*\.ts$/.test(path) && !path.endsWith('.spec.ts'));

const loops = text('docs/loops.md');
for (const path of sources.filter((path) => path.endsWith('-loop.ts'))) {
  const name = path.split('/').at(-1);
  if (!loops.includes(name)) violations.push(`docs/loops.md does not list ${path}`);
}
for (const [, name] of loops.matchAll(/`([\w-]+-loop\.ts)`/g)) {
  if (!sources.some((path) => path.endsWith(`/${name}`))) violations.push(`docs/loops.md lists ${name}, which does not exist`);
}

const map = text('ARCHITECTURE.md');
for (const [, path] of map.matchAll(/`((?:libs|apps|docs|tools|scripts|bench)\/[\w./-]+)`/g)) {
  if (!existsSync(path)) violations.push(`ARCHITECTURE.md names ${path}, which does not exist`);
}

const formats = existsSync('docs/formats') ? readdirSync('docs/formats').map((name) => text(join('docs/formats', name))) : [];
for (const path of sources.filter((path) => /(-layout|\/record|\/frame)\.ts$/.test(path))) {
  if (!formats.some((page) => page.includes(path.split('/').slice(-2).join('/')))) violations.push(`no page of docs/formats names ${path}`);
}

for (const path of files.filter((path) => path.endsWith('.md'))) {
  for (const [, target] of text(path).matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)(?:#[^)]*)?\)/g)) {
    if (!existsSync(join(dirname(path), target))) violations.push(`${path} links to ${target}, which does not exist`);
  }
}

for (const violation of violations) console.error(violation);
if (violations.length > 0) process.exitCode = 1;
else console.log('docs agree with the tree');
