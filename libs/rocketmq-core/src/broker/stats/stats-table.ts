import { StatsItem, type StatsSnapshot } from './stats-item.js';

interface Flow {
  readonly messages: StatsItem;
  readonly bytes: StatsItem;
}

export interface FlowTotals {
  readonly messages: number;
  readonly bytes: number;
}

/** Counts of what came in and went out, by topic and group. Times are monotonic milliseconds. As Java: BrokerStatsManager. */
export class StatsTable {
  private readonly puts = new Map<string, Flow>();
  private readonly gets = new Map<string, Map<string, Flow>>();
  private readonly sendBacks = new Map<string, Map<string, StatsItem>>();
  private readonly deadLetters = new Map<string, Map<string, number>>();
  private readonly brokerPut: StatsItem;
  private readonly brokerGet: StatsItem;

  /** @param cluster the key under which the broker's own counts are asked for */
  constructor(
    private readonly cluster: string,
    private readonly monotonic: () => number,
  ) {
    this.brokerPut = new StatsItem(monotonic());
    this.brokerGet = new StatsItem(monotonic());
  }

  countPut(topic: string, messages: number, bytes: number): void {
    let flow = this.puts.get(topic);
    if (flow === undefined) this.puts.set(topic, (flow = this.newFlow()));
    flow.messages.add(messages);
    flow.bytes.add(bytes);
    this.brokerPut.add(messages);
  }

  countGet(group: string, topic: string, flow: FlowTotals): void {
    let topics = this.gets.get(group);
    if (topics === undefined) this.gets.set(group, (topics = new Map<string, Flow>()));
    let counts = topics.get(topic);
    if (counts === undefined) topics.set(topic, (counts = this.newFlow()));
    counts.messages.add(flow.messages);
    counts.bytes.add(flow.bytes);
    this.brokerGet.add(flow.messages);
  }

  /** @param topic the one that the message was sent to first */
  countSendBack(group: string, topic: string): void {
    let topics = this.sendBacks.get(group);
    if (topics === undefined) this.sendBacks.set(group, (topics = new Map<string, StatsItem>()));
    let item = topics.get(topic);
    if (item === undefined) topics.set(topic, (item = new StatsItem(this.monotonic())));
    item.add(1);
  }

  countDeadLetter(group: string, topic: string): void {
    let topics = this.deadLetters.get(group);
    if (topics === undefined) this.deadLetters.set(group, (topics = new Map<string, number>()));
    topics.set(topic, (topics.get(topic) ?? 0) + 1);
  }

  get putTotal(): number {
    return this.brokerPut.value;
  }
  get getTotal(): number {
    return this.brokerGet.value;
  }

  putPerSecond(topic: string): number {
    return this.puts.get(topic)?.messages.minute.tps ?? 0;
  }

  getPerSecond(group: string, topic: string): number {
    return this.gets.get(group)?.get(topic)?.messages.minute.tps ?? 0;
  }

  /**
   * @param name TOPIC_PUT_NUMS, TOPIC_PUT_SIZE, GROUP_GET_NUMS, GROUP_GET_SIZE, SNDBCK_PUT_NUMS (key `topic@group`), BROKER_PUT_NUMS or BROKER_GET_NUMS
   * @returns undefined when nothing was counted under that name and key
   */
  view(name: string, key: string): { minute: StatsSnapshot; hour: StatsSnapshot; day: StatsSnapshot } | undefined {
    const item = this.find(name, key);
    return item && { minute: item.minute, hour: item.hour, day: item.day };
  }

  *putFlows(): Iterable<FlowTotals & { topic: string }> {
    for (const [topic, flow] of this.puts) yield { topic, messages: flow.messages.value, bytes: flow.bytes.value };
  }

  *getFlows(): Iterable<FlowTotals & { group: string; topic: string }> {
    for (const [group, topics] of this.gets) {
      for (const [topic, flow] of topics) yield { group, topic, messages: flow.messages.value, bytes: flow.bytes.value };
    }
  }

  *deadLetterCounts(): Iterable<{ group: string; topic: string; messages: number }> {
    for (const [group, topics] of this.deadLetters) for (const [topic, messages] of topics) yield { group, topic, messages };
  }

  removeTopic(topic: string): void {
    this.puts.delete(topic);
    for (const counts of [this.gets, this.sendBacks, this.deadLetters]) for (const topics of counts.values()) topics.delete(topic);
  }

  removeGroup(group: string): void {
    for (const counts of [this.gets, this.sendBacks, this.deadLetters]) counts.delete(group);
  }

  sample(nowMs: number): void {
    this.brokerPut.sample(nowMs);
    this.brokerGet.sample(nowMs);
    for (const flow of this.puts.values()) sampleFlow(flow, nowMs);
    for (const topics of this.gets.values()) for (const flow of topics.values()) sampleFlow(flow, nowMs);
    for (const topics of this.sendBacks.values()) for (const item of topics.values()) item.sample(nowMs);
  }

  private find(name: string, key: string): StatsItem | undefined {
    if (name === 'BROKER_PUT_NUMS' || name === 'BROKER_GET_NUMS') {
      if (key !== this.cluster) return undefined;
      return name === 'BROKER_PUT_NUMS' ? this.brokerPut : this.brokerGet;
    }
    if (name === 'SNDBCK_PUT_NUMS') return ofTopicAndGroup(this.sendBacks, key);
    const [, source, figure] = /^(TOPIC_PUT|GROUP_GET)_(NUMS|SIZE)$/.exec(name) ?? [];
    if (source === undefined) return undefined;
    const flow = source === 'TOPIC_PUT' ? this.puts.get(key) : ofTopicAndGroup(this.gets, key);
    return figure === 'NUMS' ? flow?.messages : flow?.bytes;
  }

  private newFlow(): Flow {
    const nowMs = this.monotonic();
    return { messages: new StatsItem(nowMs), bytes: new StatsItem(nowMs) };
  }
}

/** @param key `topic@group` */
function ofTopicAndGroup<T>(byGroup: ReadonlyMap<string, ReadonlyMap<string, T>>, key: string): T | undefined {
  const at = key.indexOf('@');
  return byGroup.get(key.slice(at + 1))?.get(key.slice(0, at));
}

function sampleFlow(flow: Flow, nowMs: number): void {
  flow.messages.sample(nowMs);
  flow.bytes.sample(nowMs);
}
