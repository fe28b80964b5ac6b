import { BloomFilter, type BloomBits, type SqlFilter, type SqlFilterTable } from '../../filter/index.js';
import type { ConsumerFilterData, ConsumerFilterTable, SubscriptionData } from '../../protocol/index.js';
import { isTagExpression } from './tag-filter.js';

/** The expression by which a group filters a topic. */
export interface RegisteredFilter {
  readonly group: string;
  readonly topic: string;
  readonly expression: string;
  readonly filter: SqlFilter;
  /** Version of the subscription it came with. */
  readonly clientVersion: number;
}

interface Entry extends RegisteredFilter {
  clientVersion: number;
  /** Milliseconds since the epoch, as the two below. */
  readonly bornTime: number;
  /** 0 while somebody of the group subscribes. */
  deadTime: number;
  readonly bloomFilterData: BloomBits;
}

export interface FilterTableOptions {
  readonly expressions: SqlFilterTable;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly settings: {
    readonly maxErrorRateOfBloomFilter: number;
    readonly expectConsumerNumUseFilter: number;
    readonly filterDataCleanTimeSpan: number;
  };
}

const SQL92 = 'SQL92';
/** When a file is loaded its consumers count as gone for this long. As Java: ConsumerFilterManager.decode. */
const DEAD_BEFORE_LOAD_MS = 30_000;

/** The expressions of consumer groups, by topic and group. As Java: ConsumerFilterManager. */
export class FilterTable {
  private readonly topics = new Map<string, Map<string, Entry>>();
  private readonly bloom: BloomFilter;
  private changeCount = 0;

  constructor(private readonly options: FilterTableOptions) {
    const { maxErrorRateOfBloomFilter, expectConsumerNumUseFilter } = options.settings;
    this.bloom = new BloomFilter(maxErrorRateOfBloomFilter, expectConsumerNumUseFilter);
  }

  /** Grows with every change. */
  get changes(): number {
    return this.changeCount;
  }

  find(topic: string, group: string): RegisteredFilter | undefined {
    return this.topics.get(topic)?.get(group);
  }

  /** Takes the subscriptions of a heartbeat, all that its group has. */
  register(group: string, subscriptions: readonly SubscriptionData[]): void {
    for (const data of subscriptions) this.registerOne(group, data);
    const topics = new Set(subscriptions.map(({ topic }) => topic));
    for (const entry of this.entriesOf(group)) if (!topics.has(entry.topic)) this.die(entry);
  }

  /** Nobody of the group is left. Its expressions are kept for a while. */
  unregister(group: string): void {
    for (const entry of this.entriesOf(group)) this.die(entry);
  }

  /** Forgets what nobody has used for filterDataCleanTimeSpan. */
  dropDead(): void {
    const { now, settings } = this.options;
    for (const [topic, groups] of this.topics) {
      for (const { group, deadTime, bornTime } of groups.values()) {
        if (deadTime < bornTime || now() - deadTime < settings.filterDataCleanTimeSpan) continue;
        groups.delete(group);
        this.changeCount += 1;
      }
      if (groups.size === 0) this.topics.delete(topic);
    }
  }

  snapshot(): ConsumerFilterTable {
    const dataOf = (groups: Map<string, Entry>) => new Map([...groups].map(([group, entry]) => [group, printed(entry)]));
    const rows = [...this.topics].map(([topic, groups]) => [topic, { topic, groupFilterData: dataOf(groups) }] as const);
    return { filterDataByTopic: new Map(rows) };
  }

  /** Expressions that are none here are left out: their consumers hear of it at their next pull. @returns how many */
  restore({ filterDataByTopic }: ConsumerFilterTable): number {
    let refused = 0;
    for (const { groupFilterData } of filterDataByTopic.values()) {
      for (const data of groupFilterData.values()) if (!this.restoreOne(data)) refused += 1;
    }
    return refused;
  }

  private restoreOne({ consumerGroup: group, topic, expression, expressionType, ...times }: ConsumerFilterData): boolean {
    const filter = this.compiled(expression, expressionType);
    if (filter === undefined || expression === undefined) return false;
    const { bornTime, clientVersion } = times;
    const deadTime = times.deadTime === 0 ? Math.max(bornTime, this.options.now() - DEAD_BEFORE_LOAD_MS) : times.deadTime;
    this.put({ group, topic, expression, filter, clientVersion, bornTime, deadTime, bloomFilterData: this.bitsOf(group, topic) });
    return true;
  }

  /** As Java: FilterDataMapByTopic.register. */
  private registerOne(group: string, data: SubscriptionData): void {
    const { topic, subString: expression, expressionType, subVersion: clientVersion } = data;
    if (isTagExpression(expressionType) || expression === '') return;
    const known = this.topics.get(topic)?.get(group);
    if (known !== undefined && clientVersion < known.clientVersion) return;
    if (known !== undefined && (clientVersion === known.clientVersion || known.expression === expression))
      return this.renew(known, clientVersion);
    const filter = this.compiled(expression, expressionType);
    // An expression that is none takes the older one with it: the consumer must learn that it gets nothing.
    if (filter === undefined) return this.remove(topic, group);
    const bornTime = this.options.now();
    this.put({ group, topic, expression, filter, clientVersion, bornTime, deadTime: 0, bloomFilterData: this.bitsOf(group, topic) });
  }

  private renew(entry: Entry, clientVersion: number): void {
    if (entry.clientVersion === clientVersion && entry.deadTime === 0) return;
    entry.clientVersion = clientVersion;
    entry.deadTime = 0;
    this.changeCount += 1;
  }

  private die(entry: Entry): void {
    if (entry.deadTime >= entry.bornTime) return;
    entry.deadTime = this.options.now();
    this.changeCount += 1;
  }

  private put(entry: Entry): void {
    let groups = this.topics.get(entry.topic);
    if (groups === undefined) this.topics.set(entry.topic, (groups = new Map<string, Entry>()));
    groups.set(entry.group, entry);
    this.changeCount += 1;
  }

  private remove(topic: string, group: string): void {
    if (this.topics.get(topic)?.delete(group) === true) this.changeCount += 1;
  }

  private entriesOf(group: string): Entry[] {
    return [...this.topics.values()].flatMap((groups) => groups.get(group) ?? []);
  }

  private compiled(expression: string | undefined, expressionType: string | undefined): SqlFilter | undefined {
    if (expression === undefined || expressionType !== SQL92) return undefined;
    const compilation = this.options.expressions.compile(expression);
    return compilation.kind === 'compiled' ? compilation.filter : undefined;
  }

  private bitsOf(group: string, topic: string): BloomBits {
    return this.bloom.bitsOf(`${group}#${topic}`);
  }
}

function printed({
  group: consumerGroup,
  topic,
  expression,
  clientVersion,
  bornTime,
  deadTime,
  bloomFilterData,
}: Entry): ConsumerFilterData {
  const { bitNum, bitPos } = bloomFilterData;
  return {
    ...{ consumerGroup, topic, expression, expressionType: SQL92, clientVersion, bornTime, deadTime, dead: deadTime >= bornTime },
    bloomFilterData: { bitNum, bitPos: [...bitPos] },
  };
}
