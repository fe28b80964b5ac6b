import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Broker, type BrokerConfig } from '../../src/broker/index.js';
import { ClientInstance, type ClientOptions } from '../../src/client/index.js';
import { NameServer, type NamesrvConfig } from '../../src/namesrv/index.js';

const POLL_MS = 10;
const SEGMENT_SIZE = 4 * 1024 * 1024;

/** A name server, brokers and clients in this process; `stop` ends all of them. */
export class Cluster {
  private readonly clients: ClientInstance[] = [];
  private readonly brokers = new Map<string, Broker>();
  private readonly folder = mkdtempSync(join(tmpdir(), 'rocketmq-client-'));

  private constructor(readonly nameServer: NameServer) {}

  static async start(
    brokerNames: readonly string[] = ['broker-a'],
    config: Partial<BrokerConfig> = {},
    namesrv: Partial<NamesrvConfig> = {},
  ): Promise<Cluster> {
    const nameServer = new NameServer({ config: { listenPort: 0, ...namesrv } });
    await nameServer.start();
    const cluster = new Cluster(nameServer);
    for (const brokerName of brokerNames) await cluster.startBroker({ brokerName, ...config });
    return cluster;
  }

  get namesrvAddr(): string {
    return this.nameServer.address;
  }

  broker(name = 'broker-a'): Broker {
    const broker = this.brokers.get(name);
    if (broker === undefined) throw new Error(`no broker is called ${name}`);
    return broker;
  }

  async startBroker(config: Partial<BrokerConfig> & { brokerName: string }): Promise<Broker> {
    const broker = new Broker({
      config: {
        listenPort: 0,
        namesrvAddr: this.namesrvAddr,
        storePathRootDir: join(this.folder, config.brokerName),
        mappedFileSizeCommitLog: SEGMENT_SIZE,
        ...config,
      },
    });
    await broker.start();
    this.brokers.set(config.brokerName, broker);
    return broker;
  }

  async stopBroker(name = 'broker-a'): Promise<void> {
    await this.broker(name).stop(1000);
    this.brokers.delete(name);
  }

  async client(options: Partial<ClientOptions> = {}): Promise<ClientInstance> {
    const client = new ClientInstance({ namesrvAddr: this.namesrvAddr, ...options });
    this.clients.push(client);
    await client.start();
    return client;
  }

  async stop(): Promise<void> {
    await Promise.all(this.clients.map((client) => client.shutdown(1000)));
    await Promise.all([...this.brokers.values()].map((broker) => broker.stop(1000)));
    await this.nameServer.stop(1000);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Collects what arrives, and tells when there is enough. */
export class Inbox<T> {
  readonly items: T[] = [];
  private waiting: { readonly count: number; readonly resolve: () => void }[] = [];

  add(item: T): void {
    this.items.push(item);
    const ready = this.waiting.filter(({ count }) => this.items.length >= count);
    this.waiting = this.waiting.filter(({ count }) => this.items.length < count);
    for (const { resolve } of ready) resolve();
  }

  async until(count: number): Promise<readonly T[]> {
    if (this.items.length < count) await new Promise<void>((resolve) => this.waiting.push({ count, resolve }));
    return this.items;
  }
}

/** For states that no event tells of. */
export async function eventually(check: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await check())) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
}
