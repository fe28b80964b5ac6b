// Compares what our broker and Apache's do beyond storing, on this machine, with our client as the load: see README.md.
// usage: npm run bench:semantics -- [--only apache,ours] [--parts transactions,timers,sql,ordered] [--quick] [--rounds n] [--save name]
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { choosePorts, contestants, missing, root, usual } from './contestants.mjs';
import { cpuSeconds } from './processes.mjs';
import { machine } from './report.mjs';

const allParts = ['transactions', 'timers', 'sql', 'ordered'].filter((part) => existsSync(join(root, 'bench/semantics', `${part}.mjs`)));
const { values: flags } = parseArgs({
  options: {
    only: { type: 'string', default: 'apache,ours' },
    parts: { type: 'string', default: allParts.join(',') },
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '1' },
    data: { type: 'string' },
    save: { type: 'string' },
    broker: { type: 'string', default: usual.broker },
    namesrv: { type: 'string', default: usual.namesrv },
    'java-broker': { type: 'string', default: '-Xms1g -Xmx1g -XX:MaxDirectMemorySize=1g' },
    'java-namesrv': { type: 'string', default: '-Xms256m -Xmx256m' },
  },
});
const options = {
  broker: flags.broker,
  namesrv: flags.namesrv,
  nodeArgs: usual.nodeArgs,
  javaBroker: flags['java-broker'],
  javaNamesrv: flags['java-namesrv'],
};
const names = flags.only.split(',');
const compiled = join(root, 'libs/rocketmq-core/dist/src/client/index.js');
for (const name of names) {
  const lacking = [...missing(name), ...(existsSync(compiled) ? [] : [compiled])];
  if (lacking.length > 0) {
    console.error(`bench: ${name} cannot run, build first (npm run build): no ${lacking.join(', ')}`);
    process.exit(1);
  }
}
const { ClientInstance } = await import(pathToFileURL(compiled).href);

/**
 * A part is a module of bench/semantics. It exports `settings` (lines of broker.conf that it needs) and `run(load)`, which answers with measures:
 * `{ title, value, digits?, least?, most?, limit? }`: the ratio to Apache, or the value, that is the goal. `load.restart` ends the servers and starts
 * them again on what they stored.
 */
const parts = await Promise.all(
  flags.parts
    .split(',')
    .map(async (part) => ({ part, ...(await import(pathToFileURL(join(root, 'bench/semantics', `${part}.mjs`)).href)) })),
);
const settings = Object.assign({}, ...parts.map((part) => part.settings));
const data = mkdtempSync(join(flags.data ?? tmpdir(), 'rocketmq-semantics-'));
const running = new Set();

async function client(nameServer, more = {}) {
  const instance = new ClientInstance({ namesrvAddr: nameServer, ...more });
  await instance.start();
  return instance;
}

/** Waits until the broker stores messages. */
async function ready(nameServer) {
  const probe = await client(nameServer);
  const producer = probe.producer({ group: 'bench-probe', retryTimesWhenSendFailed: 0 });
  await producer.start();
  for (let isUp = false; !isUp;) {
    isUp = await producer.send({ topic: 'bench-probe', body: 'x' }).then(
      () => true,
      () => sleep(100, false),
    );
  }
  await probe.shutdown(1000);
}

/** One contestant on one store, through its restarts. */
class Contestant {
  constructor(name, round, ports) {
    this.name = name;
    this.place = { folder: join(data, `${name}-${round}`), flush: 'ASYNC_FLUSH', ports, settings };
    this.died = new Promise((_, reject) => (this.fail = reject));
    this.died.catch(() => undefined);
  }

  async start() {
    const server = contestants[this.name].start(options, this.place);
    this.server = server;
    running.add(server);
    for (const { title, exited, output } of server.processes) {
      void exited.then((code) => running.has(server) && this.fail(new Error(`${title} ended (${code}):\n${output()}`)));
    }
    await Promise.race([ready(server.nameServer), this.died]);
  }

  /** Ends cleanly, and is there again after the given time. @returns when it was begun */
  async restart(untilMs) {
    running.delete(this.server);
    for (const { child } of this.server.processes) child.kill('SIGTERM');
    await Promise.all(this.server.processes.map(({ exited }) => exited));
    await sleep(Math.max(0, untilMs - Date.now()));
    const begunMs = Date.now();
    await this.start();
    return begunMs;
  }

  async end() {
    running.delete(this.server);
    await Promise.all(this.server.processes.map((one) => one.kill()));
    rmSync(this.server.folder, { recursive: true, force: true });
  }
}

async function drive(name, round) {
  const contestant = new Contestant(name, round, await choosePorts());
  await contestant.start();
  const { nameServer } = contestant.server;
  const measures = [];
  for (const { part, run } of parts) {
    process.stderr.write(`  ${part} …`);
    const load = {
      nameServer,
      client: (more) => client(nameServer, more),
      quick: flags.quick,
      cpu: () => cpuSeconds(contestant.server.pids),
      restart: (untilMs) => contestant.restart(untilMs),
    };
    measures.push(...(await Promise.race([run(load), contestant.died])));
    process.stderr.write(' done\n');
  }
  await contestant.end();
  return measures;
}

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
const shown = (value, digits = 0) =>
  value.toLocaleString('en-US', { maximumFractionDigits: digits, minimumFractionDigits: digits }).replaceAll(',', ' ');

function goal({ least, most, limit }, value, ratio) {
  if (limit !== undefined) return `≤ ${shown(limit)} ${value <= limit ? '✓' : '✗'}`;
  if (ratio === undefined) return '';
  if (least !== undefined) return `≥ ${least.toFixed(1)} ${ratio >= least ? '✓' : '✗'}`;
  return most === undefined ? '' : `≤ ${most.toFixed(2)} ${ratio <= most ? '✓' : '✗'}`;
}

function report(results) {
  const titles = results[names[0]][0].map(({ title }) => title);
  const rows = titles.map((title) => {
    const values = names.map((name) => median(results[name].map((round) => round.find((one) => one.title === title).value)));
    const measure = results[names[0]][0].find((one) => one.title === title);
    const apache = values[names.indexOf('apache')];
    const cells = names.flatMap((name, at) => {
      const value = shown(values[at], measure.digits);
      if (name === 'apache' || apache === undefined) return [value];
      return [value, (values[at] / apache).toFixed(2), goal(measure, values[at], values[at] / apache)];
    });
    return [title, ...cells];
  });
  const head = [
    '',
    ...names.flatMap((name) => [contestants[name].title, ...(name === 'apache' || !names.includes('apache') ? [] : ['ratio', 'goal'])]),
  ];
  const line = (row) => `| ${row.join(' | ')} |`;
  const ruler = line(head.map((_, at) => (at === 0 ? '---' : '---:')));
  return [`# ${new Date().toISOString().slice(0, 10)}, semantics`, '', machine(), '', line(head), ruler, ...rows.map(line), ''].join('\n');
}

const results = Object.fromEntries(names.map((name) => [name, []]));
try {
  for (let round = 1; round <= Number(flags.rounds); round += 1) {
    for (const name of names) {
      console.error(contestants[name].title);
      results[name].push(await drive(name, round));
    }
  }
} finally {
  await Promise.all([...running].flatMap(({ processes }) => processes.map((one) => one.kill())));
  rmSync(data, { recursive: true, force: true });
}
const text = report(results);
console.log(text);
if (flags.save !== undefined) {
  mkdirSync(join(root, 'bench/results'), { recursive: true });
  writeFileSync(join(root, 'bench/results', `${flags.save}.md`), text);
}
