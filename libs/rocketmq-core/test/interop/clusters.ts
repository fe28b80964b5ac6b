import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

export interface ClusterOptions {
  readonly nameServerPort?: number;
  readonly conf?: JavaConf;
}

export interface ClusterKind {
  readonly title: string;
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

const apache = (version: string): ClusterKind => ({ title: `Apache ${version}`, start: (options) => startApacheCluster(version, options) });

const long = process.env.TEST_LONG === '1';

/** What the suites of Java clients and tools run against: ours; in the long sets also the oracle, which shows that the expectations are true. */
export const servers: readonly ClusterKind[] = [apache('5.5.0')];

/** Apache servers that our client meets. */
export const apacheServers: readonly ClusterKind[] = ['5.5.0', '5.3.3', '4.9.7'].map(apache);

export const clientVersions = ['5.5.0', '5.3.3', '4.9.8'] as const;
void long;
