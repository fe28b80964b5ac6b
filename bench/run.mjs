// Compares our servers with Apache's on this machine, under the same Java load: see README.md.
// usage: npm run bench -- [--only apache,ours,embedded] [--quick] [--rounds n] [--seconds n] [--warmup n] [--save name] …
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { argsOf, choosePorts, contestants, missing, root, usual } from './contestants.mjs';
import { startLoad } from './load.mjs';
import { cpuSeconds, residentMib, watchMemory } from './processes.mjs';
import { machine, report } from './report.mjs';

const { values: flags } = parseArgs({
  options: {
    only: { type: 'string', default: 'apache,ours,embedded' },
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '1' },
    seconds: { type: 'string' },
    warmup: { type: 'string' },
    settle: { type: 'string' },
    backlog: { type: 'string' },
    senders: { type: 'string', default: '64' },
    size: { type: 'string', default: '1024' },
    rate: { type: 'string', default: '2000' },
    data: { type: 'string' },
    save: { type: 'string' },
    broker: { type: 'string', default: usual.broker },
    namesrv: { type: 'string', default: usual.namesrv },
    'node-args': { type: 'string', default: '' },
    'java-broker': { type: 'string', default: '-Xms1g -Xmx1g -XX:MaxDirectMemorySize=1g' },
    'java-namesrv': { type: 'string', default: '-Xms256m -Xmx256m' },
  },
});
const number = (name, usual, quick) => Number(flags[name] ?? (flags.quick ? quick : usual));
const options = {
  data: mkdtempSync(join(flags.data ?? tmpdir(), 'rocketmq-bench-')),
  rounds: Number(flags.rounds),
  seconds: number('seconds', 20, 5),
  // A JVM needs 8 s and more until its code is compiled.
  warmup: number('warmup', 20, 10),
  settle: number('settle', 8, 3),
  backlog: number('backlog', 400_000, 60_000),
  senders: Number(flags.senders),
  size: Number(flags.size),
  rate: Number(flags.rate),
  broker: flags.broker,
  namesrv: flags.namesrv,
  nodeArgs: [...usual.nodeArgs, ...argsOf(flags['node-args'])],
  javaBroker: flags['java-broker'],
  javaNamesrv: flags['java-namesrv'],
};

const running = new Set();

/** Starts a contestant on an empty folder and waits for the first acknowledged message. */
async function start(name, run, flush) {
  const folder = join(options.data, `${name}-${++run.starts}`);
  const begin = performance.now();
  const first = run.load.run('first', run.ports.broker, 'first', 60);
  const server = contestants[name].start(options, { folder, flush, ports: run.ports });
  running.add(server);
  const died = Promise.race(
    server.processes.map(async (one) => Promise.reject(new Error(`${one.title} ended (${await one.exited}):\n${one.output()}`))),
  );
  died.catch(() => undefined);
  await Promise.race([first, died]);
  const startMs = performance.now() - begin;
  await sleep(options.settle * 1000);
  return { ...server, startMs, idle: residentMib(server.pids), died };
}

async function stop(server) {
  running.delete(server);
  // The next start has a folder of its own, and an Apache broker takes ten seconds to end cleanly.
  await Promise.all(server.processes.map((one) => one.kill()));
  rmSync(server.folder, { recursive: true, force: true });
}

/** Runs one command of the load program and sets beside its answer what the server spent on it. */
async function measured(server, run, ...words) {
  const before = cpuSeconds(server.pids);
  const endWatch = watchMemory(server.pids);
  const result = await Promise.race([run.load.run(...words), server.died]);
  const memory = endWatch();
  const cpu = cpuSeconds(server.pids) - before;
  return { ...result, memory, cpuPerMillion: (cpu / result.count) * 1e6 };
}

async function sends(server, run) {
  const { senders, size } = options;
  await Promise.race([run.load.run('send', 'bench', senders, options.warmup, size), server.died]);
  return measured(server, run, 'send', 'bench', senders, options.seconds, size);
}

async function drains(server, run) {
  const { senders, size, backlog } = options;
  await run.load.run('fill', 'backlog', senders, backlog, size);
  await run.load.run('drain', 'backlog', 'bench-warm-up', backlog);
  return measured(server, run, 'drain', 'backlog', 'bench-measured', backlog);
}

async function paces(server, run) {
  const { rate, size } = options;
  await run.load.run('pace', 'paced-warm-up', 'bench-paced-warm-up', rate, Math.ceil(options.warmup / 2), size);
  return measured(server, run, 'pace', 'paced', 'bench-paced', rate, options.seconds, size);
}

async function drive(name) {
  const folder = join(options.data, `${name}-load`);
  const ports = await choosePorts();
  const load = await startLoad(folder, `127.0.0.1:${ports.namesrv}`);
  const run = { load, ports, starts: 0 };
  const step = async (title, work) => {
    process.stderr.write(`  ${title} …`);
    const result = await work;
    process.stderr.write(' done\n');
    return result;
  };
  console.error(contestants[name].title);
  try {
    const asyncServer = await step('start, ASYNC_FLUSH', start(name, run, 'ASYNC_FLUSH'));
    const asyncSend = await step('sends', sends(asyncServer, run));
    const drain = await step('backlog', drains(asyncServer, run));
    const pace = await step('end to end', paces(asyncServer, run));
    await stop(asyncServer);
    const syncServer = await step('start, SYNC_FLUSH', start(name, run, 'SYNC_FLUSH'));
    const syncSend = await step('sends', sends(syncServer, run));
    await stop(syncServer);
    const third = await step('start once more', start(name, run, 'ASYNC_FLUSH'));
    await stop(third);
    // The first start met a load program that had to load its own classes: not counted.
    return {
      asyncSend,
      syncSend,
      drain,
      pace,
      startMs: [syncServer.startMs, third.startMs],
      idle: [asyncServer.idle, syncServer.idle, third.idle],
    };
  } finally {
    await load.stop();
  }
}

const names = flags.only.split(',');
for (const name of names) {
  const lacking = missing(name);
  if (lacking.length > 0) {
    console.error(`bench: ${name} cannot run, build first (npm run build): no ${lacking.join(', ')}`);
    process.exit(1);
  }
}
const results = Object.fromEntries(names.map((name) => [name, []]));
try {
  for (let round = 1; round <= options.rounds; round++) {
    if (options.rounds > 1) console.error(`round ${round}`);
    for (const name of names) results[name].push(await drive(name));
  }
} finally {
  await Promise.all([...running].flatMap(({ processes }) => processes.map((one) => one.kill())));
  rmSync(options.data, { recursive: true, force: true });
}
const text = report(results, options, machine());
console.log(text);
if (flags.save !== undefined) {
  const folder = join(root, 'bench/results');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${flags.save}.md`), text);
}
