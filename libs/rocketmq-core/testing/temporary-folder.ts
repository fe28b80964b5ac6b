import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A new folder on the real disk. */
export function temporaryFolder(prefix: string): { readonly folder: string; readonly remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), `${prefix}-`));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
