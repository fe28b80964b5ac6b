// Runs suites one after the other, prints what they print, then a line with the minutes and counts of each and, as the last line, the totals.
// Usage: node scripts/ci.mjs [suite ...]             what continuous integration runs
//        node scripts/ci.mjs --long [suite ...]      the long sets, which take hours
import { run } from './run.mjs';

const jest = (project, more = '') => `npm run --silent jest -- --selectProjects ${project} ${more}`.trimEnd();

// The order is the order in which failures are cheapest to learn.
const short = {
  test: 'npm test',
  check: 'npm run --silent check',
  build: 'npm run --silent build',
  packages: 'node scripts/check-packages.mjs',
  start: 'node scripts/check-start.mjs',
  interop: 'npm run --silent test:interop',
  services: 'npm run --silent test:services',
  root: 'npm run --silent test:root',
};

// `scenarios`: once more with Apache's own times instead of short ones.
const long = {
  suites: `TEST_LONG=1 ${jest('unit suites')}`,
  faults: `TEST_LONG=1 ${jest('faults', '--runInBand')}`,
  interop: 'TEST_LONG=1 npm run --silent test:interop',
  scenarios: `TEST_DEFAULTS=1 ${jest('interop', '--runInBand scenarios')}`,
  packages: 'TEST_LONG=1 node scripts/check-packages.mjs',
  services: 'TEST_LONG=1 npm run --silent test:services',
  root: 'TEST_LONG=1 npm run --silent test:root',
};

const isLong = process.argv.includes('--long');
const suites = isLong ? long : short;
const wanted = process.argv.slice(2).filter((argument) => argument !== '--long');
const unknown = wanted.filter((name) => !Object.hasOwn(suites, name));
if (unknown.length > 0) {
  console.error(`there is no ${unknown.join(', ')}; there are ${Object.keys(suites).join(', ')}`);
  process.exit(64);
}

// Jest closes each run with "Tests: 1 failed, 2 passed, 3 total"; a suite without that line counts as one test.
function count({ code, output }) {
  const lines = [...output.matchAll(/^Tests:\s+(.*)$/gm)].map(([, line]) => line);
  if (lines.length === 0) return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1 };
  const sumOf = (word) => lines.reduce((sum, line) => sum + Number(new RegExp(`(\\d+) ${word}`).exec(line)?.[1] ?? 0), 0);
  const failed = sumOf('failed');
  return { passed: sumOf('passed'), failed: code !== 0 && failed === 0 ? 1 : failed };
}

const total = { passed: 0, failed: 0 };
const rows = [];
for (const [name, command] of Object.entries(suites)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  console.log(`\n=== ${name}: ${command}`);
  const ended = await run(command, (text) => process.stdout.write(text));
  const { passed, failed } = count(ended);
  const minutes = (ended.seconds / 60).toFixed(1);
  total.passed += passed;
  total.failed += failed;
  rows.push(`${name.padEnd(10)} ${minutes.padStart(6)} min  ${passed} passed, ${failed} failed`);
  console.log(`=== ${name} took ${minutes} min`);
}
console.log(`\n${rows.join('\n')}\n`);
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;
