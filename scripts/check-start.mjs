// The first command of the README on a fresh clone: `npm start` installs, builds and runs; the first `curl` of the README answers as soon as the
// service listens; further starts answer within seconds; SIGTERM to npm, and Ctrl-C, end everything and leave no process behind; so does a start
// whose HTTP port is taken, with one message and a code that is not 0. Without settings the ports are those that the documents name, which must be
// free here.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const clone = mkdtempSync(join(tmpdir(), 'check-start-'));
const ports = { HTTP_PORT: '23000', NAMESRV_PORT: '29876', BROKER_PORT: '20911' };
const defaultPorts = [3000, 9876, 10911, 10909];
/** Ends a start that hangs; how long it took is printed. A machine with much else to do takes a minute over what is done in three seconds. */
const patience = { onFreshClone: 900, again: 120 };
const curl = /^curl -s .*$/m.exec(readFileSync('README.md', 'utf8'))?.[0];
if (curl === undefined) throw new Error('README.md has no curl line');

// A group of its own, as in a terminal: what is left of it can be found and ended.
function npmStart(settings) {
  const env = { ...process.env, ...settings };
  const child = spawn('npm', ['start'], { cwd: clone, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const run = { child, output: '' };
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (run.output += text));
  return run;
}

async function start(patienceSeconds, settings = ports) {
  const began = performance.now();
  const run = npmStart(settings);
  const order = settings.HTTP_PORT === undefined ? curl : curl.replace(':3000', `:${settings.HTTP_PORT}`);
  const { child } = run;
  for (;;) {
    if (child.exitCode !== null) throw new Error(`npm start ended with ${child.exitCode}:\n${run.output}`);
    if (performance.now() - began > patienceSeconds * 1000) throw new Error(`no answer after ${patienceSeconds} s:\n${run.output}`);
    try {
      const answer = JSON.parse(execFileSync('sh', ['-c', order], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
      if (answer.status !== 'PLACED') throw new Error(`unexpected answer ${JSON.stringify(answer)}`);
      // What it prints may come after what it answers.
      for (let waits = 0; waits < 100 && !run.output.includes(order); waits += 1) await sleep(100);
      if (!run.output.includes(order)) throw new Error(`npm start does not print the curl line of the README:\n${run.output}`);
      return { child, answer, bound: await bound(defaultPorts), seconds: (performance.now() - began) / 1000 };
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

function isBound(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false));
    socket.on('connect', () => socket.destroy());
  });
}

async function bound(wanted) {
  const found = await Promise.all(wanted.map(isBound));
  return wanted.filter((_, at) => found[at]);
}

async function startWithDefaults(patienceSeconds) {
  const taken = await bound(defaultPorts);
  if (taken.length > 0) throw new Error(`something else listens on ${taken.join(', ')}`);
  const run = await start(patienceSeconds, {});
  const missing = defaultPorts.filter((port) => !run.bound.includes(port));
  await stop(run, 'SIGTERM');
  if (missing.length > 0) throw new Error(`without settings nothing listens on ${missing.join(', ')}`);
  return run;
}

async function failToStart(patienceSeconds) {
  const taken = createServer().listen(Number(ports.HTTP_PORT), '127.0.0.1');
  await once(taken, 'listening');
  const run = npmStart(ports);
  const [code] = await Promise.race([once(run.child, 'close'), sleep(patienceSeconds * 1000, ['late'], { ref: false })]);
  taken.close();
  endGroup(run, 'a start whose port is taken');
  const said = run.output.match(/EADDRINUSE/g)?.length ?? 0;
  if (code === 0 || said !== 1)
    throw new Error(`a start whose port is taken ended with ${code} and said ${said} times why:\n${run.output}`);
}

try {
  execFileSync('git', ['clone', '--quiet', '.', clone]);
  const first = await start(patience.onFreshClone);
  await stop(first, 'SIGTERM');
  await failToStart(patience.again);
  const second = await start(patience.again);
  await stop(second, 'SIGINT');
  await startWithDefaults(patience.again);
  if (second.answer.id !== first.answer.id) throw new Error('the order of the first start is gone');
  const seconds = [first, second].map((run) => run.seconds.toFixed(1));
  console.log(`npm start answered after ${seconds[0]} s on a fresh clone and after ${seconds[1]} s again`);
} finally {
  rmSync(clone, { recursive: true, force: true });
}
