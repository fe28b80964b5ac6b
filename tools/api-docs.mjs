// Writes docs/api from the docstrings of what each sub-path of the libraries exports: one page for each name that an application imports from.
// Usage: node tools/api-docs.mjs            writes
//        node tools/api-docs.mjs --check    fails when the pages are not what it would write
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Application, Converter, OptionDefaults } from 'typedoc';

const PAGES = 'docs/api';

/** [source file, name that is imported], from the package.json of a library. */
function entriesOf(library) {
  const { name, exports } = JSON.parse(readFileSync(`libs/${library}/package.json`, 'utf8'));
  return Object.entries(exports)
    .filter(([, target]) => typeof target === 'object' && target.import?.default?.endsWith('/index.js'))
    .map(([path, target]) => [target.import.default.replace('./dist', `libs/${library}`).replace(/js$/, 'ts'), name + path.slice(1)]);
}

const entries = ['rocketmq-core', 'nest-rocketmq', 'rocketmq-server'].flatMap(entriesOf);
const nameOf = new Map(entries.map(([file, name]) => [file.replace(/^libs\/|\/index\.ts$/g, ''), name]));

async function write(out) {
  const app = await Application.bootstrapWithPlugins({
    ...{ plugin: ['typedoc-plugin-markdown'], entryPoints: entries.map(([file]) => file), tsconfig: 'tsconfig.check.json', out },
    // The compiler is asked by another check.
    ...{
      skipErrorChecking: true,
      validation: { notExported: false },
      logLevel: 'Warn',
      blockTags: [...OptionDefaults.blockTags, '@alias'],
    },
    ...{ readme: 'none', name: 'API', disableSources: true, excludePrivate: true, excludeProtected: true, excludeInternal: true },
    ...{ excludeExternals: true, router: 'module', hidePageHeader: true, hideBreadcrumbs: true, useCodeBlocks: true },
    ...{ parametersFormat: 'table', interfacePropertiesFormat: 'table', typeAliasPropertiesFormat: 'table' },
  });
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const page of project.children ?? []) page.name = nameOf.get(page.name) ?? page.name;
  });
  const project = await app.convert();
  if (project === undefined) throw new Error('typedoc could not read the sources');
  await app.generateOutputs(project);
  if (app.logger.hasErrors()) throw new Error('typedoc could not write the pages');
}

const filesOf = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();

async function check() {
  const folder = mkdtempSync(join(tmpdir(), 'api-'));
  try {
    await write(folder);
    const [wanted, present] = [filesOf(folder), filesOf(PAGES)];
    const differs = (file) =>
      !present.includes(file) || readFileSync(join(folder, file), 'utf8') !== readFileSync(join(PAGES, file), 'utf8');
    return [...wanted.filter(differs), ...present.filter((file) => !wanted.includes(file))];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (process.argv.includes('--check')) {
  const stale = await check();
  if (stale.length > 0) {
    console.error(`not as the sources say: ${stale.map((file) => join(PAGES, file)).join(', ')}; run \`npm run docs:api\``);
    process.exitCode = 1;
  }
} else await write(PAGES);
