import { Logger } from '@nestjs/common';
import type { RocketMQConnection } from '../connection/rocketmq.connection.js';
import { Startup } from '../connection/startup.js';
import { provisionTopics } from '../connection/topic-provisioner.js';
import type { ListenerEndpoint } from '../listener/listener-endpoint.js';
import { STARTUP_TIMEOUT_MS } from '../rocketmq.options.js';
import { GroupRunner } from './group-runner.js';

type Phase = 'waiting' | 'running' | 'drained';

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** Owns the consumers of one connection: one for each group, started together, drained together. */
export class ConsumerOrchestrator {
  private readonly logger = new Logger(ConsumerOrchestrator.name);
  private readonly runners = new Map<string, GroupRunner>();
  private readonly leftOut: ListenerEndpoint[] = [];
  private readonly startup: Startup;
  private phase: Phase = 'waiting';
  // Starts, additions and the drain change the same consumers: they run one after the other.
  private tail: Promise<void> = Promise.resolve();

  constructor(private readonly connection: RocketMQConnection) {
    const { options, clock, name, status } = connection;
    this.startup = new Startup({
      mode: options.startup ?? 'retry',
      timeoutMs: options.startupTimeoutMs ?? STARTUP_TIMEOUT_MS,
      clock,
      onRetry: (error, delayMs) => {
        status.trouble(error);
        this.logger.warn(`connection ${name} did not start, tried again in ${delayMs} ms: ${messageOf(error)}`);
      },
      onBackgroundFailure: (error) => {
        status.become('crashed', error);
        this.logger.error(`connection ${name} does not start: ${messageOf(error)}`, error instanceof Error ? error.stack : undefined);
      },
    });
  }

  get groups(): readonly GroupRunner[] {
    return [...this.runners.values()];
  }

  /** Listeners that the role of this process does not have. */
  get excluded(): readonly ListenerEndpoint[] {
    return this.leftOut;
  }

  /**
   * Checks and keeps the listeners; they consume once `start` was called, at once when it was.
   * @throws ListenerConflictError, InvalidInput
   */
  async add(endpoints: readonly ListenerEndpoint[]): Promise<void> {
    const own = endpoints.filter((endpoint) => this.belongs(endpoint));
    const changed = this.joined(own);
    await this.prepared(own);
    if (this.phase !== 'running' || changed.length === 0) return;
    await this.bringUp(async () => {
      await this.provision(changed);
      for (const runner of changed) await (runner.state === 'waiting' ? this.autoStart(runner) : runner.restart());
    });
  }

  /** @throws what keeps the cluster from being reached, as the startup mode says */
  async start(): Promise<void> {
    if (this.phase !== 'waiting') return;
    this.phase = 'running';
    await this.bringUp(async () => {
      await this.connection.probe();
      await this.provision(this.groups);
      for (const runner of this.groups) await this.autoStart(runner);
    });
  }

  /** Stops fetching, waits for running handlers up to the deadline, commits, leaves the groups. Idempotent. */
  async drain(): Promise<void> {
    if (this.phase === 'drained') return this.tail;
    this.phase = 'drained';
    this.connection.status.become('draining');
    await this.startup.stop();
    await this.change(() => Promise.all(this.groups.map((runner) => runner.drain())));
    this.connection.status.become('stopped');
  }

  /** Changes a group when nobody else does. */
  change<T>(task: () => T | Promise<T>): Promise<T> {
    const result = this.tail.then(task);
    this.tail = result.then(
      () => undefined,
      () => undefined,
    );
    return result;
  }

  private async prepared(endpoints: readonly ListenerEndpoint[]): Promise<void> {
    try {
      await Promise.all(endpoints.map(async (endpoint) => endpoint.prepare?.()));
    } catch (error) {
      this.connection.status.become('crashed', error);
      throw error;
    }
  }

  private joined(endpoints: readonly ListenerEndpoint[]): readonly GroupRunner[] {
    try {
      return [...new Set(endpoints.map(({ settings }) => settings.group))].map((group) => {
        const joining = endpoints.filter(({ settings }) => settings.group === group);
        const runner = this.runners.get(group) ?? new GroupRunner(group, this.connection, joining);
        if (this.runners.has(group)) runner.join(joining);
        this.runners.set(group, runner);
        return runner;
      });
    } catch (error) {
      this.connection.status.become('crashed', error);
      throw error;
    }
  }

  private belongs(endpoint: ListenerEndpoint): boolean {
    const { listeners, role } = this.connection.options;
    const belongs = listeners !== false && (role === undefined || role(endpoint.settings));
    if (!belongs) this.leftOut.push(endpoint);
    return belongs;
  }

  private async bringUp(task: () => Promise<void>): Promise<void> {
    const { status } = this.connection;
    status.become('connecting');
    try {
      await this.startup.run(async () => {
        await this.change(async () => {
          if (this.phase === 'running') await task();
        });
        if (this.phase === 'running') status.become('connected');
      });
    } catch (error) {
      if (this.phase === 'running') status.become('crashed', error);
      throw error;
    }
  }

  private async autoStart(runner: GroupRunner): Promise<void> {
    if (runner.startsItself) await runner.start();
  }

  private async provision(runners: readonly GroupRunner[]): Promise<void> {
    const { name, options } = this.connection;
    const topics = [...new Set(runners.flatMap((runner) => runner.topics))];
    await provisionTopics(topics, { connection: name, options, admin: () => this.connection.unwrap().admin() });
  }
}
