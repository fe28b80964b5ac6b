import { retryTopic } from 'rocketmq-core/client';
import type { RocketMQConnection } from '../connection/rocketmq.connection.js';
import type { ListenerEndpoint } from '../listener/listener-endpoint.js';
import type { ConsumerOrchestrator } from './consumer.orchestrator.js';
import type { GroupRunner, GroupState } from './group-runner.js';

/** A listener as it is at the moment. */
export interface ListenerInfo {
  /** `id` of the decorator, or `Class.method`. */
  readonly id: string;
  /** `Class.method`. */
  readonly name: string;
  readonly connection: string;
  readonly group: string;
  readonly topics: readonly string[];
  readonly selector: { readonly tag: string } | { readonly sql: string };
  readonly orderly: boolean;
  /** Of its group. `excluded`: the role of this process does not have it. */
  readonly state: GroupState | 'excluded';
  /** Calls of its group that may run at once; undefined before the start. */
  readonly concurrency: number | undefined;
  /** Calls of its group that run now. */
  readonly running: number;
  /** Ids of all listeners of the group: they share a consumer, and are paused, started and stopped together. */
  readonly sharedWith: readonly string[];
}

/** Where a group goes on. */
export type ResetPosition = 'first' | 'last' | Date;

interface Found {
  readonly endpoint: ListenerEndpoint;
  readonly runner: GroupRunner;
}

/**
 * The listeners of one connection, while the application runs. A listener is named by its id or by its group; what is done to one is done to its
 * whole group.
 */
export class RocketMQListenerRegistry {
  constructor(
    private readonly connection: RocketMQConnection,
    private readonly orchestrator: ConsumerOrchestrator,
  ) {}

  list(): readonly ListenerInfo[] {
    const { groups, excluded } = this.orchestrator;
    const own = groups.flatMap((runner) => runner.endpoints.map((endpoint) => this.infoOf(endpoint, runner)));
    return [...own, ...excluded.map((endpoint) => this.infoOf(endpoint, undefined))];
  }

  /** @param name id of a listener */
  get(name: string): ListenerInfo | undefined {
    return this.list().find(({ id }) => id === name);
  }

  /** Lets a listener consume that did not start itself, or was stopped. @throws OperationFailed */
  start(name: string): Promise<void> {
    const { runner } = this.find(name);
    return this.orchestrator.change(() => runner.start());
  }

  /** Waits for running handlers and leaves the group: its other members take the queues. */
  stop(name: string): Promise<void> {
    const { runner } = this.find(name);
    return this.orchestrator.change(() => runner.stop());
  }

  /** No handler is called until `resume`; running ones end. The process keeps its queues: the other members of the group do not get them. */
  pause(name: string): Promise<void> {
    const { runner } = this.find(name);
    return this.orchestrator.change(() => runner.pause());
  }

  resume(name: string): Promise<void> {
    const { runner } = this.find(name);
    return this.orchestrator.change(() => runner.resume());
  }

  /** Calls that may run at once from now on. @param concurrency 1 to 1000 @throws InvalidInput */
  setConcurrency(name: string, concurrency: number): Promise<void> {
    const { runner } = this.find(name);
    return this.orchestrator.change(() => runner.setConcurrency(concurrency));
  }

  /**
   * Messages that wait for the group, over all of its members, as the brokers count them: of the topics of a listener, or of all topics and retries of
   * a group. Always 0 for a listener that is broadcast to: how far such a process is, no broker knows.
   * @throws OperationFailed, CallRefused
   */
  async lag(name: string): Promise<number> {
    const { runner, endpoint } = this.find(name);
    const { group } = runner;
    const { settings } = endpoint;
    if (settings.broadcasting) return 0;
    const { groups } = (await this.connection.start()).admin();
    const topics = name === group ? [...runner.topics, retryTopic(group)] : settings.topics;
    const lags = await Promise.all(topics.map((topic) => groups.lag(group, topic)));
    return lags.reduce((sum, lag) => sum + lag, 0);
  }

  /**
   * The group goes on from the first message that is stored, from a time, or behind the last, in the topics of the listener or in all of its group;
   * whether it runs or not, here and in every other process.
   * @throws OperationFailed, CallRefused
   */
  async reset(name: string, to: ResetPosition): Promise<void> {
    const { runner, endpoint } = this.find(name);
    const { group } = runner;
    const { offsets } = (await this.connection.start()).admin();
    const position = to === 'last' ? to : to === 'first' ? 0 : to.getTime();
    for (const topic of name === group ? runner.topics : endpoint.settings.topics) await offsets.reset(group, topic, { to: position });
  }

  private find(name: string): Found {
    for (const runner of this.orchestrator.groups) {
      const endpoint = runner.endpoints.find(({ settings }) => settings.id === name || settings.group === name);
      if (endpoint !== undefined) return { endpoint, runner };
    }
    throw new Error(`connection ${this.connection.name} runs no listener and no group ${name}`);
  }

  private infoOf({ settings }: ListenerEndpoint, runner: GroupRunner | undefined): ListenerInfo {
    const { id, name, group, topics, selector, orderly } = settings;
    return {
      ...{ id, name, group, topics, selector, orderly },
      connection: this.connection.name,
      state: runner?.state ?? 'excluded',
      concurrency: runner?.concurrencyMax,
      running: runner?.running ?? 0,
      sharedWith: runner?.endpoints.map((endpoint) => endpoint.settings.id).filter((other) => other !== id) ?? [],
    };
  }
}
