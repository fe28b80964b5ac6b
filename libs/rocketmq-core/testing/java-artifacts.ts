import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What `tools/apache/fetch.mjs` can fetch. */
export type ApacheArtifact = 'namesrv' | 'broker' | 'client' | 'tools' | 'example';

/** The root of the work tree that the tests run in; the artifacts lie in its cache, outside every package. */
export function repositoryRoot(): string {
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
