import { isOperationFailed, messageOf } from '../../base/index.js';
import type { MessageQueue, TopicRouteData } from '../../protocol/index.js';
import type { Logger } from '../../runtime/index.js';
import type { RouteTable } from './route-table.js';

/** Where routes come from. */
interface RouteSource {
  /** @returns undefined when the name server knows no such topic. @throws OperationFailed when none answers */
  route(topic: string): Promise<TopicRouteData | undefined>;
}

export interface TopicDefaults {
  /** Topic whose settings a new one inherits. */
  readonly createTopicKey: string;
  /** Queues of a new topic. */
  readonly defaultTopicQueueNums: number;
}

export interface RouteFinderOptions {
  readonly table: RouteTable;
  readonly source: RouteSource;
  readonly logger: Logger;
}

/** Keeps the route table true. Lookups of one topic that overlap are one request. */
export class RouteFinder {
  private readonly lookups = new Map<string, Promise<boolean>>();
  private readonly watched = new Map<string, number>();
  private readonly listeners = new Set<(topic: string) => void>();

  constructor(private readonly options: RouteFinderOptions) {}

  /** Runs when the queues of a topic have changed. @returns a function that ends it */
  onChange(listener: (topic: string) => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  /** Topics that are refreshed although nothing is known of them yet. @returns a function that ends it */
  watch(topics: readonly string[]): () => void {
    for (const topic of topics) this.watched.set(topic, (this.watched.get(topic) ?? 0) + 1);
    return () => {
      for (const topic of topics) {
        const left = (this.watched.get(topic) ?? 1) - 1;
        if (left > 0) this.watched.set(topic, left);
        else this.watched.delete(topic);
      }
    };
  }

  /** @returns whether the topic is known. @throws OperationFailed when no name server answers */
  refresh(topic: string): Promise<boolean> {
    let lookup = this.lookups.get(topic);
    if (lookup === undefined) {
      lookup = this.lookUp(topic).finally(() => this.lookups.delete(topic));
      this.lookups.set(topic, lookup);
    }
    return lookup;
  }

  /** What was known of a topic stays when its refresh fails. */
  async refreshAll(): Promise<void> {
    const topics = new Set([...this.options.table.topics, ...this.watched.keys()]);
    for (const topic of topics) {
      try {
        await this.refresh(topic);
      } catch (error) {
        if (isOperationFailed(error) && error.reason === 'closed') return;
        this.options.logger.log('warn', 'route refresh failed', { topic, error: messageOf(error) });
      }
    }
  }

  /**
   * The queues to send to. A topic that no name server knows gets the route of the topic that it will inherit from.
   * As Java: DefaultMQProducerImpl.tryToFindTopicPublishInfo.
   * @returns an empty list when there is no route. @throws OperationFailed when no name server answers
   */
  async publishQueues(topic: string, defaults: TopicDefaults | undefined): Promise<readonly MessageQueue[]> {
    const { table } = this.options;
    const known = table.publishQueues(topic);
    if (known.length > 0) return known;
    const exists = (await this.refresh(topic)) && !table.isAssumed(topic);
    if (exists || defaults === undefined) return table.publishQueues(topic);
    await this.assume(topic, defaults);
    return table.publishQueues(topic);
  }

  private async lookUp(topic: string): Promise<boolean> {
    const route = await this.options.source.route(topic);
    // A topic that the name servers have forgotten may still be on its broker: the broker's answers decide.
    if (route === undefined) return this.options.table.has(topic);
    this.store(topic, route, false);
    return true;
  }

  private async assume(topic: string, { createTopicKey, defaultTopicQueueNums }: TopicDefaults): Promise<void> {
    const route = await this.options.source.route(createTopicKey);
    if (route === undefined) return;
    const queueDatas = route.queueDatas.map((row) => {
      const queues = Math.min(defaultTopicQueueNums, row.readQueueNums);
      return { ...row, readQueueNums: queues, writeQueueNums: queues };
    });
    this.store(topic, { ...route, queueDatas }, true);
  }

  private store(topic: string, route: TopicRouteData, assumed: boolean): void {
    const { table, logger } = this.options;
    if (!table.set(topic, route, assumed)) return;
    logger.log('debug', 'route changed', { topic, writeQueues: table.publishQueues(topic).length, assumed });
    for (const listener of this.listeners) listener(topic);
  }
}
