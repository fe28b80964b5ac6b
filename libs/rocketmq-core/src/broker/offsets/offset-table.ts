import { nextDataVersion, type DataVersion } from '../../protocol/index.js';

/** The version moves after this many commits. As Java: BrokerConfig.consumerOffsetUpdateVersionStep. */
const COMMITS_PER_VERSION = 500;

export interface QueuePosition {
  readonly group: string;
  readonly topic: string;
  readonly queueId: number;
}

/** What consumerOffset.json holds: `topic@group` -> queue id -> offset. */
export interface OffsetSnapshot {
  readonly dataVersion: DataVersion;
  readonly offsets: ReadonlyMap<string, ReadonlyMap<number, number>>;
}

const keyOf = (topic: string, group: string) => `${topic}@${group}`;

// Neither a topic nor a group can hold an @; a key from a file that has another number of them belongs to nobody.
function partsOf(key: string): { topic: string; group: string } | undefined {
  const [topic, group, ...rest] = key.split('@');
  return topic === undefined || group === undefined || rest.length > 0 ? undefined : { topic, group };
}

/**
 * How far each group has consumed. A commit may go back: a reset does. Every method reads and writes without a pause in between.
 * As Java: ConsumerOffsetManager.
 */
export class OffsetTable {
  private offsets = new Map<string, Map<number, number>>();
  /** How far was delivered, committed or not; memory only. */
  private readonly pulled = new Map<string, Map<number, number>>();
  /** Offsets that an administrator set and no pull has been told of; memory only. */
  private readonly resets = new Map<string, Map<number, number>>();
  private version: DataVersion;
  private commits = 0;
  private changeCount = 0;

  constructor(private readonly now: () => number) {
    this.version = { stateVersion: 0, timestamp: now(), counter: 0 };
  }

  /** Grows with every change, so that a saver knows whether there is something to save. */
  get changes(): number {
    return this.changeCount;
  }

  commit({ group, topic, queueId }: QueuePosition, queueOffset: number): void {
    put(this.offsets, keyOf(topic, group), [queueId, queueOffset]);
    this.changeCount += 1;
    this.commits += 1;
    if (this.commits % COMMITS_PER_VERSION === 0) {
      this.version = nextDataVersion(this.version, this.now());
    }
  }

  /**
   * Sets where the group goes on. Until the next pull of the queue is told, no commit moves it: it would come from a consumer that has not heard.
   * As Java: ConsumerOffsetManager.assignResetOffset.
   */
  reset(position: QueuePosition, queueOffset: number): void {
    put(this.resets, keyOf(position.topic, position.group), [position.queueId, queueOffset]);
    this.commit(position, queueOffset);
  }

  /** Whether the group was set to another offset and no pull has been told yet. */
  isReset({ group, topic, queueId }: QueuePosition): boolean {
    return this.resets.size > 0 && this.resets.get(keyOf(topic, group))?.has(queueId) === true;
  }

  /** What the pull has to be told instead of messages; it is told once. */
  takeReset({ group, topic, queueId }: QueuePosition): number | undefined {
    // Nearly always there is none, and every pull asks.
    if (this.resets.size === 0) return undefined;
    const key = keyOf(topic, group);
    const queues = this.resets.get(key);
    const queueOffset = queues?.get(queueId);
    if (queues?.delete(queueId) === true && queues.size === 0) this.resets.delete(key);
    return queueOffset;
  }

  /** Makes the offsets of one group those of another. @returns whether there were any */
  clone(topic: string, from: string, to: string): boolean {
    const queues = this.offsets.get(keyOf(topic, from));
    if (queues === undefined) return false;
    this.offsets.set(keyOf(topic, to), new Map(queues));
    this.changeCount += 1;
    return true;
  }

  /** @returns -1 when the group never committed there */
  query({ group, topic, queueId }: QueuePosition): number {
    return this.offsets.get(keyOf(topic, group))?.get(queueId) ?? -1;
  }

  notePulled({ group, topic, queueId }: QueuePosition, queueOffset: number): void {
    put(this.pulled, keyOf(topic, group), [queueId, queueOffset]);
  }

  /** @returns what was committed when nothing was pulled since the start, -1 when that is missing too */
  queryPulled(position: QueuePosition): number {
    return this.pulled.get(keyOf(position.topic, position.group))?.get(position.queueId) ?? this.query(position);
  }

  /** Undefined when the group has no offset for the topic. */
  ofTopic(group: string, topic: string): ReadonlyMap<number, number> | undefined {
    return this.offsets.get(keyOf(topic, group));
  }

  topicsOf(group: string): string[] {
    return this.pairs().flatMap((pair) => (pair.group === group ? [pair.topic] : []));
  }

  groupsOf(topic: string): string[] {
    return this.pairs().flatMap((pair) => (pair.topic === topic ? [pair.group] : []));
  }

  pairs(): { topic: string; group: string }[] {
    return [...this.offsets.keys()].flatMap((key) => partsOf(key) ?? []);
  }

  removeTopic(topic: string): void {
    this.removeWhere((pair) => pair.topic === topic);
  }

  removeGroup(group: string): void {
    this.removeWhere((pair) => pair.group === group);
  }

  restore(snapshot: OffsetSnapshot): void {
    this.version = snapshot.dataVersion;
    this.offsets = new Map([...snapshot.offsets].map(([key, queues]) => [key, new Map(queues)]));
  }

  snapshot(): OffsetSnapshot {
    return { dataVersion: this.version, offsets: this.offsets };
  }

  private removeWhere(matches: (pair: { topic: string; group: string }) => boolean): void {
    for (const table of [this.offsets, this.pulled, this.resets]) {
      for (const key of table.keys()) {
        const pair = partsOf(key);
        if (pair !== undefined && matches(pair)) table.delete(key);
      }
    }
    this.changeCount += 1;
  }
}

function put(table: Map<string, Map<number, number>>, key: string, [queueId, queueOffset]: readonly [number, number]): void {
  const queues = table.get(key);
  if (queues === undefined) table.set(key, new Map([[queueId, queueOffset]]));
  else queues.set(queueId, queueOffset);
}
