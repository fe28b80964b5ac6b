import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What `tools/apache/fetch.mjs` can fetch. */
export type ApacheArtifact = 'namesrv' | 'broker' | 'client' | 'tools' | 'example';

/** The root of the work tree that the tests run in; the artifacts lie in its cache, outside every package. */
function repositoryRoot(): string {
  for (let folder = process.cwd(); ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'tools/apache/fetch.mjs'))) return folder;
    if (folder === dirname(folder))
      throw new Error('the suites against Apache RocketMQ run inside the work tree: no tools/apache/fetch.mjs above ' + process.cwd());
  }
}

/**
 * Class path of one Apache artifact with all it needs; fetched with Maven the first time.
 * @throws Error with Maven's output when it cannot be fetched.
 */
export function apacheClassPath(kind: ApacheArtifact, version: string): string {
  const root = repositoryRoot();
  const folder = join(root, '.cache/apache', `${kind}-${version}`);
  if (!existsSync(join(folder, 'complete'))) {
    const fetched = spawnSync(process.execPath, [join(root, 'tools/apache/fetch.mjs'), `${kind}-${version}`], { encoding: 'utf8' });
    if (fetched.status !== 0) throw new Error(fetched.stderr);
  }
  return join(folder, 'lib', '*');
}

/**
 * Folder of the classes of our own Java programs under `test/interop/java`, compiled against an Apache artifact; its name holds a digest of the sources.
 * @throws Error with the compiler's output.
 */
export function compiledClasses(
  program: 'driver' | 'tools' | 'tables' | 'limits' | 'filters' | 'example',
  kind: ApacheArtifact,
  version: string,
): string {
  const root = repositoryRoot();
  const sources = join(root, 'libs/rocketmq-core/test/interop/java', program);
  const files = readdirSync(sources).map((name) => join(sources, name));
  const digest = createHash('sha1');
  for (const file of files) digest.update(readFileSync(file));
  const target = join(root, '.cache/apache', `our-${program}-${version}-${digest.digest('hex').slice(0, 12)}`);
  if (existsSync(target)) return target;
  const partial = `${target}.${process.pid}`;
  mkdirSync(partial, { recursive: true });
  const options = ['-nowarn', '-Xlint:-deprecation', '-encoding', 'UTF-8', '-d', partial, '-cp', apacheClassPath(kind, version)];
  const compiled = spawnSync('javac', [...options, ...files], { encoding: 'utf8' });
  if (compiled.status !== 0)
    throw new Error(`javac failed for ${program} with ${kind} ${version}: ${compiled.error?.message ?? compiled.stderr}`);
  if (existsSync(target)) rmSync(partial, { recursive: true });
  else renameSync(partial, target);
  return target;
}
