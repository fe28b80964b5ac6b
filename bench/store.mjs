// The store alone, without a network, beside what the machine can do at best: see README.md.
// usage: npm run bench:store -- [--parts append,reads,…] [--small] [--sizes 256,1024] [--producers 1,16,128] [--modes ASYNC_FLUSH,SYNC_FLUSH]
//        [--seconds n] [--gib 1,10] [--data folder] [--dist folder] [--save]
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { usual } from './contestants.mjs';
import { hardware } from './report.mjs';
import { storeReport } from './store/store-report.mjs';

const root = resolve(import.meta.dirname, '..');
const allParts = ['append', 'reads', 'behind', 'recovery', 'queues'];
const { values: flags } = parseArgs({
  options: {
    parts: { type: 'string', default: allParts.join(',') },
    small: { type: 'boolean', default: false },
    sizes: { type: 'string', default: '256,1024' },
    producers: { type: 'string', default: '1,16,128' },
    modes: { type: 'string', default: 'ASYNC_FLUSH,SYNC_FLUSH' },
    seconds: { type: 'string' },
    gib: { type: 'string' },
    data: { type: 'string', default: tmpdir() },
    dist: { type: 'string', default: 'libs/rocketmq-core/dist' },
    save: { type: 'boolean', default: false },
  },
});
const numbers = (text) => text.split(',').map(Number);
const { small } = flags;
const options = {
  dist: resolve(flags.dist),
  folder: resolve(flags.data),
  sizes: numbers(flags.sizes),
  producers: numbers(flags.producers),
  modes: flags.modes.split(','),
  seconds: Number(flags.seconds ?? (small ? 1 : 5)),
  readMib: small ? 128 : 1024,
  behindMib: small ? 512 : 4096,
  behindRate: 10_000,
  recoveryGib: numbers(flags.gib ?? (small ? '0.25' : '1,10')),
  queueCount: small ? 1000 : 10_000,
};

const parts = flags.parts.split(',');
const unknown = parts.filter((part) => !allParts.includes(part));
if (unknown.length > 0 || !existsSync(join(options.dist, 'src/store/index.js'))) {
  console.error(
    unknown.length > 0 ? `bench: no such part: ${unknown.join(', ')}` : `bench: build first (npm run build): nothing in ${options.dist}`,
  );
  process.exit(1);
}
const neededGib = Math.max(small ? 1 : 6, parts.includes('recovery') ? 1.2 * Math.max(...options.recoveryGib) + 1 : 0);
const { bavail, bsize } = statfsSync(options.folder);
if (bavail * bsize < neededGib * 2 ** 30) {
  console.error(
    `bench: ${options.folder} needs ${Math.ceil(neededGib)} GiB of room; choose another disk (--data) or less (--small, --gib)`,
  );
  process.exit(1);
}

async function rowsOf(part) {
  const args = [...usual.nodeArgs, '--expose-gc', join(root, 'bench/store/child.mjs')];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  process.on('exit', () => child.kill('SIGKILL'));
  child.send({ part, call: 'run', options });
  const rows = await Promise.race([once(child, 'message').then(([answer]) => answer), once(child, 'exit').then(() => undefined)]);
  if (rows === undefined) throw new Error(`bench: the part ${part} has failed`);
  return rows;
}

const sections = [];
for (const part of parts) {
  console.error(`bench: ${part}`);
  sections.push({ part, rows: await rowsOf(part) });
}
const report = storeReport(sections, `${hardware()}${small ? ', small form' : ''}`);
console.log(report);
if (flags.save) writeFileSync(join(root, 'bench/results/store.md'), report);
