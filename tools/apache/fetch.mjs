// Fetches the Apache artifacts that the interoperability tests and the bench run against, with Maven, into .cache/apache/<kind>-<version>/lib.
// usage: node tools/apache/fetch.mjs [<kind>-<version> …]      (none named: all of them; what is there already is left alone)
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const cache = join(here, '../../.cache/apache');

// Central has no broker and name server as 4.9.8; 4.9.7 is their last 4.x.
const artifacts = [
  ...['5.5.0', '5.3.3'].flatMap((version) => ['namesrv', 'broker', 'client', 'tools'].map((kind) => `${kind}-${version}`)),
  'client-4.9.8',
  'tools-4.9.8',
  'namesrv-4.9.7',
  'broker-4.9.7',
  'example-5.5.0',
];

function fail(message) {
  console.error(`apache: ${message}`);
  process.exit(1);
}

function needTool(command, versionFlag) {
  const probe = spawnSync(command, [versionFlag], { stdio: 'ignore' });
  if (probe.error || probe.status !== 0) {
    fail(`"${command}" does not run here. The suites against Apache RocketMQ need a JDK (8 or later) and Maven (3.6 or later) in PATH.`);
  }
}

function maven(args) {
  return new Promise((resolve) => {
    const child = spawn('mvn', args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
    child.on('error', (error) => resolve({ code: 1, output: String(error) }));
    child.on('close', (code) => resolve({ code, output }));
  });
}

async function fetchOne(name) {
  const [, kind, version] = /^([a-z]+)-(\d.*)$/.exec(name);
  const target = join(cache, name);
  // A folder of its own, renamed when whole: an interrupted or a second run at the same time never leaves half a set.
  const partial = join(cache, `.${name}-${process.pid}`);
  mkdirSync(partial, { recursive: true });
  const { code, output } = await maven([
    ...['-q', '-B', '-f', join(here, 'pom.xml'), 'dependency:copy-dependencies'],
    ...[`-Dapache.kind=${kind}`, `-Dapache.version=${version}`, '-DincludeScope=runtime', `-DoutputDirectory=${join(partial, 'lib')}`],
  ]);
  if (code !== 0) {
    rmSync(partial, { recursive: true, force: true });
    fail(`Maven could not fetch rocketmq-${kind} ${version}:\n${output.trim()}`);
  }
  const jars = readdirSync(join(partial, 'lib')).length;
  writeFileSync(join(partial, 'complete'), `${jars} jars\n`);
  if (existsSync(join(target, 'complete'))) rmSync(partial, { recursive: true, force: true });
  else {
    rmSync(target, { recursive: true, force: true });
    renameSync(partial, target);
  }
  return jars;
}

const wanted = process.argv.length > 2 ? process.argv.slice(2) : artifacts;
const unknown = wanted.filter((name) => !artifacts.includes(name));
if (unknown.length > 0) fail(`unknown: ${unknown.join(', ')}; known: ${artifacts.join(', ')}`);
const missing = wanted.filter((name) => !existsSync(join(cache, name, 'complete')));
if (missing.length > 0) {
  needTool('java', '-version');
  needTool('mvn', '-v');
}
for (const [at, name] of missing.entries()) {
  process.stdout.write(`apache: ${at + 1}/${missing.length} ${name} … `);
  console.log(`${await fetchOne(name)} jars`);
}
console.log(`apache: ${wanted.length} artifacts in ${cache}`);
