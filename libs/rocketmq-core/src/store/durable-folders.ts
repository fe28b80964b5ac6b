import { dirname } from 'node:path';
import { isOperationFailed } from '../base/index.js';
import type { FileSystem } from '../runtime/index.js';

/** What the system says of folders that belong to somebody else, or that it cannot sync. */
const FOREIGN: ReadonlySet<unknown> = new Set(['EACCES', 'EPERM', 'EROFS', 'EINVAL']);

/**
 * Makes folders, and their names durable up to the root: also of those that are there, because an earlier start may have made them without being able
 * to sync them, and what lies in them would be lost with their names.
 * @throws OperationFailed `io`. A folder above that may not be read does not count when what is in it was there before
 */
export function makeDurableFolders(files: FileSystem, folders: readonly string[]): void {
  for (const folder of new Set(folders.flatMap(pathTo))) {
    const isNew = !files.existsSync(folder);
    if (isNew) files.makeFolderSync(folder);
    syncName(files, folder, isNew);
  }
}

/** The folder and all above it but the root, the highest first. */
function pathTo(folder: string): string[] {
  const parent = dirname(folder);
  return parent === folder ? [] : [...pathTo(parent), folder];
}

function syncName(files: FileSystem, folder: string, isNew: boolean): void {
  try {
    files.syncFolderSync(dirname(folder));
  } catch (error) {
    if (isNew || !isForeign(error)) throw error;
  }
}

function isForeign(error: unknown): boolean {
  return isOperationFailed(error) && FOREIGN.has((error.cause as NodeJS.ErrnoException | undefined)?.code);
}
