// Projects of a user: folders of their own with what npm installs there, and what is run in them.
import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const started = promisify(execFile);
const TIMEOUT_MS = 300_000;

export const manifest = (path) => JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'));
const { devDependencies } = manifest('libs/nest-rocketmq');

/** @returns what it printed @throws Error with both outputs when it fails or takes longer than anything here may */
export async function run(command, args, { cwd = '.', env = process.env } = {}) {
  try {
    const { stdout } = await started(command, args, { cwd, env, timeout: TIMEOUT_MS, maxBuffer: 1 << 26 });
    return stdout;
  } catch (error) {
    throw new Error(`${command} ${args.join(' ')} in ${cwd} failed:\n${error.stdout ?? ''}${error.stderr ?? error}`);
  }
}

const nestPackages = ['common', 'core', 'microservices', 'platform-express'].map((name) => `@nestjs/${name}`);

/** Nest and what comes with it. @param range default: the releases that are developed with */
export function nestOf(range) {
  const names = nestPackages.map((name) => [name, range ?? devDependencies[name]]);
  const { 'reflect-metadata': reflectMetadata, rxjs } = devDependencies;
  return { ...Object.fromEntries(names), 'reflect-metadata': reflectMetadata, rxjs };
}

/** Makes a project and installs the tarballs into it. @returns its folder */
export async function project(path, { dependencies, type = 'module' }, tarballs = []) {
  mkdirSync(path);
  writeFileSync(join(path, 'package.json'), JSON.stringify({ name: 'project', private: true, type, dependencies }));
  await run('npm', ['install', '--loglevel=error', '--no-audit', '--no-fund', '--prefer-offline', ...tarballs], { cwd: path });
  return path;
}

/** Compiles with the declarations that are installed, not with those of the work tree. */
export async function compile(path, files, { resolution, types = ['node'] } = {}) {
  const older = { module: 'commonjs', moduleResolution: resolution, ignoreDeprecations: '6.0' };
  const compilerOptions = {
    ...(resolution === undefined ? { module: 'nodenext' } : older),
    ...{ target: 'es2023', lib: ['es2023'], strict: true, skipLibCheck: true, esModuleInterop: true, rootDir: '.' },
    ...{ experimentalDecorators: true, emitDecoratorMetadata: true, types, typeRoots: [resolve('node_modules/@types')] },
  };
  writeFileSync(join(path, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
  await run(process.execPath, [resolve('node_modules/typescript/bin/tsc')], { cwd: path });
}

const SPECS = 'libs/nest-rocketmq/test/contract';

const runners = {
  jest: (path, form) => {
    const config = { testEnvironment: 'node', testMatch: ['**/*.spec.js'], transform: {}, testTimeout: 30_000 };
    writeFileSync(join(path, 'jest.config.json'), JSON.stringify(config));
    const flags = form === 'module' ? ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'] : [];
    return [...flags, resolve('node_modules/jest/bin/jest.js'), '--rootDir', path, '--config', join(path, 'jest.config.json')];
  },
  vitest: (path, form, vitest) => {
    const test = { globals: true, testTimeout: 30_000, hookTimeout: 30_000, include: ['contract/*.spec.js'] };
    writeFileSync(join(path, 'vitest.config.mjs'), `export default { test: ${JSON.stringify(test)} };\n`);
    return [join(vitest, 'node_modules/vitest/vitest.mjs'), 'run', '--root', path];
  },
};

/** Runs the contract specs in a project. @returns a line that says so */
export async function runContract(path, combination, { tarballs, vitest }) {
  const { nest, form, runner, resolution, without = [] } = combination;
  await project(path, { dependencies: nestOf(nest), type: form }, tarballs);
  const files = readdirSync(SPECS)
    .filter((name) => !without.includes(name))
    .map((name) => `contract/${name}`);
  mkdirSync(join(path, 'contract'));
  for (const file of files) copyFileSync(join(SPECS, '..', file), join(path, file));
  await compile(path, files, { resolution, types: ['node', 'jest'] });
  const began = performance.now();
  await run(process.execPath, runners[runner](path, form, vitest), { cwd: path, env: { ...process.env, FORCE_COLOR: '0' } });
  const seconds = ((performance.now() - began) / 1000).toFixed(0);
  const installed = manifest(join(path, 'node_modules/@nestjs/core')).version;
  return `the contract holds with Nest ${installed}, ${form}, ${runner}${resolution === undefined ? '' : `, ${resolution}`} (${seconds} s)`;
}
