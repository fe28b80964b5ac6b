import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compileCore } from '../crash-process/compiled-core.js';

/** A folder for the tests of one `describe`, with the core compiled for the processes that they kill. */
export function testFolder(name: string) {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), `rocketmq-${name}-`));
    await compileCore(join(folder, 'core'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return {
    /** Folder of the compiled core. */
    get compiled(): string {
      return join(folder, 'core');
    },
    /** A folder in it, which must not be there yet. */
    async of(part: string): Promise<string> {
      await mkdir(join(folder, part));
      return join(folder, part);
    },
  };
}
