import { assert, defaultsOf, OperationFailed } from '../base/index.js';
import { bindProblem, Lanes, RemotingClient, RemotingServer } from '../remoting/index.js';
import { type Clock, type FileSystem, type Logger, type Loop, NodeFileSystem, silentLogger, SystemClock } from '../runtime/index.js';
import { BrokerRegistry } from './broker-registry.js';
import { type NamesrvConfig, namesrvSettings } from './config.js';
import { KvConfigFile } from './kv-config-file.js';
import { livenessLoop } from './liveness-loop.js';
import { namesrvLanes, namesrvRoutes } from './routes.js';
import { SmallestIdNotifier } from './smallest-id-notifier.js';
import { KvTable } from './tables/kv-table.js';
import { LiveBrokerTable } from './tables/live-broker-table.js';
import { RouteTable } from './tables/route-table.js';

export interface NameServerOptions {
  /** What is missing has the default of `namesrvSettings`. */
  readonly config?: Partial<NamesrvConfig>;
  readonly clock?: Clock;
  readonly files?: FileSystem;
  readonly logger?: Logger;
}

export interface NameServerFigures {
  readonly connections: number;
  /** Broker processes, masters and slaves. */
  readonly brokers: number;
  readonly topics: number;
}

/** Addresses that mean "all of mine": one of them that this machine reaches itself by. */
const WILDCARDS: ReadonlyMap<string, string> = new Map([
  ['0.0.0.0', '127.0.0.1'],
  ['::', '::1'],
]);

/** Tells clients which brokers have which topics. Several of them know nothing of each other: brokers register with each. */
export class NameServer {
  private readonly routes = new RouteTable();
  private readonly live = new LiveBrokerTable();
  private readonly kv = new KvTable();
  private readonly config: NamesrvConfig;
  private readonly clock: Clock;
  private readonly logger: Logger;
  private readonly kvFile: KvConfigFile | undefined;
  private readonly client: RemotingClient;
  private readonly server: RemotingServer;
  private readonly liveness: Loop;
  private bound: { readonly host: string; readonly port: number } | undefined;

  constructor({ config, clock = new SystemClock(), files, logger = silentLogger }: NameServerOptions) {
    this.config = { ...defaultsOf(namesrvSettings), ...config };
    this.clock = clock;
    this.logger = logger;
    this.kvFile = this.config.kvConfigPath === '' ? undefined : new KvConfigFile(files ?? new NodeFileSystem(), this.config.kvConfigPath);
    this.client = new RemotingClient({ clock, logger });
    const registry = this.buildRegistry();
    this.server = this.buildServer(registry);
    const peers = () => this.server.peers;
    this.liveness = livenessLoop({ registry, peers, periodMs: this.config.scanNotActiveBrokerInterval, clock, logger });
  }

  /** `host:port` to reach it from this machine; valid after `start`. */
  get address(): string {
    assert(this.bound !== undefined, 'the name server has not been started');
    const { host, port } = this.bound;
    const reachable = WILDCARDS.get(host) ?? host;
    return `${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
  }

  get port(): number {
    assert(this.bound !== undefined, 'the name server has not been started');
    return this.bound.port;
  }

  /**
   * @throws OperationFailed `refused` when the address may not be bound, `io` when it cannot
   * @throws Corruption when the KV settings cannot be read
   */
  async start(): Promise<void> {
    const problem = bindProblem(this.config);
    if (problem !== undefined) throw new OperationFailed('refused', problem);
    if (this.kvFile) this.kv.load(this.kvFile.load());
    this.bound = await this.server.start();
    this.liveness.start();
    this.logger.log('info', 'name server started', { address: this.address });
  }

  /** Lets running requests finish; ends after `deadlineMs` at the latest. Idempotent. */
  async stop(deadlineMs: number): Promise<void> {
    await this.liveness.stop();
    await Promise.all([this.server.stop(deadlineMs), this.client.close(deadlineMs)]);
  }

  figures(): NameServerFigures {
    return { connections: this.server.peers.size, brokers: this.live.size, topics: this.routes.topicNames.length };
  }

  private buildRegistry(): BrokerRegistry {
    const { routes, live, config, clock, logger } = this;
    const notifier = new SmallestIdNotifier({ client: this.client, logger });
    return new BrokerRegistry({ routes, live, config, clock, logger, smallestIdChanged: (change) => notifier.notify(change) });
  }

  private buildServer(registry: BrokerRegistry): RemotingServer {
    const { routes, live, kv, config, clock, logger } = this;
    const saveKv: Parameters<typeof namesrvRoutes>[0]['saveKv'] = (content) => this.kvFile?.save(content) ?? Promise.resolve();
    return new RemotingServer({
      ...{ host: config.bindAddress, port: config.listenPort, clock, logger },
      routes: namesrvRoutes({ routes, live, kv, saveKv, registry, config, clock, logger }),
      lanes: new Lanes(namesrvLanes(config)),
      limits: { idleMs: config.serverChannelMaxIdleTimeSeconds * 1000 },
      connected: (peer) => peer.onClose(() => registry.peerClosed(peer.id)),
    });
  }
}
