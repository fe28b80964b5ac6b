import { AUTO_CREATE_TOPIC, nextDataVersion, topicProblem, type DataVersion, type TopicConfig } from '../../protocol/index.js';
import { isInherited, Permission } from './permission.js';
import type { SystemTopic } from './system-topics.js';

/** What topics.json holds. */
export interface TopicSnapshot {
  readonly dataVersion: DataVersion;
  readonly topics: ReadonlyMap<string, TopicConfig>;
}

export interface TopicTableOptions {
  readonly now: () => number;
  /** Told of every change after it was made; an empty list means that topics went or all changed. */
  readonly onChange: (changed: readonly TopicConfig[]) => void;
}

export interface TopicRequest {
  readonly topic: string;
  readonly queues: number;
  readonly topicSysFlag: number;
}

const READ_WRITE = Permission.READ | Permission.WRITE;

export function newTopicConfig(topicName: string, queues: number, more: Partial<TopicConfig> = {}): TopicConfig {
  return {
    topicName,
    readQueueNums: queues,
    writeQueueNums: queues,
    perm: READ_WRITE,
    topicFilterType: 'SINGLE_TAG',
    topicSysFlag: 0,
    order: false,
    attributes: new Map(),
    ...more,
  };
}

/** The topics of this broker. Every name in it is valid. As Java: TopicConfigManager. */
export class TopicTable {
  private readonly topics = new Map<string, TopicConfig>();
  private version: DataVersion;

  constructor(private readonly options: TopicTableOptions) {
    this.version = { stateVersion: 0, timestamp: options.now(), counter: 0 };
  }

  get dataVersion(): DataVersion {
    return this.version;
  }
  get size(): number {
    return this.topics.size;
  }

  find(topic: string): TopicConfig | undefined {
    return this.topics.get(topic);
  }

  all(): Iterable<TopicConfig> {
    return this.topics.values();
  }

  /** Creates or replaces. */
  put(...configs: readonly TopicConfig[]): void {
    if (configs.length === 0) return;
    for (const config of configs) this.topics.set(config.topicName, config);
    this.changed(configs);
  }

  /** @returns false when there is no such topic */
  remove(topic: string): boolean {
    if (!this.topics.delete(topic)) return false;
    this.changed([]);
    return true;
  }

  /**
   * A topic for a send to a name that does not exist, made after `defaultTopic` when that one may be inherited.
   * As Java: TopicConfigManager.createTopicInSendMessageMethod.
   */
  createFrom(defaultTopic: string, request: TopicRequest, autoCreate: boolean): TopicConfig | undefined {
    const model = this.topics.get(defaultTopic);
    if (model === undefined || !isInherited(model.perm) || (defaultTopic === AUTO_CREATE_TOPIC && !autoCreate)) return undefined;
    const queues = Math.max(0, Math.min(request.queues, model.writeQueueNums));
    const config = newTopicConfig(request.topic, queues, {
      perm: model.perm & ~Permission.INHERIT,
      topicSysFlag: request.topicSysFlag,
      topicFilterType: model.topicFilterType,
    });
    this.put(config);
    return config;
  }

  /** The retry topic of a group. As Java: TopicConfigManager.createTopicInSendMessageBackMethod. */
  ensure(request: TopicRequest, order: boolean): TopicConfig {
    const known = this.topics.get(request.topic);
    if (known !== undefined && known.order === order) return known;
    const config = known
      ? { ...known, order }
      : newTopicConfig(request.topic, request.queues, { topicSysFlag: request.topicSysFlag, order });
    this.put(config);
    return config;
  }

  /** Topics whose queues are kept in order across brokers, as a name server knows them. */
  markOrdered(topics: Iterable<string>): void {
    const configs: TopicConfig[] = [];
    for (const topic of topics) {
      const config = this.topics.get(topic);
      if (config !== undefined && !config.order) configs.push({ ...config, order: true });
    }
    this.put(...configs);
  }

  /** The table is to be announced anew although no topic changed, because what the broker allows did. */
  touch(): void {
    this.changed([]);
  }

  /** Before `restore`, so that what was changed and saved wins. */
  addSystemTopics(topics: readonly SystemTopic[]): void {
    for (const { name, queues, perm } of topics) this.topics.set(name, newTopicConfig(name, queues, { perm }));
  }

  /** @returns the names that no topic may have and that were left out */
  restore(snapshot: TopicSnapshot): string[] {
    const refused: string[] = [];
    for (const [name, config] of snapshot.topics) {
      if (topicProblem(name) === undefined && config.topicName === name) this.topics.set(name, config);
      else refused.push(name);
    }
    this.version = snapshot.dataVersion;
    return refused;
  }

  snapshot(): TopicSnapshot {
    return { dataVersion: this.version, topics: this.topics };
  }

  private changed(configs: readonly TopicConfig[]): void {
    this.version = nextDataVersion(this.version, this.options.now());
    this.options.onChange(configs);
  }
}
