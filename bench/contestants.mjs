// The servers that the bench compares. `settings` of a start are further lines of broker.conf.
// Each starts on an empty folder with the same broker settings and answers its processes and addresses.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePorts, launch } from './processes.mjs';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const apacheVersion = '5.5.0';

const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const commandOf = (script) => scripts[script].replace(/^exec /, '');
/** What stands in an option, taken apart. */
export const argsOf = (text) => text.split(' ').filter((arg) => arg !== '');

/** How ours are started, as `npm run broker`, `npm run namesrv` and `npm start` do. */
export const usual = {
  broker: `${commandOf('broker')} -c <conf>`,
  namesrv: `${commandOf('namesrv')} -c <conf>`,
  nodeArgs: commandOf('start')
    .split(' ')
    .filter((word) => word.startsWith('--')),
};

/** Class path of an Apache artifact, fetched the first time. */
export function classPath(kind, version = apacheVersion) {
  const fetched = spawnSync(process.execPath, [join(root, 'tools/apache/fetch.mjs'), `${kind}-${version}`], { encoding: 'utf8' });
  if (fetched.status !== 0) throw new Error(fetched.stderr || fetched.stdout);
  return join(root, '.cache/apache', `${kind}-${version}`, 'lib', '*');
}

const properties = (values) =>
  Object.entries(values)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');

// Ours alone know it; other servers of this machine may have the usual one.
const anyManagementPort = { managementPort: 0 };

function writeConf({ folder, flush, ports, settings = {} }) {
  mkdirSync(folder, { recursive: true });
  const store = join(folder, 'store');
  const files = { namesrv: join(folder, 'namesrv.conf'), broker: join(folder, 'broker.conf') };
  writeFileSync(
    files.namesrv,
    properties({
      listenPort: ports.namesrv,
      kvConfigPath: join(folder, 'kvConfig.json'),
      configStorePath: join(folder, 'namesrv.properties'),
      ...anyManagementPort,
    }),
  );
  writeFileSync(
    files.broker,
    properties({
      brokerClusterName: 'DefaultCluster',
      brokerName: 'broker-a',
      brokerId: 0,
      brokerIP1: '127.0.0.1',
      listenPort: ports.broker,
      namesrvAddr: `127.0.0.1:${ports.namesrv}`,
      flushDiskType: flush,
      storePathRootDir: store,
      storePathCommitLog: join(store, 'commitlog'),
      autoCreateTopicEnable: true,
      ...anyManagementPort,
      ...settings,
    }),
  );
  return files;
}

// Errors only, as nothing else is of use here and a busy log would cost the Java side time.
const logback = '<configuration><root level="OFF"/></configuration>\n';

function apacheProcess(folder, kind, mainClass, confFile, jvm) {
  const conf = join(folder, 'conf');
  mkdirSync(conf, { recursive: true });
  writeFileSync(join(conf, 'rmq.logback.xml'), logback);
  const opens = ['--add-opens=java.base/java.nio=ALL-UNNAMED', '--add-opens=java.base/sun.nio.ch=ALL-UNNAMED'];
  const home = [`-Duser.home=${folder}`, `-Drocketmq.home.dir=${folder}`];
  return launch(`apache ${kind}`, 'java', [...jvm, ...opens, ...home, '-cp', `${conf}:${classPath(kind)}`, mainClass, '-c', confFile]);
}

/** Ports that one contestant keeps through all its starts, because the load program is told them once. */
export async function choosePorts() {
  const first = await freePorts(5);
  return { namesrv: first, broker: first + 3 };
}

const started = ({ ports, folder }, processes) => ({
  nameServer: `127.0.0.1:${ports.namesrv}`,
  brokerPort: ports.broker,
  folder,
  processes,
  pids: processes.map(({ pid }) => pid),
});

/** Each: a title, and a start that returns at once (who drives it waits for the ports). */
export const contestants = {
  apache: {
    title: `Apache ${apacheVersion}`,
    start(options, place) {
      const { folder, ports } = place;
      const confFiles = writeConf(place);
      const namesrv = apacheProcess(
        folder,
        'namesrv',
        'org.apache.rocketmq.namesrv.NamesrvStartup',
        confFiles.namesrv,
        options.javaNamesrv.split(' '),
      );
      const broker = apacheProcess(
        folder,
        'broker',
        'org.apache.rocketmq.broker.BrokerStartup',
        confFiles.broker,
        options.javaBroker.split(' '),
      );
      return started({ ports, folder }, [broker, namesrv]);
    },
  },
  ours: {
    title: 'ours, two processes',
    start(options, place) {
      const { folder, ports } = place;
      const confFiles = writeConf(place);
      const run = (kind) => {
        const [command, ...args] = options[kind].split(' ').map((word) => (word === '<conf>' ? confFiles[kind] : word));
        return launch(`our ${kind}`, command, args, { cwd: root });
      };
      return started({ ports, folder }, [run('broker'), run('namesrv')]);
    },
  },
  embedded: {
    title: 'ours, one process',
    start(options, place) {
      const { folder, ports } = place;
      const confFiles = writeConf(place);
      const args = [...options.nodeArgs, join(root, 'bench/embedded-host.mjs'), confFiles.namesrv, confFiles.broker];
      return started({ ports, folder }, [launch('our embedded host', process.execPath, args, { cwd: root })]);
    },
  },
};

const builds = {
  apache: [],
  ours: ['apps/broker/dist/main.js', 'apps/namesrv/dist/main.js'],
  embedded: ['libs/nest-rocketmq/dist/src/embedded/index.js'],
};

/** What is missing for a contestant to run; ours need a build. */
export const missing = (name) => builds[name].filter((file) => !existsSync(join(root, file)));
