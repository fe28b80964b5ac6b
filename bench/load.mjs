// The Java load program as an object: one command at a time, one answer each.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { classPath, root } from './contestants.mjs';
import { launch } from './processes.mjs';

/** Compiles and starts it; its virtual machine has what it needs to be no bottleneck, and is the same for every contestant. */
export async function startLoad(folder, nameServer) {
  const classes = join(folder, 'classes');
  const conf = join(folder, 'conf');
  for (const path of [classes, conf]) mkdirSync(path, { recursive: true });
  writeFileSync(join(conf, 'rmq.logback.xml'), '<configuration><root level="OFF"/></configuration>\n');
  const sources = join(root, 'bench/java');
  const files = readdirSync(sources).map((name) => join(sources, name));
  const client = classPath('client');
  const compiled = spawnSync('javac', ['-d', classes, '-cp', client, ...files], { encoding: 'utf8' });
  if (compiled.status !== 0) throw new Error(`javac failed: ${compiled.error?.message ?? compiled.stderr}`);
  const java = launch('load', 'java', [
    '-Xms1g',
    '-Xmx2g',
    `-Duser.home=${folder}`,
    '-cp',
    `${conf}:${classes}:${client}`,
    'Load',
    nameServer,
  ]);

  return commanded(java);
}

/** The same of our client. */
export function startOurLoad(client, nameServer) {
  return commanded(launch('our load', process.execPath, [join(root, 'bench/client-load.mjs'), client, nameServer]));
}

async function commanded(load) {
  const waiting = [];
  createInterface({ input: load.child.stdout }).on('line', (line) => {
    if (line.startsWith('{')) waiting.shift()?.resolve(JSON.parse(line));
  });
  void load.exited.then(() => {
    for (const { reject } of waiting) reject(new Error(`the load program ended:\n${load.output()}`));
  });
  const answer = () => new Promise((resolve, reject) => waiting.push({ resolve, reject }));
  await answer();
  return {
    pid: load.pid,
    async run(...words) {
      const reply = answer();
      load.child.stdin.write(words.join(' ') + '\n');
      const result = await reply;
      if (result.error !== undefined) throw new Error(`load: ${words.join(' ')}: ${result.error}\n${load.output()}`);
      return result;
    },
    async stop() {
      load.child.stdin.write('quit\n');
      await load.exited;
    },
  };
}
