// The servers behind the transports, each in a folder of its own, with settings that keep messages as far as the server does.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { choosePorts, contestants, root, usual } from '../contestants.mjs';
import { freePorts, launch } from '../processes.mjs';

const START_MS = 60_000;
const HERE = dirname(import.meta.filename);
const KAFKA = 'org.apache.kafka:kafka_2.13:3.9.1';

/** Resolves when the port takes connections. @throws Error when the process ends before that, or after a minute */
async function listening(port, server) {
  const endMs = performance.now() + START_MS;
  let ended = false;
  void server.exited.then(() => (ended = true));
  for (;;) {
    const open = await new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false));
      socket.on('connect', () => socket.destroy());
    });
    if (open) return;
    if (ended || performance.now() > endMs) throw new Error(`${server.title} does not start:\n${server.output()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const running = (server, port) => ({ address: `127.0.0.1:${port}`, processes: [server] });

async function rocketmq(folder) {
  const ports = await choosePorts();
  const { processes } = contestants.ours.start(usual, { folder, ports, flush: 'ASYNC_FLUSH' });
  await Promise.all([listening(ports.namesrv, processes[1]), listening(ports.broker, processes[0])]);
  return { address: `127.0.0.1:${ports.namesrv}`, processes };
}

async function redis(folder) {
  const port = await freePorts(1);
  const args = ['--port', port, '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'yes', '--appendfsync', 'everysec'];
  const server = launch('Redis', 'redis-server', args.map(String));
  await listening(port, server);
  return running(server, port);
}

async function nats(folder) {
  const port = await freePorts(1);
  const server = launch('NATS', 'nats-server', ['-a', '127.0.0.1', '-p', String(port), '-l', join(folder, 'log')]);
  await listening(port, server);
  return running(server, port);
}

async function rabbitmq(folder) {
  const port = await freePorts(3);
  writeFileSync(join(folder, 'rabbitmq.conf'), 'loopback_users = none\n');
  writeFileSync(join(folder, 'plugins'), '[].\n');
  const settings = {
    ...{ NODENAME: `bench${port}@localhost`, NODE_IP_ADDRESS: '127.0.0.1', NODE_PORT: port, DIST_PORT: port + 1 },
    ...{ CONFIG_FILE: join(folder, 'rabbitmq.conf'), MNESIA_BASE: join(folder, 'mnesia'), LOG_BASE: join(folder, 'log') },
    ...{ PID_FILE: join(folder, 'pid'), ENABLED_PLUGINS_FILE: join(folder, 'plugins'), GENERATED_CONFIG_DIR: join(folder, 'generated') },
  };
  const named = Object.entries(settings).map(([name, value]) => [`RABBITMQ_${name}`, String(value)]);
  const epmd = { ERL_EPMD_PORT: String(port + 2), ERL_EPMD_ADDRESS: '127.0.0.1' };
  const env = { ...process.env, HOME: folder, ...epmd, ...Object.fromEntries(named) };
  const server = launch('RabbitMQ', '/usr/lib/rabbitmq/bin/rabbitmq-server', [], { env });
  await listening(port, server);
  // The daemon that maps names to ports is no child of the server: it is told by its own port, which nobody else has.
  const stopDaemon = () => execFileSync('epmd', ['-port', String(port + 2), '-kill'], { stdio: 'ignore' });
  return { ...running(server, port), gentle: true, after: stopDaemon };
}

/** The jars of Kafka, fetched once. */
function kafkaJars() {
  const folder = join(root, '.cache', 'kafka');
  if (existsSync(join(folder, 'lib'))) return join(folder, 'lib', '*');
  mkdirSync(folder, { recursive: true });
  const dependency = (name) => {
    const [groupId, artifactId, version] = name.split(':');
    return `<dependency><groupId>${groupId}</groupId><artifactId>${artifactId}</artifactId><version>${version}</version></dependency>`;
  };
  const dependencies = [KAFKA, 'org.slf4j:slf4j-simple:1.7.36'].map(dependency).join('');
  const project = `<modelVersion>4.0.0</modelVersion><groupId>bench</groupId><artifactId>kafka</artifactId><version>1</version>`;
  writeFileSync(join(folder, 'pom.xml'), `<project>${project}<dependencies>${dependencies}</dependencies></project>\n`);
  execFileSync('mvn', ['-q', '-B', 'dependency:copy-dependencies', '-DoutputDirectory=lib', '-DincludeScope=runtime'], {
    cwd: folder,
    stdio: 'inherit',
  });
  return join(folder, 'lib', '*');
}

/** A consumer of Nest's transport does not start without its topic. */
async function createTopic(broker) {
  const { Kafka } = (await import('kafkajs')).default;
  const admin = new Kafka({ brokers: [broker], logLevel: 1 }).admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic: 'bench' }], waitForLeaders: true });
  await admin.disconnect();
}

async function kafka(folder) {
  const port = await freePorts(2);
  const [client, controller] = [`127.0.0.1:${port}`, `127.0.0.1:${port + 1}`];
  const settings = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@${controller}`,
    listeners: `PLAINTEXT://${client},CONTROLLER://${controller}`,
    'advertised.listeners': `PLAINTEXT://${client}`,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'log.dirs': join(folder, 'logs'),
    // As many as a topic of ours has queues.
    'num.partitions': 8,
    'offsets.topic.replication.factor': 1,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'group.initial.rebalance.delay.ms': 0,
  };
  const file = join(folder, 'server.properties');
  writeFileSync(
    file,
    Object.entries(settings)
      .map(([key, value]) => `${key}=${value}\n`)
      .join(''),
  );
  const java = (...args) => ['-Dorg.slf4j.simpleLogger.defaultLogLevel=warn', '-cp', kafkaJars(), ...args];
  const id = execFileSync('java', java('kafka.tools.StorageTool', 'random-uuid'), {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim();
  execFileSync('java', java('kafka.tools.StorageTool', 'format', '-t', id, '-c', file), { stdio: 'ignore' });
  const server = launch('Kafka', 'java', ['-Xms256m', '-Xmx512m', ...java('kafka.Kafka', file)]);
  await listening(port, server);
  await createTopic(client);
  return running(server, port);
}

const own = join(HERE, 'apps.mjs');

/** Title, the program of its applications, the server, and whether a restart of the server keeps what was sent. */
export const stacks = {
  rocketmq: { title: 'ours', program: own, server: rocketmq, durable: true },
  golevelup: { title: '@golevelup/nestjs-rabbitmq', program: join(HERE, 'nest-11/golevelup.mjs'), server: rabbitmq, durable: true },
  rabbitmq: { title: 'Nest RabbitMQ', program: own, server: rabbitmq, durable: true },
  bullmq: { title: '@nestjs/bullmq', program: own, server: redis, durable: true },
  kafka: { title: 'Nest Kafka', program: own, server: kafka, durable: true },
  nats: { title: 'Nest NATS, which keeps nothing', program: own, server: nats, durable: false },
};
