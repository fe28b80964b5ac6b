// Compares our client with the Java client, on the same broker and with the same work, by what they spend: see README.md.
// usage: npm run bench:client -- [--only apache,ours] [--quick] [--rounds n] [--client <index.js>] [--save name] …
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { choosePorts, contestants, missing, root, usual } from './contestants.mjs';
import { startLoad, startOurLoad } from './load.mjs';
import { cpuSeconds } from './processes.mjs';
import { machine } from './report.mjs';

const { values: flags } = parseArgs({
  options: {
    only: { type: 'string', default: 'apache,ours' },
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '1' },
    messages: { type: 'string' },
    senders: { type: 'string', default: '64' },
    size: { type: 'string', default: '1024' },
    client: { type: 'string', default: join(root, 'libs/rocketmq-core/dist/src/client/index.js') },
    data: { type: 'string' },
    save: { type: 'string' },
    broker: { type: 'string', default: usual.broker },
    namesrv: { type: 'string', default: usual.namesrv },
    'java-broker': { type: 'string', default: '-Xms1g -Xmx1g -XX:MaxDirectMemorySize=1g' },
    'java-namesrv': { type: 'string', default: '-Xms256m -Xmx256m' },
  },
});
const messages = Number(flags.messages ?? (flags.quick ? 60_000 : 400_000));
const options = {
  broker: flags.broker,
  namesrv: flags.namesrv,
  nodeArgs: usual.nodeArgs,
  javaBroker: flags['java-broker'],
  javaNamesrv: flags['java-namesrv'],
};
const names = flags.only.split(',');
const lacking = [...names.flatMap(missing), ...(existsSync(flags.client) ? [] : [flags.client])];
if (lacking.length > 0) {
  console.error(`bench: build first (npm run build): no ${lacking.join(', ')}`);
  process.exit(1);
}
const data = mkdtempSync(join(flags.data ?? tmpdir(), 'rocketmq-bench-client-'));

/** Messages for each second of processor time that the load process spends on the work. */
async function perCpuSecond(load, ...words) {
  const before = cpuSeconds([load.pid]);
  const { count, errors = 0, rate } = await load.run(...words);
  return { perCpuSecond: count / (cpuSeconds([load.pid]) - before), rate, errors };
}

/** Both do everything twice, in turns: the first time warms up, a virtual machine above all. */
async function compare(loads, name) {
  const results = Object.fromEntries(Object.keys(loads).map((kind) => [kind, {}]));
  const work = [
    ['produce', (kind) => ['fill', `bench-${kind}`, flags.senders, messages, flags.size]],
    ['consume', (kind, turn) => ['drain', `bench-${kind}`, `bench-${kind}-${turn}`, messages]],
  ];
  for (const [title, words] of work) {
    for (const turn of ['warm-up', 'measured']) {
      for (const [kind, load] of Object.entries(loads)) {
        process.stderr.write(`  ${name}: ${title}, ${kind}, ${turn} …`);
        results[kind][title] = await perCpuSecond(load, ...words(kind, turn));
        const { perCpuSecond: cost, errors } = results[kind][title];
        process.stderr.write(` ${Math.round(cost)} per CPU second, ${errors} failed\n`);
      }
    }
  }
  return results;
}

async function drive(name, round) {
  const folder = join(data, `${name}-${round}`);
  const ports = await choosePorts();
  const nameServer = `127.0.0.1:${ports.namesrv}`;
  const java = await startLoad(join(folder, 'load'), nameServer);
  const first = java.run('first', ports.broker, 'first', 180);
  const server = contestants[name].start(options, { folder: join(folder, 'server'), flush: 'ASYNC_FLUSH', ports });
  const died = Promise.race(
    server.processes.map(async (one) => Promise.reject(new Error(`${one.title} ended (${await one.exited}):\n${one.output()}`))),
  );
  died.catch(() => undefined);
  let ours;
  try {
    await Promise.race([first, died]);
    ours = await startOurLoad(flags.client, nameServer);
    return await Promise.race([compare({ java, ours }, name), died]);
  } finally {
    await Promise.all([java.stop(), ours?.stop()]);
    await Promise.all(server.processes.map((one) => one.kill()));
  }
}

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
const goals = { produce: 0.7, consume: 1.0 };
const whole = (value) => Math.round(value).toLocaleString('en-US').replaceAll(',', ' ');

const rows = [];
try {
  for (const name of names) {
    const rounds = [];
    for (let round = 1; round <= Number(flags.rounds); round += 1) rounds.push(await drive(name, round));
    for (const [title, goal] of Object.entries(goals)) {
      const of = (kind, what) => median(rounds.map((one) => one[kind][title][what]));
      const [java, ours] = [of('java', 'perCpuSecond'), of('ours', 'perCpuSecond')];
      const errors = rounds.reduce((sum, one) => sum + one.java[title].errors + one.ours[title].errors, 0);
      const verdict = `≥ ${goal.toFixed(1)} ${ours / java >= goal ? '✓' : '✗'}${errors > 0 ? `, ${errors} failed` : ''}`;
      const rates = `${whole(of('java', 'rate'))} / ${whole(of('ours', 'rate'))}`;
      rows.push([`${title}, ${contestants[name].title}`, whole(java), whole(ours), (ours / java).toFixed(2), verdict, rates]);
    }
  }
} finally {
  rmSync(data, { recursive: true, force: true });
}
const head = ['messages per CPU second of the client', 'Java client 5.5.0', 'our client', 'ratio', 'goal', 'messages/s, Java / ours'];
const text = [
  `# Clients, ${new Date().toISOString().slice(0, 10)}`,
  '',
  machine(),
  '',
  `${whole(messages)} messages of ${flags.size} bytes, ${flags.senders} senders, rounds ${flags.rounds} (median); the second pass counts.`,
  '',
  `| ${head.join(' | ')} |`,
  `| --- | ${head
    .slice(1)
    .map(() => '---:')
    .join(' | ')} |`,
  ...rows.map((row) => `| ${row.join(' | ')} |`),
  '',
].join('\n');
console.log(text);
if (flags.save !== undefined) {
  mkdirSync(join(root, 'bench/results'), { recursive: true });
  writeFileSync(join(root, 'bench/results', `${flags.save}.md`), text);
}
