import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type AdminClient,
  ClientInstance,
  type ClientOptions,
  type SubscriptionGroupConfig,
  type TopicSettings,
} from '../../../src/client/index.js';
import { eventually } from '../../../testing/eventually.js';
import type { JavaConf } from '../../../testing/java-cluster.js';
import { JavaDriver } from '../../../testing/java-driver.js';
import type { Cluster, ClusterKind } from '../clusters.js';
import type { Pair, Scenario, ScenarioWorld, TargetKind } from './frame.js';
import { JavaParty } from './java-party.js';
import { OurParty } from './our-party.js';
import type { Party, PartyKind } from './party.js';
import { RestartGate } from './restart-gate.js';
import { answerTimeoutMs, brokerSettings, javaBrokerProperties, javaClientProperties, ourClientSettings } from './short-settings.js';

const javaClient = '5.5.0';

/** One broker with its name server, one Java process and one administrator for all scenarios. */
export class Stage {
  private names = 0;
  private readonly gate = new RestartGate(() => this.cluster.restartBroker());

  private constructor(
    private readonly cluster: Cluster,
    private readonly java: JavaDriver,
    private readonly administrator: ClientInstance,
    private readonly target: { readonly kind: TargetKind; readonly version: string },
  ) {}

  /** @param conf keys of broker.conf in addition to the short settings */
  static async start(kind: ClusterKind, version: string, conf: JavaConf = {}): Promise<Stage> {
    const cluster = await kind.start({ conf: { ...brokerSettings, ...conf }, jvm: javaBrokerProperties });
    const administrator = new ClientInstance({ namesrvAddr: cluster.nameServers });
    const java = await JavaDriver.start(javaClient, cluster.nameServers, javaClientProperties).catch(async (error: unknown) => {
      await cluster.stop();
      throw error;
    });
    await administrator.start();
    return new Stage(cluster, java, administrator, { kind: kind.isOurs ? 'ours' : 'apache', version });
  }

  /** @throws what the scenario threw, or what its end threw */
  run(scenario: Scenario, pair: Pair): Promise<void> {
    return this.gate.during(() => this.play(scenario, pair));
  }

  async stop(): Promise<void> {
    await Promise.all([this.administrator.shutdown(), this.java.stop()]);
    await this.cluster.stop();
  }

  private async play(scenario: Scenario, pair: Pair): Promise<void> {
    const world = new World({ ...this.shared(), pair, named: (what) => this.named(what) });
    let failure: { readonly error: unknown } | undefined;
    try {
      await scenario.run(world);
    } catch (error) {
      failure = { error };
    }
    await world.end().catch((error: unknown) => (failure ??= { error }));
    if (failure !== undefined) throw failure.error;
  }

  private named(what: string): string {
    return `${what}-${this.names++}`;
  }

  private shared() {
    return {
      cluster: this.cluster,
      restart: () => this.gate.ask(),
      java: this.java,
      admin: this.administrator.admin(),
      target: this.target,
    };
  }
}

interface WorldParts {
  readonly cluster: Cluster;
  readonly restart: () => Promise<void>;
  readonly java: JavaDriver;
  readonly admin: AdminClient;
  readonly target: { readonly kind: TargetKind; readonly version: string };
  readonly pair: Pair;
  readonly named: (what: string) => string;
}

class World implements ScenarioWorld {
  readonly from: Party;
  readonly to: Party;
  private ownFolder: string | undefined;
  private readonly ends: (() => Promise<void>)[] = [];
  private readonly clients = new Map<string | undefined, Promise<ClientInstance>>();
  private readonly parties: ReadonlyMap<PartyKind, Party>;

  constructor(private readonly parts: WorldParts) {
    const { named, onEnd } = this;
    const ours = new OurParty({ named, client: (instanceName) => this.sharedClient(instanceName), folder: () => this.folder() });
    const java = new JavaParty({ named, driver: parts.java, onEnd });
    this.parties = new Map<PartyKind, Party>([
      ['ours', ours],
      ['java', java],
    ]);
    this.from = this.party(parts.pair.from);
    this.to = this.party(parts.pair.to);
  }

  get target(): TargetKind {
    return this.parts.target.kind;
  }

  get version(): string {
    return this.parts.target.version;
  }

  get nameServers(): string {
    return this.parts.cluster.nameServers;
  }

  get brokerAddress(): string {
    return this.parts.cluster.brokerAddress;
  }

  get admin(): AdminClient {
    return this.parts.admin;
  }

  get java(): JavaDriver {
    return this.parts.java;
  }

  readonly party = (kind: PartyKind): Party => {
    const party = this.parties.get(kind);
    if (party === undefined) throw new Error(`no party ${kind}`);
    return party;
  };

  readonly named = (what: string): string => this.parts.named(what);

  readonly topic = async (what: string, settings: Partial<TopicSettings> = {}): Promise<string> => {
    const topic = this.named(what);
    const { topics } = this.admin;
    await topics.createOrUpdate({ topic, readQueueNums: 4, writeQueueNums: 4, ...settings }, 'all', { timeoutMs: answerTimeoutMs });
    await eventually(
      `a route to ${topic}`,
      () => topics.route(topic),
      (route) => route !== undefined,
    );
    return topic;
  };

  readonly group = async (what: string, settings: Partial<SubscriptionGroupConfig> = {}): Promise<string> => {
    const groupName = this.named(what);
    await this.admin.groups.createOrUpdate({ groupName, ...settings }, 'all', { timeoutMs: answerTimeoutMs });
    return groupName;
  };

  readonly client = async (options: Partial<ClientOptions> = {}): Promise<ClientInstance> => {
    const client = new ClientInstance({ namesrvAddr: this.nameServers, ...ourClientSettings, ...options });
    this.onEnd(() => client.shutdown(5000));
    await client.start();
    return client;
  };

  readonly restartBroker = (): Promise<void> => this.parts.restart();

  readonly onEnd = (action: () => Promise<void>): void => {
    this.ends.push(action);
  };

  /** @throws the first error of those that end */
  async end(): Promise<void> {
    const failures: unknown[] = [];
    for (const action of this.ends.reverse()) await action().catch((error: unknown) => failures.push(error));
    // Last of all: a consumer that ends writes its offsets.
    if (this.ownFolder !== undefined) await rm(this.ownFolder, { recursive: true, force: true });
    if (failures.length > 0) throw failures[0];
  }

  private folder(): string {
    this.ownFolder ??= mkdtempSync(join(tmpdir(), 'rocketmq-scenario-'));
    return this.ownFolder;
  }

  private sharedClient(instanceName: string | undefined): Promise<ClientInstance> {
    const client = this.clients.get(instanceName) ?? this.client(instanceName === undefined ? {} : { instanceName });
    this.clients.set(instanceName, client);
    return client;
  }
}
