import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeFileSystem } from '../../../testing/suites/file-system.suite.js';
import { NodeFileSystem } from './node-file-system.js';

describeFileSystem('NodeFileSystem', () => {
  const folder = mkdtempSync(join(tmpdir(), 'node-files-'));
  return { files: new NodeFileSystem(), folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
});
