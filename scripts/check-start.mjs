// The first command of the README on a fresh clone: `npm start` installs, builds and runs; the first `curl` of the README answers as soon as the
// service listens; the second start answers within seconds; SIGTERM to npm ends everything and leaves no process behind.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const clone = mkdtempSync(join(tmpdir(), 'check-start-'));
const ports = { HTTP_PORT: '23000', NAMESRV_PORT: '29876', BROKER_PORT: '20911' };
const env = { ...process.env, ...ports };
const curl = /^curl -s .*$/m.exec(readFileSync('README.md', 'utf8'))?.[0];
if (curl === undefined) throw new Error('README.md has no curl line');
const order = curl.replace(':3000', `:${ports.HTTP_PORT}`);

async function start(patienceSeconds) {
  const began = performance.now();
  const child = spawn('npm', ['start'], { cwd: clone, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
  for (;;) {
    if (child.exitCode !== null) throw new Error(`npm start ended with ${child.exitCode}:\n${output}`);
    if (performance.now() - began > patienceSeconds * 1000) throw new Error(`no answer after ${patienceSeconds} s:\n${output}`);
    try {
      const answer = JSON.parse(execFileSync('sh', ['-c', order], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
      if (answer.status !== 'PLACED') throw new Error(`unexpected answer ${JSON.stringify(answer)}`);
      if (!output.includes(order)) await sleep(200);
      if (!output.includes(order)) throw new Error(`npm start does not print the curl line of the README:\n${output}`);
      return { child, answer, seconds: (performance.now() - began) / 1000 };
    } catch (error) {
      if (error.status === undefined) throw error;
      await sleep(100);
    }
  }
}

async function stop({ child }) {
  const closed = once(child, 'close');
  child.kill('SIGTERM');
  await closed;
  // A process that is left in the group would still be there.
  try {
    process.kill(-child.pid, 0);
  } catch {
    return;
  }
  process.kill(-child.pid, 'SIGKILL');
  throw new Error('SIGTERM left a process behind');
}

try {
  execFileSync('git', ['clone', '--quiet', '.', clone]);
  const first = await start(300);
  await stop(first);
  const second = await start(20);
  await stop(second);
  if (second.answer.id !== first.answer.id) throw new Error('the order of the first start is gone');
  const seconds = [first, second].map((run) => run.seconds.toFixed(1));
  console.log(`npm start answered after ${seconds[0]} s on a fresh clone and after ${seconds[1]} s again`);
} finally {
  rmSync(clone, { recursive: true, force: true });
}
