// Runs scripts of package.json side by side, as many at a time as there are processors, and prints what each says when it ends.
// Usage: node scripts/side-by-side.mjs <script ...>      the longest first; exit code 1 when one of them fails
import { availableParallelism } from 'node:os';
import { run } from './run.mjs';

const waiting = process.argv.slice(2);
if (waiting.length === 0) throw new Error('usage: node scripts/side-by-side.mjs <script ...>');
const rows = [];

async function worker() {
  for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
    const { code, output, seconds } = await run(`npm run --silent ${name}`);
    console.log(`--- ${name} ${code === 0 ? 'passed' : `failed with ${code}`} after ${seconds.toFixed(0)} s\n${output.trimEnd()}`);
    rows.push({ name, code });
  }
}

await Promise.all(Array.from({ length: Math.max(2, availableParallelism()) }, worker));
const failed = rows.filter(({ code }) => code !== 0).map(({ name }) => name);
console.log(failed.length === 0 ? `\n${rows.length} checks passed` : `\nfailed: ${failed.join(', ')}`);
process.exitCode = failed.length === 0 ? 0 : 1;
