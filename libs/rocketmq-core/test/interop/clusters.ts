import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Broker, type BrokerConfig } from '../../src/broker/index.js';
import { NameServer } from '../../src/namesrv/index.js';
import { freeListenPort } from '../../testing/free-ports.js';
import { type JavaConf, type JavaServer, startJavaBroker, startJavaNameServer } from '../../testing/java-cluster.js';

/** Name server and broker, whoever wrote them, as the suites need them. */
export interface Cluster {
  /** host:port */
  readonly nameServers: string;
  readonly brokerAddress: string;
  /** Ends cleanly and starts again on the same port and store. */
  restartBroker(): Promise<void>;
  stop(): Promise<void>;
}

interface ClusterOptions {
  readonly nameServerPort?: number;
  readonly conf?: JavaConf;
  /** Options of the virtual machine of an Apache broker. */
  readonly jvm?: readonly string[];
}

export interface ClusterKind {
  readonly title: string;
  readonly isOurs: boolean;
  start(options?: ClusterOptions): Promise<Cluster>;
}

async function startApacheCluster(version: string, options: ClusterOptions = {}): Promise<Cluster> {
  const storeFolder = mkdtempSync(join(tmpdir(), 'rocketmq-store-'));
  const nameServer = await startJavaNameServer({
    version,
    ...(options.nameServerPort === undefined ? {} : { port: options.nameServerPort }),
  });
  const startBroker = (port?: number): Promise<JavaServer> =>
    startJavaBroker({
      version,
      nameServers: nameServer.address,
      storeFolder,
      conf: { mappedFileSizeCommitLog: 16 * 1024 * 1024, ...options.conf },
      ...(options.jvm && { jvm: options.jvm }),
      ...(port === undefined ? {} : { port }),
    });
  let broker = await startBroker().catch(async (error: unknown) => {
    await nameServer.kill();
    throw error;
  });
  return {
    nameServers: nameServer.address,
    brokerAddress: broker.address,
    async restartBroker() {
      await broker.stop();
      broker = await startBroker(broker.port);
    },
    // A clean end takes an Apache broker ten seconds and more, and nobody looks at what it leaves.
    async stop() {
      await Promise.all([broker.kill(), nameServer.kill()]);
      rmSync(storeFolder, { recursive: true, force: true });
    },
  };
}

/** Settings of our broker with its store in a folder; the keys are those of broker.conf. */
export const ourConf = (storeFolder: string, conf: Partial<BrokerConfig>): Partial<BrokerConfig> => ({
  storePathRootDir: storeFolder,
  storePathCommitLog: join(storeFolder, 'commitlog'),
  brokerName: 'broker-a',
  mappedFileSizeCommitLog: 16 * 1024 * 1024,
  autoCreateTopicEnable: true,
  ...conf,
});

export const ourBroker = (storeFolder: string, conf: Partial<BrokerConfig>): Broker => new Broker({ config: ourConf(storeFolder, conf) });

async function startOurCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const storeFolder = mkdtempSync(join(tmpdir(), 'rocketmq-store-'));
  const nameServer = new NameServer({ config: { listenPort: options.nameServerPort ?? 0 } });
  await nameServer.start();
  const conf = { ...(options.conf as Partial<BrokerConfig>), namesrvAddr: nameServer.address, listenPort: await freeListenPort() };
  let broker = ourBroker(storeFolder, conf);
  await broker.start().catch(async (error: unknown) => {
    await nameServer.stop(0);
    throw error;
  });
  return {
    nameServers: nameServer.address,
    brokerAddress: broker.address,
    async restartBroker() {
      await broker.stop(5000);
      broker = ourBroker(storeFolder, conf);
      await broker.start();
    },
    async stop() {
      await broker.stop(1000);
      await nameServer.stop(1000);
      rmSync(storeFolder, { recursive: true, force: true });
    },
  };
}

export interface ApacheKind extends ClusterKind {
  /** The Apache client that belongs to it; there is no broker 4.9.8 on Central and no reason for an older client. */
  readonly clientVersion: string;
}

const apache = (version: string, clientVersion = version): ApacheKind => ({
  title: `Apache ${version}`,
  isOurs: false,
  clientVersion,
  start: (options) => startApacheCluster(version, options),
});

export const isLong = process.env.TEST_LONG === '1';

/** What the suites of Java clients and tools run against: ours; in the long sets also the oracle, which shows that the expectations are true. */
export const servers: readonly ClusterKind[] = [
  { title: 'our broker', isOurs: true, start: startOurCluster },
  ...(isLong ? [apache('5.5.0')] : []),
];

/** Apache servers that our client meets. */
export const apacheServers: readonly ApacheKind[] = [apache('5.5.0'), apache('5.3.3'), apache('4.9.7', '4.9.8')];

/** Apache clients and tools that meet our servers. */
export const clientVersions = ['5.5.0', '5.3.3', '4.9.8'] as const;
