// The first command of the README on a fresh clone: `npm start` installs, builds and runs; the first `curl` of the README answers as soon as the
// service listens; the second start answers within seconds; SIGTERM to npm, and Ctrl-C, end everything and leave no process behind; so does a start
// whose HTTP port is taken, with one message and a code that is not 0.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const clone = mkdtempSync(join(tmpdir(), 'check-start-'));
const ports = { HTTP_PORT: '23000', NAMESRV_PORT: '29876', BROKER_PORT: '20911' };
const env = { ...process.env, ...ports };
const curl = /^curl -s .*$/m.exec(readFileSync('README.md', 'utf8'))?.[0];
if (curl === undefined) throw new Error('README.md has no curl line');
const order = curl.replace(':3000', `:${ports.HTTP_PORT}`);

// A group of its own, as in a terminal: what is left of it can be found and ended.
function npmStart() {
  const child = spawn('npm', ['start'], { cwd: clone, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const run = { child, output: '' };
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (run.output += text));
  return run;
}

async function start(patienceSeconds) {
  const began = performance.now();
  const run = npmStart();
  const { child } = run;
  for (;;) {
    if (child.exitCode !== null) throw new Error(`npm start ended with ${child.exitCode}:\n${run.output}`);
    if (performance.now() - began > patienceSeconds * 1000) throw new Error(`no answer after ${patienceSeconds} s:\n${run.output}`);
    try {
      const answer = JSON.parse(execFileSync('sh', ['-c', order], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
      if (answer.status !== 'PLACED') throw new Error(`unexpected answer ${JSON.stringify(answer)}`);
      if (!run.output.includes(order)) await sleep(200);
      if (!run.output.includes(order)) throw new Error(`npm start does not print the curl line of the README:\n${run.output}`);
      return { child, answer, seconds: (performance.now() - began) / 1000 };
    } catch (error) {
      if (error.status === undefined) throw error;
      await sleep(100);
    }
  }
}

function endGroup({ child }, what) {
  // A process that is left in the group would still be there.
  try {
    process.kill(-child.pid, 0);
  } catch {
    return;
  }
  process.kill(-child.pid, 'SIGKILL');
  throw new Error(`${what} left a process behind`);
}

// npm passes SIGTERM on; a terminal sends SIGINT to the whole group.
async function stop(run, signal) {
  const closed = once(run.child, 'close');
  process.kill(signal === 'SIGINT' ? -run.child.pid : run.child.pid, signal);
  await closed;
  endGroup(run, signal);
}

async function failToStart(patienceSeconds) {
  const taken = createServer().listen(Number(ports.HTTP_PORT), '127.0.0.1');
  await once(taken, 'listening');
  const run = npmStart();
  const [code] = await Promise.race([once(run.child, 'close'), sleep(patienceSeconds * 1000, ['late'], { ref: false })]);
  taken.close();
  endGroup(run, 'a start whose port is taken');
  const said = run.output.match(/EADDRINUSE/g)?.length ?? 0;
  if (code === 0 || said !== 1)
    throw new Error(`a start whose port is taken ended with ${code} and said ${said} times why:\n${run.output}`);
}

try {
  execFileSync('git', ['clone', '--quiet', '.', clone]);
  const first = await start(300);
  await stop(first, 'SIGTERM');
  await failToStart(20);
  const second = await start(20);
  await stop(second, 'SIGINT');
  if (second.answer.id !== first.answer.id) throw new Error('the order of the first start is gone');
  const seconds = [first, second].map((run) => run.seconds.toFixed(1));
  console.log(`npm start answered after ${seconds[0]} s on a fresh clone and after ${seconds[1]} s again`);
} finally {
  rmSync(clone, { recursive: true, force: true });
}
