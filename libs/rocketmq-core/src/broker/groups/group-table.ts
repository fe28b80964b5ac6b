import {
  groupProblem,
  isSystemGroup,
  newGroupProblem,
  nextDataVersion,
  predefinedGroups,
  type DataVersion,
  type SubscriptionGroupConfig,
} from '../../protocol/index.js';

/** Bit of the forbidden table: the group may not read the topic. As Java: PermName.INDEX_PERM_READ. */
const READ_FORBIDDEN = 1 << 2;

/** What subscriptionGroup.json holds. */
export interface GroupSnapshot {
  readonly dataVersion: DataVersion;
  readonly groups: ReadonlyMap<string, SubscriptionGroupConfig>;
  /** Group -> topic -> bits. */
  readonly forbidden: ReadonlyMap<string, ReadonlyMap<string, number>>;
}

export interface GroupTableOptions {
  readonly now: () => number;
  readonly onChange: () => void;
  /** Read at every use: it may change while the broker runs. */
  readonly settings: { readonly autoCreateSubscriptionGroup: boolean; readonly enableCreateSysGroup: boolean };
}

/** The defaults of Java: SubscriptionGroupConfig. */
function newGroupConfig(groupName: string, more: Partial<SubscriptionGroupConfig> = {}): SubscriptionGroupConfig {
  return {
    groupName,
    consumeEnable: true,
    consumeFromMinEnable: true,
    consumeBroadcastEnable: true,
    consumeMessageOrderly: false,
    retryQueueNums: 1,
    retryMaxTimes: 16,
    groupRetryPolicy: { type: 'CUSTOMIZED' },
    brokerId: 0,
    whichBrokerWhenConsumeSlowly: 1,
    notifyConsumerIdsChangedEnable: true,
    groupSysFlag: 0,
    consumeTimeoutMinute: 15,
    attributes: new Map(),
    ...more,
  };
}

/** The consumer groups of this broker. As Java: SubscriptionGroupManager. */
export class GroupTable {
  private readonly groups = new Map<string, SubscriptionGroupConfig>();
  private readonly forbidden = new Map<string, Map<string, number>>();
  private version: DataVersion;

  constructor(private readonly options: GroupTableOptions) {
    this.version = { stateVersion: 0, timestamp: options.now(), counter: 0 };
    for (const name of predefinedGroups) this.groups.set(name, newGroupConfig(name));
  }

  get dataVersion(): DataVersion {
    return this.version;
  }
  get size(): number {
    return this.groups.size;
  }

  find(group: string): SubscriptionGroupConfig | undefined {
    return this.groups.get(group);
  }

  /** Creates the group when it is missing and may be created. */
  resolve(group: string): SubscriptionGroupConfig | undefined {
    const known = this.groups.get(group);
    if (known !== undefined) return known;
    const { autoCreateSubscriptionGroup, enableCreateSysGroup } = this.options.settings;
    if (!autoCreateSubscriptionGroup && !(enableCreateSysGroup && isSystemGroup(group))) return undefined;
    if (newGroupProblem(group) !== undefined) return undefined;
    const config = newGroupConfig(group);
    this.put(config);
    return config;
  }

  all(): Iterable<SubscriptionGroupConfig> {
    return this.groups.values();
  }

  /** Creates or replaces. */
  put(...configs: readonly SubscriptionGroupConfig[]): void {
    if (configs.length === 0) return;
    for (const config of configs) this.groups.set(config.groupName, config);
    this.changed();
  }

  /** @returns false when there is no such group */
  remove(group: string): boolean {
    this.forbidden.delete(group);
    if (!this.groups.delete(group)) return false;
    this.changed();
    return true;
  }

  isReadForbidden(group: string, topic: string): boolean {
    return ((this.forbidden.get(group)?.get(topic) ?? 0) & READ_FORBIDDEN) !== 0;
  }

  forbidRead(group: string, topic: string, forbid: boolean): void {
    const topics = this.forbidden.get(group) ?? new Map<string, number>();
    const bits = topics.get(topic) ?? 0;
    const changed = forbid ? bits | READ_FORBIDDEN : bits & ~READ_FORBIDDEN;
    if (changed === bits) return;
    if (changed === 0) topics.delete(topic);
    else topics.set(topic, changed);
    if (topics.size === 0) this.forbidden.delete(group);
    else this.forbidden.set(group, topics);
    this.changed();
  }

  /** @returns the names that no group may have and that were left out */
  restore(snapshot: GroupSnapshot): string[] {
    const refused: string[] = [];
    for (const [name, config] of snapshot.groups) {
      if (groupProblem(name) === undefined && config.groupName === name) this.groups.set(name, config);
      else refused.push(name);
    }
    for (const [name, topics] of snapshot.forbidden) this.forbidden.set(name, new Map(topics));
    this.version = snapshot.dataVersion;
    return refused;
  }

  snapshot(): GroupSnapshot {
    return { dataVersion: this.version, groups: this.groups, forbidden: this.forbidden };
  }

  private changed(): void {
    this.version = nextDataVersion(this.version, this.options.now());
    this.options.onChange();
  }
}
