// Prints a file of a store, ours or Apache's, or compares everything in a store that no broker has open. Changes nothing.
// Usage: node tools/store-dump.mjs <file> [--kind log|queue|index|checkpoint|timer-log|timer-wheel|timer-checkpoint|text]
//        node tools/store-dump.mjs --verify <folder of the store> [--commitlog <folder>]
// Exit code: 0, 1 when something does not fit, 2 when it cannot be read, 64 for a wrong command line.
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

const USAGE = 'usage: store-dump <file> [--kind <kind>] | store-dump --verify <folder> [--commitlog <folder>]';
const FINDINGS_PRINTED_MAX = 1000;

function settings() {
  const options = {
    verify: { type: 'boolean', default: false },
    kind: { type: 'string' },
    commitlog: { type: 'string' },
    maxHashSlotNum: { type: 'string', default: '5000000' },
    maxIndexNum: { type: 'string', default: '20000000' },
    timerPrecisionMs: { type: 'string', default: '1000' },
    dist: { type: 'string', default: resolve(import.meta.dirname, '../libs/rocketmq-core/dist') },
  };
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const [slotCount, entryCount, timerPrecisionMs] = [values.maxHashSlotNum, values.maxIndexNum, values.timerPrecisionMs].map(Number);
  if (positionals.length !== 1 || [slotCount, entryCount, timerPrecisionMs].some((value) => !Number.isInteger(value) || value < 1)) {
    throw new Error(USAGE);
  }
  return { ...values, path: resolve(positionals[0]), indexSizes: { slotCount, entryCount }, timerPrecisionMs };
}

function verify({ verifyStore, files, wanted }) {
  let printed = 0;
  const { findings, ...seen } = verifyStore({
    ...{ files, root: wanted.path, indexSizes: wanted.indexSizes, timerPrecisionMs: wanted.timerPrecisionMs },
    commitLog: wanted.commitlog && resolve(wanted.commitlog),
    onFinding: ({ file, offset, problem }) => {
      printed += 1;
      if (printed <= FINDINGS_PRINTED_MAX) console.log(`${file} at ${offset}: ${problem}`);
    },
  });
  console.log(
    Object.entries(seen)
      .map(([name, value]) => `${name}=${value}`)
      .join(' '),
  );
  console.log(findings === 0 ? 'everything fits' : `${findings} findings`);
  return findings === 0 ? 0 : 1;
}

function print({ printStoreFile, files, wanted }) {
  for (const line of printStoreFile({ files, path: wanted.path, kind: wanted.kind, indexSizes: wanted.indexSizes })) console.log(line);
  return 0;
}

async function main() {
  let wanted;
  try {
    wanted = settings();
  } catch (error) {
    console.error(error.message);
    return 64;
  }
  const { NodeFileSystem } = await import(`${resolve(wanted.dist)}/src/runtime/index.js`);
  const store = await import(`${resolve(wanted.dist)}/src/store/index.js`);
  const files = new NodeFileSystem();
  if (files.statSync(wanted.path)?.isDirectory !== wanted.verify) {
    console.error(`${wanted.path}: ${wanted.verify ? 'no folder' : 'no file'}`);
    return 2;
  }
  const kind = wanted.kind ?? store.storeFileKind(wanted.path);
  if (!wanted.verify && !store.storeFileKinds.includes(kind)) {
    console.error(`${wanted.path}: not a file of a store; --kind is one of ${store.storeFileKinds.join(', ')}`);
    return 64;
  }
  return wanted.verify ? verify({ ...store, files, wanted }) : print({ ...store, files, wanted });
}

// A reader such as head may have enough before the end.
process.stdout.on('error', () => process.exit(0));
process.exitCode = await main().catch((error) => {
  console.error(error);
  return 2;
});
