import { NodeFileSystem, type FileSystem } from '../src/runtime/index.js';
import { verifyStore, type VerifyOptions } from '../src/store/index.js';

const sizesOfApache = { slotCount: 5_000_000, entryCount: 20_000_000 };

/** What does not fit in a store that nobody has open, a line each. */
export function storeFindings(
  root: string,
  files: FileSystem = new NodeFileSystem(),
  indexSizes: VerifyOptions['indexSizes'] = sizesOfApache,
) {
  const lines: string[] = [];
  verifyStore({
    ...{ files, root, indexSizes, timerPrecisionMs: 1000 },
    onFinding: ({ file, offset, problem }) => lines.push(`${file} at ${offset}: ${problem}`),
  });
  return lines;
}
