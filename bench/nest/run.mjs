// The same two Nest applications on our transport and on others, with their real servers. What is needed and what it prints: README.md here.
// Usage: node bench/nest/run.mjs [--only rocketmq,golevelup] [--count 100000] [--seconds 10] [--rounds 1] [--node-args '…'] [--profile <folder>] [--save <name>]
import { execFileSync, fork } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { cpuSeconds, watchMemory } from '../processes.mjs';
import { argsOf, root, usual } from '../contestants.mjs';
import { machine } from '../report.mjs';
import { report } from './report.mjs';
import { stacks } from './servers.mjs';

const HERE = dirname(import.meta.filename);
const RATE = 1000;
const STEP_MS = 300_000;
const text = (fallback) => ({ type: 'string', default: fallback });
const { values } = parseArgs({
  options: {
    only: text(Object.keys(stacks).join()),
    count: text('100000'),
    seconds: text('10'),
    rounds: text('1'),
    // Of all applications, whoever carries their messages: what docs/nest/operations.md tells busy ones to start with, as our servers do.
    'node-args': text(usual.nodeArgs.filter((arg) => arg.includes('-space-size=')).join(' ')),
    profile: { type: 'string' },
    save: { type: 'string' },
  },
});
const nodeArgs = argsOf(values['node-args']);
const [count, seconds, rounds] = [values.count, values.seconds, values.rounds].map(Number);

/** Installs what the others need, and puts the libraries beside it as a user has them: linked, they would find the Nest of the work tree. */
function prepare() {
  for (const folder of [HERE, join(HERE, 'nest-11')])
    if (!existsSync(join(folder, 'node_modules')))
      execFileSync('npm', ['ci', '--ignore-scripts', '--loglevel=error'], { cwd: folder, stdio: 'inherit' });
  for (const library of ['rocketmq-core', 'nest-rocketmq']) {
    const [from, to] = [join(root, 'libs', library), join(HERE, 'node_modules', library)];
    if (!existsSync(join(from, 'dist'))) throw new Error('run `npm run build` first');
    rmSync(to, { recursive: true, force: true });
    mkdirSync(to);
    for (const part of ['package.json', 'dist']) cpSync(join(from, part), join(to, part), { recursive: true });
  }
}

const nestVersions = () =>
  [HERE, join(HERE, 'nest-11')]
    .map((folder) => JSON.parse(readFileSync(join(folder, 'node_modules/@nestjs/core/package.json'), 'utf8')).version)
    .join(', golevelup ');

const parentOf = (pid) => Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);

/** The processes and what they started. */
function family(pids) {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
  const parents = new Map(
    all.flatMap((pid) => {
      try {
        return [[pid, parentOf(pid)]];
      } catch {
        return [];
      }
    }),
  );
  const found = new Set(pids);
  for (let before = -1; before !== found.size;) {
    before = found.size;
    for (const [pid, parent] of parents) if (found.has(parent)) found.add(pid);
  }
  return [...found];
}

/** An application in a process of its own. */
async function application(name, role, address) {
  const profiling =
    values.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${values.profile}`, `--cpu-prof-name=${name}-${role}.cpuprofile`];
  const execArgv = [...nodeArgs, ...profiling];
  const beganMs = performance.timeOrigin + performance.now();
  const child = fork(stacks[name].program, [name, role, address], { execArgv, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const heard = [];
  const waiting = [];
  const settle = () => {
    for (const one of [...waiting]) {
      const at = heard.findIndex(({ kind }) => kind === one.kind || kind === 'failed');
      if (at < 0) continue;
      const [message] = heard.splice(at, 1);
      waiting.splice(waiting.indexOf(one), 1);
      if (message.kind === 'failed') one.reject(new Error(message.error));
      else one.resolve(message);
    }
  };
  const hear = (message) => {
    heard.push(message);
    settle();
  };
  child.on('message', hear);
  const exited = new Promise((resolve) => child.on('exit', resolve));
  void exited.then((code) => hear({ kind: 'failed', error: `${name} ${role} ended with ${code}` }));
  const next = (kind) =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${name} ${role}: no ${kind} after ${STEP_MS} ms`)), STEP_MS);
      const settled = (end) => (value) => {
        clearTimeout(timer);
        end(value);
      };
      waiting.push({ kind, resolve: settled(resolve), reject: settled(reject) });
      settle();
    });
  const stop = async () => {
    if (child.connected) child.disconnect();
    const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
    await exited;
    clearTimeout(timer);
  };
  const { atMs } = await next('ready');
  return { pid: child.pid, bootMs: atMs - beganMs, tell: (message) => child.send(message), next, stop };
}

/** Sends so many, as fast as it goes or at a rate. */
async function transfer(apps, messages, { perSecond, warmUp = 0 } = {}) {
  apps.consumer.tell({ kind: 'expect', count: messages, warmUp });
  await apps.consumer.next('expecting');
  apps.producer.tell({ kind: 'send', count: messages, perSecond });
  const [sent, consumed] = await Promise.all([apps.producer.next('sent'), apps.consumer.next('consumed')]);
  return { seconds: (Math.max(consumed.atMs, sent.atMs) - sent.beganMs) / 1000, p50Ms: consumed.p50Ms, p99Ms: consumed.p99Ms };
}

async function drive(apps, server) {
  // Half as many first: servers and applications that are compiled while they run are not what is compared.
  await transfer(apps, Math.ceil(count / 2));
  const parts = { producer: [apps.producer.pid], consumer: [apps.consumer.pid], server: family(server.processes.map(({ pid }) => pid)) };
  const pids = Object.values(parts).flat();
  const usedBy = () => Object.values(parts).map((some) => cpuSeconds(some));
  const memory = watchMemory(pids);
  const before = usedBy();
  const fast = await transfer(apps, count);
  const [producerCpu, consumerCpu, serverCpu] = usedBy().map((used, at) => ((used - before[at]) / count) * 100_000);
  const { all } = memory();
  const steady = await transfer(apps, seconds * RATE, { perSecond: RATE, warmUp: RATE });
  return {
    perSecond: count / fast.seconds,
    cpuPer100k: producerCpu + consumerCpu + serverCpu,
    ...{ producerCpu, consumerCpu, serverCpu },
    p50Ms: steady.p50Ms,
    p99Ms: steady.p99Ms,
    memoryMib: all,
    bootMs: apps.consumer.bootMs,
  };
}

async function measure(name) {
  const folder = mkdtempSync(join(tmpdir(), `bench-nest-${name}-`));
  const server = await stacks[name].server(folder);
  const apps = {};
  try {
    apps.consumer = await application(name, 'consumer', server.address);
    apps.producer = await application(name, 'producer', server.address);
    return await drive(apps, server);
  } finally {
    await Promise.all(Object.values(apps).map((app) => app.stop()));
    for (const { child, exited } of server.processes) {
      child.kill(server.gentle ? 'SIGTERM' : 'SIGKILL');
      await exited;
    }
    server.after?.();
    rmSync(folder, { recursive: true, force: true });
  }
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

prepare();
const wanted = values.only.split(',');
const unknown = wanted.filter((name) => !Object.hasOwn(stacks, name));
if (unknown.length > 0) throw new Error(`there is no ${unknown.join()}; there are ${Object.keys(stacks).join()}`);
const runs = Object.fromEntries(wanted.map((name) => [name, []]));
// Round by round, so that what the machine does meanwhile meets all.
for (let round = 0; round < rounds; round += 1) {
  for (const name of wanted) {
    const result = await measure(name);
    console.error(
      `${stacks[name].title}: ${JSON.stringify(result, (_, value) => (typeof value === 'number' ? Number(value.toFixed(2)) : value))}`,
    );
    runs[name].push(result);
  }
}
const keys = (list) => Object.keys(list[0]);
const results = Object.fromEntries(
  wanted.map((name) => [name, Object.fromEntries(keys(runs[name]).map((key) => [key, median(runs[name].map((one) => one[key]))]))]),
);
const summary = report(results, {
  where: machine(),
  how:
    `${count} messages, then ${seconds} s at ${RATE}/s; rounds ${rounds} (median); Nest ${nestVersions()}; ` +
    `all applications started as \`${['node', ...nodeArgs].join(' ')}\`.`,
});
console.log(summary);
if (values.save !== undefined) writeFileSync(join(root, 'bench/results', `${values.save}.md`), summary);
