import { messageOf, OperationFailed } from '../base/index.js';
import { parseIp, topicProblem } from '../protocol/index.js';
import { bindProblem, RemotingServer } from '../remoting/index.js';
import {
  NodeFileSystem,
  silentLogger,
  SystemClock,
  SystemRandom,
  type Clock,
  type FileSystem,
  type Logger,
  type Random,
} from '../runtime/index.js';
import { idleLoop } from './clients/idle-loop.js';
import { brokerConfigOf, brokerSettings, type BrokerConfig } from './config/broker-config.js';
import { addressOf, advertisedIp, vipPortOf } from './config/listen-address.js';
import { connectionLimits } from './flow-control/broker-lanes.js';
import { holdLoop } from './holding/hold-loop.js';
import { PersistLoop } from './offsets/persist-loop.js';
import { Parts } from './parts.js';
import { brokerRoutes, vipRoutes, type BrokerRoute } from './routes.js';
import { offsetIdsOf } from './sending/offset-ids.js';
import type { Metric } from './stats/metrics.js';
import { sampleLoop } from './stats/sample-loop.js';

export interface BrokerOptions {
  /** Settings under their names in broker.conf; the others have their defaults. */
  readonly config?: Partial<BrokerConfig>;
  readonly clock?: Clock;
  readonly files?: FileSystem;
  readonly logger?: Logger;
  readonly random?: Random;
  /** Replaces routes as they are set up: for tests that need a broker which is slow, or loses its answers. */
  readonly intercept?: (route: BrokerRoute) => BrokerRoute;
}

export type BrokerHealth = { readonly status: 'up' } | { readonly status: 'down'; readonly reason: string };

/** One stage of the start; stages stop in the opposite order. */
interface Stage {
  readonly name: string;
  start(): void | Promise<void>;
  stop(deadlineMs: number): void | Promise<void>;
}

/** The first attempt to register is waited for no longer than this. */
const REGISTER_WAIT_MS = 3000;

/** A broker. Composition only: parts, the order they start in, and the opposite one they stop in. */
export class Broker {
  private readonly parts: Parts;
  private readonly stages: readonly Stage[];
  private readonly started: Stage[] = [];
  private state: 'new' | 'starting' | 'running' | 'stopped' = 'new';
  private starting: Promise<void> = Promise.resolve();
  private stopping: Promise<void> | undefined;

  /** @throws OperationFailed `refused` for settings that no broker can start with */
  constructor(private readonly options: BrokerOptions = {}) {
    const { clock = new SystemClock(), files = new NodeFileSystem(), logger = silentLogger, random = new SystemRandom() } = options;
    const config = brokerConfigOf(options.config ?? {});
    const problem = settingsProblem(config);
    if (problem !== undefined) throw new OperationFailed('refused', problem);
    this.parts = new Parts(config, { clock, files, logger, random });
    this.stages = this.stagesOf();
  }

  /** `ip:port` that clients dial. @throws OperationFailed `unavailable` before the broker has started */
  get address(): string {
    return this.parts.whereabouts.identity.address;
  }

  health(): BrokerHealth {
    const { status } = this.parts.store;
    if (status.kind === 'failed') return { status: 'down', reason: `the store has failed: ${status.reason}` };
    return this.state === 'running' ? { status: 'up' } : { status: 'down', reason: `the broker is ${this.state}` };
  }

  /** Whether clients find it: it is up, and if it has name servers, one of them knows it. */
  readiness(): BrokerHealth {
    const health = this.health();
    if (health.status === 'down' || this.parts.nameServers === undefined || this.parts.registration.registered) return health;
    return { status: 'down', reason: 'no name server has accepted the registration' };
  }

  /** Called when the store refuses messages for good. Nothing but a new start helps. */
  onFailure(listener: (reason: string) => void): void {
    this.parts.store.onFailure(listener);
  }

  metrics(): Metric[] {
    return this.parts.metrics();
  }

  /**
   * Resolves when the broker serves and has tried to register.
   * @throws OperationFailed when the store is in use, the disk or an address is refused; what had started is stopped again
   * @throws Corruption when a file of the store cannot be read
   */
  start(): Promise<void> {
    if (this.state !== 'new') throw new OperationFailed('refused', 'a broker is started once');
    this.state = 'starting';
    this.starting = this.run();
    return this.starting;
  }

  /** Leaves the name servers, lets running requests finish within `deadlineMs`, saves and closes. Idempotent. */
  stop(deadlineMs: number): Promise<void> {
    this.stopping ??= this.starting.catch(() => undefined).then(() => this.unwind(deadlineMs));
    return this.stopping;
  }

  private async run(): Promise<void> {
    try {
      for (const stage of this.stages) {
        await stage.start();
        this.started.push(stage);
      }
      this.state = 'running';
    } catch (error) {
      await this.unwind(0);
      throw error;
    }
  }

  private async unwind(deadlineMs: number): Promise<void> {
    this.state = 'stopped';
    const { logger } = this.parts.doors;
    for (let stage = this.started.pop(); stage !== undefined; stage = this.started.pop()) {
      try {
        await stage.stop(deadlineMs);
      } catch (error) {
        logger.log('error', `${stage.name}: not stopped cleanly`, { error: messageOf(error) });
      }
    }
  }

  private stagesOf(): Stage[] {
    const { parts } = this;
    const { config, store, tables, held, stats, rates, producers, consumers, locks } = parts;
    const { clock, logger } = parts.doors;
    const { channelExpiredTimeout: silentMs, subscriptionExpiredTimeout: subscriptionUnusedMs } = config;
    const sampling = sampleLoop({ clock, logger, totals: () => store.figures(), rates, stats });
    const saving = new PersistLoop({
      name: 'consumer offsets',
      table: tables.offsets,
      saver: tables.offsetSaver,
      clock,
      logger,
      periodMs: config.flushConsumerOffsetInterval,
    });
    const silence = idleLoop({
      producers,
      consumers,
      locks,
      filters: parts.filtering.filters,
      clock,
      logger,
      silentMs,
      subscriptionUnusedMs,
    });
    const holding = holdLoop({ held, clock, logger });
    return [
      { name: 'store', start: () => store.open(), stop: () => store.close() },
      { name: 'tables', start: () => tables.load(), stop: () => tables.settled() },
      { name: 'consumer filters', start: () => parts.filtering.start(), stop: () => parts.filtering.stop() },
      { name: 'saving of offsets', start: () => saving.start(), stop: () => saving.stop() },
      { name: 'delayed delivery', start: () => parts.delays.start(), stop: () => parts.delays.stop() },
      { name: 'transactions', start: () => parts.transactions.start(), stop: () => parts.transactions.stop() },
      { name: 'sampling', start: () => sampling.start(), stop: () => sampling.stop() },
      { name: 'silent clients', start: () => silence.start(), stop: () => silence.stop() },
      { name: 'fast failure', start: () => undefined, stop: () => parts.fastFailure.stop() },
      ...this.serverStages(),
      {
        name: 'held pulls',
        start: () => holding.start(),
        stop: async () => {
          await holding.stop();
          held.wakeAll();
        },
      },
      { name: 'calls to name servers', start: () => parts.nameServers?.start(), stop: (deadlineMs) => this.closeCalls(deadlineMs) },
      { name: 'registration', start: () => parts.registration.start(REGISTER_WAIT_MS), stop: () => parts.registration.stop() },
    ];
  }

  private async closeCalls(deadlineMs: number): Promise<void> {
    await this.parts.nameServers?.stop();
    await this.parts.client.close(deadlineMs);
  }

  private serverStages(): Stage[] {
    const { config } = this.parts;
    const routes = brokerRoutes(this.parts.routeParts());
    const main = this.newServer(Object.values(routes), config.listenPort);
    const vipPort = vipPortOf(config.listenPort);
    const server: Stage = {
      name: 'server',
      start: async () => {
        const bound = await main.start();
        this.listensAt(bound.host, bound.port);
      },
      stop: (deadlineMs) => main.stop(deadlineMs),
    };
    if (vipPort === undefined) return [server];
    const vip = this.newServer(vipRoutes(routes), vipPort);
    return [server, { name: 'VIP server', start: async () => void (await vip.start()), stop: (deadlineMs) => vip.stop(deadlineMs) }];
  }

  private newServer(routes: readonly BrokerRoute[], port: number): RemotingServer {
    const { config, lanes, doors } = this.parts;
    const limits = connectionLimits(config);
    const { intercept = (route) => route } = this.options;
    const { clock, logger } = doors;
    return new RemotingServer({ host: config.bindAddress, port, routes: routes.map(intercept), lanes, limits, clock, logger });
  }

  private listensAt(boundHost: string, port: number): void {
    const { config, whereabouts } = this.parts;
    const { brokerClusterName: clusterName, brokerName, brokerId } = config;
    const host = advertisedIp(config.brokerIP1, boundHost);
    const haHost = config.brokerIP2 === '' ? host : advertisedIp(config.brokerIP2, boundHost);
    const storeHost = { ip: host.ip, port };
    const haAddress = addressOf(haHost, config.haListenPort === 0 ? port + 1 : config.haListenPort);
    whereabouts.settle({
      clusterName,
      brokerName,
      brokerId,
      address: addressOf(host, port),
      haAddress,
      storeHost,
      messageId: offsetIdsOf(storeHost),
    });
  }
}

function settingsProblem(config: BrokerConfig): string | undefined {
  const { brokerName, brokerClusterName, bindAddress } = config;
  const nameProblem = topicProblem(brokerName) ?? topicProblem(brokerClusterName);
  if (nameProblem !== undefined) return `brokerName and brokerClusterName are topics too: ${nameProblem}`;
  for (const key of ['brokerIP1', 'brokerIP2'] as const) {
    if (config[key] !== '' && parseIp(config[key]) === undefined) return `${key}=${config[key]} is no IP address`;
  }
  // What would promise copies that nobody makes. From a file the row has refused it before.
  for (const key of ['brokerRole', 'brokerId'] as const) {
    const row = brokerSettings[key];
    if (row.parse(String(config[key])) === undefined) return `${key}=${config[key]} is refused: ${row.accepts} is expected`;
  }
  return bindProblem({ bindAddress, allowAnonymous: config.allowAnonymous });
}
