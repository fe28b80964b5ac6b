import { OperationFailed } from '../base/index.js';
import type { FileHandle, FileSystem } from '../runtime/index.js';

/**
 * Keeps every other broker off the store, Apache's too: an exclusive lock on byte 0 that ends with the process. As Java:
 * DefaultMessageStore.start.
 * @throws OperationFailed `refused` when another one has it
 */
export async function takeStoreLock(files: FileSystem, path: string): Promise<FileHandle> {
  const handle = files.openSync(path, 'create');
  try {
    if (!(await handle.tryLock())) throw new OperationFailed('refused', `the store is open in another process: ${path} is locked`);
    handle.writeSync(Buffer.from('lock'), 0);
    return handle;
  } catch (error) {
    handle.closeSync();
    throw error;
  }
}
