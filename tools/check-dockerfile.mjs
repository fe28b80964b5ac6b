// What the Dockerfile and its entry point promise about the tree, because continuous integration has no engine to build the image: what is copied
// exists or is built, scripts and workspaces are those of package.json, what they need at run time is copied, the ports are the defaults, Node is one that
// the packages allow.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const violations = [];
const read = (path) => readFileSync(path, 'utf8');
const root = JSON.parse(read('package.json'));
const projects = Object.values(JSON.parse(read('nest-cli.json')).projects).map((project) => project.root);
const lines = read('Dockerfile')
  .replace(/^\s*#.*\n/gm, '')
  .replaceAll(/\\\n/g, ' ')
  .split('\n');
const of = (word) => lines.filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1).trim());
const expect = (holds, what) => holds || violations.push(what);

// As .dockerignore: folders by name anywhere, or from the root.
const ignored = read('.dockerignore')
  .split('\n')
  .filter(Boolean)
  .map((line) => new RegExp(`^${line.replaceAll('.', '\\.').replace('**/', '(.*/)?')}(/|$)`));
const isBuilt = (path) => projects.some((project) => path === join(project, 'dist'));
const inImage = [];

for (const copy of of('COPY')) {
  const [from, ...words] = copy.startsWith('--from=') ? copy.split(/\s+/) : [undefined, ...copy.split(/\s+/)];
  const target = words.pop();
  for (const source of words) {
    const path = from === undefined ? source : source.replace(/^\/src\//, '');
    const isThere = from === undefined ? existsSync(path) && !ignored.some((one) => one.test(path)) : isBuilt(path) || existsSync(path);
    expect(isThere, `COPY ${copy}: ${path} is not there`);
    inImage.push(target.endsWith('/') ? join(target, path.split('/').at(-1)) : target);
  }
}

for (const command of of('RUN').flatMap((line) => line.split('&&').map((part) => part.trim()))) {
  const script = /^npm run (\S+)/.exec(command)?.[1];
  expect(script === undefined || Object.hasOwn(root.scripts, script), `RUN ${command}: package.json has no script ${script}`);
  for (const [, workspace] of command.matchAll(/-w (\S+)/g))
    expect(existsSync(join(workspace, 'package.json')), `RUN ${command}: there is no workspace ${workspace}`);
}

// npm puts a package into the folder of the workspace that wants it when the root has another version of it.
for (const [path, { dev }] of Object.entries(JSON.parse(read('package-lock.json')).packages)) {
  const [, workspace, modules] = /^((?:apps|libs)\/[^/]+)(\/node_modules)\//.exec(path) ?? [];
  if (dev || !inImage.includes(`${workspace}/dist`)) continue;
  expect(inImage.includes(workspace + modules), `the image has ${workspace} without ${path}`);
}

const entry = /"(\w+)"/.exec(of('ENTRYPOINT')[0] ?? '')?.[1];
expect(inImage.includes(`/usr/local/bin/${entry}`), `ENTRYPOINT ${entry} is not in the image`);
const script = of('COPY')
  .find((copy) => copy.endsWith(`/${entry}`))
  ?.split(/\s+/)[0];
const main = /"\/app\/(\S+)"/.exec(existsSync(script ?? '') ? read(script) : '')?.[1];
expect(main !== undefined, `${script} starts nothing below /app`);
for (const server of ['broker', 'namesrv']) {
  const file = (main ?? '').replace('$server', server);
  expect(inImage.includes(dirname(file)), `the image has no ${file}`);
  const bins = Object.values(JSON.parse(read(`apps/${server}/package.json`)).bin).map((bin) => join('apps', server, bin));
  expect(bins.includes(file), `the entry point starts ${file}, the bin is ${bins.join()}`);
}

const ports = { namesrv: 'libs/rocketmq-core/src/namesrv/config.ts', broker: 'libs/rocketmq-core/src/broker/config/broker-config.ts' };
const portOf = (path) => Number(/listenPort: int\(([\d_]+)/.exec(read(path))?.[1].replaceAll('_', ''));
const wanted = [portOf(ports.namesrv), portOf(ports.broker), portOf(ports.broker) - 2].join(' ');
expect(of('EXPOSE').join(' ') === wanted, `EXPOSE ${of('EXPOSE').join(' ')}: the ports are ${wanted}`);
for (const image of of('FROM')) {
  const major = /^node:(\d+)-/.exec(image)?.[1];
  expect(root.engines.node.includes(`^${major}.`), `FROM ${image}: package.json asks for Node ${root.engines.node}`);
}

for (const violation of violations) console.error(violation);
if (violations.length > 0) process.exitCode = 1;
else console.log('the Dockerfile agrees with the tree');
