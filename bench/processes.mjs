// Processes that the bench starts, and what the system says of them.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';

const tailMax = 40;
const ticksPerSecond = 100;

/** A process with the end of its output kept. */
export function launch(title, command, args, options = {}) {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], ...options });
  const tail = [];
  const keep = (text) => {
    tail.push(...text.split('\n').filter((line) => line !== ''));
    tail.splice(0, Math.max(0, tail.length - tailMax));
  };
  // A bench that dies of an error must not leave its servers behind.
  const end = () => child.kill('SIGKILL');
  process.on('exit', end);
  child.on('close', () => process.off('exit', end));
  child.stdin.on('error', () => undefined);
  child.stderr.setEncoding('utf8').on('data', keep);
  child.stdout.setEncoding('utf8').on('data', keep);
  const exited = new Promise((resolve) => {
    child.on('error', (error) => {
      keep(error.message);
      resolve(null);
    });
    child.on('close', (code) => resolve(code));
  });
  return {
    title,
    child,
    pid: child.pid,
    exited,
    output: () => tail.join('\n'),
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** Seconds of processor time that the processes have used, all threads together. */
export function cpuSeconds(pids) {
  return pids.reduce((sum, pid) => {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return sum + (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
  }, 0);
}

/** Resident MiB of the processes: all of it, and without pages of files. */
export function residentMib(pids) {
  const mib = { all: 0, anonymous: 0 };
  for (const pid of pids) {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const kib = (name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0);
    mib.all += kib('VmRSS') / 1024;
    mib.anonymous += kib('RssAnon') / 1024;
  }
  return mib;
}

/** Samples while something runs; answers the highest values seen. */
export function watchMemory(pids) {
  const most = { all: 0, anonymous: 0 };
  const sample = () => {
    const now = residentMib(pids);
    most.all = Math.max(most.all, now.all);
    most.anonymous = Math.max(most.anonymous, now.anonymous);
  };
  sample();
  const timer = setInterval(sample, 250);
  return () => {
    clearInterval(timer);
    sample();
    return most;
  };
}

function isFree(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/** First of a row of free ports, below the range that systems take outgoing ports from. */
export async function freePorts(count) {
  for (;;) {
    const first = 20_000 + Math.floor(Math.random() * 490) * 10;
    const free = await Promise.all(Array.from({ length: count }, (_, at) => isFree(first + at)));
    if (free.every(Boolean)) return first;
  }
}
