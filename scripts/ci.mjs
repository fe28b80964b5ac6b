// Runs the suites of continuous integration one after the other, prints the minutes of each and, as the last line, the totals over all.
// Usage: node scripts/ci.mjs [suite ...]
import { spawn } from 'node:child_process';
import { StringDecoder } from 'node:string_decoder';

// The order is the order in which failures are cheapest to learn.
const suites = [
  ['test', 'npm test'],
  ['check', 'npm run --silent check'],
  ['build', 'npm run --silent build'],
  ['packages', 'node scripts/check-packages.mjs'],
  ['start', 'node scripts/check-start.mjs'],
  ['faults', 'npm run --silent test:faults'],
  ['interop', 'npm run --silent test:interop'],
  ['services', 'npm run --silent test:services'],
  ['root', 'npm run --silent test:root'],
];
const wanted = process.argv.slice(2);

function run(command) {
  return new Promise((resolve) => {
    const child = spawn(command, { shell: true, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, FORCE_COLOR: '0' } });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      const decoder = new StringDecoder('utf8');
      stream.on('data', (chunk) => {
        const text = decoder.write(chunk);
        process.stdout.write(text);
        output += text;
      });
    }
    child.on('close', (code) => resolve({ code, output }));
  });
}

// Jest closes with "Tests: 1 failed, 2 passed, 3 total"; a step without that line counts as one test.
function count({ code, output }) {
  const line = [...output.matchAll(/^Tests:\s+(.*)$/gm)].at(-1)?.[1];
  const of = (word) => Number(new RegExp(`(\\d+) ${word}`).exec(line ?? '')?.[1] ?? 0);
  const failed = of('failed');
  if (line === undefined) return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1 };
  return { passed: of('passed'), failed: code !== 0 && failed === 0 ? 1 : failed };
}

const total = { passed: 0, failed: 0 };
const rows = [];
for (const [name, command] of suites) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  console.log(`\n=== ${name}: ${command}`);
  const started = performance.now();
  const result = count(await run(command));
  const minutes = ((performance.now() - started) / 60_000).toFixed(1);
  total.passed += result.passed;
  total.failed += result.failed;
  rows.push(`${name.padEnd(10)} ${minutes.padStart(5)} min  ${result.passed} passed, ${result.failed} failed`);
  console.log(`=== ${name} took ${minutes} min`);
}
console.log(`\n${rows.join('\n')}\n`);
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;
