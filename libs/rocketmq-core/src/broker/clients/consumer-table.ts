import type { ConsumerData, SubscriptionData } from '../../protocol/index.js';
import type { Peer } from '../../remoting/index.js';
import type { Member } from './producer-table.js';
import { filterOf, type TagFilter } from '../filtering/tag-filter.js';

interface Subscription {
  readonly data: SubscriptionData;
  readonly filter: TagFilter;
}

type GroupTraits = Pick<ConsumerData, 'consumeType' | 'messageModel' | 'consumeFromWhere'>;

/** A consumer group with at least one connection. As Java: ConsumerGroupInfo. */
export interface ConsumerGroup extends GroupTraits {
  readonly name: string;
  readonly members: ReadonlyMap<number, Member>;
  /** By topic. */
  readonly subscriptions: ReadonlyMap<string, Subscription>;
}

interface Group extends ConsumerGroup {
  consumeType: GroupTraits['consumeType'];
  messageModel: GroupTraits['messageModel'];
  consumeFromWhere: GroupTraits['consumeFromWhere'];
  readonly members: Map<number, Member>;
  readonly subscriptions: Map<string, Subscription>;
  fingerprint: number | undefined;
}

export interface ConsumerRegistration {
  readonly member: Member;
  readonly data: ConsumerData;
  /** A heartbeat that repeats an earlier one leaves its subscriptions out. */
  readonly keepSubscriptions?: boolean;
}

/** Who consumes what. As Java: ConsumerManager. */
export class ConsumerTable {
  /** @param onGroupGone called when the last member of a group has left */
  constructor(private readonly onGroupGone: (groupName: string) => void = () => undefined) {}

  private readonly groups = new Map<string, Group>();
  /** Subscriptions that came with a pull instead of a heartbeat, by group and topic. */
  private readonly pulled = new Map<string, Map<string, { data: SubscriptionData; seenMs: number }>>();

  /** @returns whether a member joined or a topic came or went */
  register({ member, data, keepSubscriptions = false }: ConsumerRegistration): boolean {
    const group = this.groups.get(data.groupName) ?? this.newGroup(data);
    group.consumeType = data.consumeType;
    group.messageModel = data.messageModel;
    group.consumeFromWhere = data.consumeFromWhere;
    const joined = join(group, member);
    const changed = keepSubscriptions ? false : subscribe(group, data.subscriptionDataSet);
    return joined || changed;
  }

  /**
   * Notes what the subscriptions of the group's newest heartbeat looked like.
   * @returns whether they may differ from what is known here, so that the client must send them whole
   */
  differs(groupName: string, fingerprint: number): boolean {
    const group = this.groups.get(groupName);
    if (group === undefined) return false;
    const last = group.fingerprint;
    group.fingerprint = fingerprint;
    return (last !== undefined && last !== fingerprint) || group.subscriptions.size === 0;
  }

  /** @returns whether the peer was a member */
  unregister(groupName: string, peer: Peer): boolean {
    const group = this.groups.get(groupName);
    if (group?.members.delete(peer.id) !== true) return false;
    if (group.members.size === 0) {
      this.groups.delete(groupName);
      this.onGroupGone(groupName);
    }
    return true;
  }

  /** @returns the groups that lost a member */
  removePeer(peer: Peer): ConsumerGroup[] {
    return [...this.groups.values()].filter((group) => this.unregister(group.name, peer));
  }

  find(groupName: string): ConsumerGroup | undefined {
    return this.groups.get(groupName);
  }

  all(): Iterable<ConsumerGroup> {
    return this.groups.values();
  }

  /** @param nowMs monotonic */
  notePulled(groupName: string, data: SubscriptionData, nowMs: number): void {
    let topics = this.pulled.get(groupName);
    if (topics === undefined) this.pulled.set(groupName, (topics = new Map<string, { data: SubscriptionData; seenMs: number }>()));
    topics.set(data.topic, { data, seenMs: nowMs });
  }

  /** By heartbeat or, failing that, by a recent pull. */
  subscription(groupName: string, topic: string): SubscriptionData | undefined {
    return this.groups.get(groupName)?.subscriptions.get(topic)?.data ?? this.pulled.get(groupName)?.get(topic)?.data;
  }

  groupsOf(topic: string): string[] {
    return [...this.groups.values()].flatMap((group) => (group.subscriptions.has(topic) ? [group.name] : []));
  }

  /** @returns the connections that were silent longer than `silentMs` */
  expired(nowMs: number, silentMs: number): Peer[] {
    const peers: Peer[] = [];
    for (const group of this.groups.values()) {
      for (const member of group.members.values()) if (nowMs - member.lastHeartbeatMs > silentMs) peers.push(member.peer);
    }
    return peers;
  }

  dropPulled(nowMs: number, unusedMs: number): void {
    for (const [group, topics] of this.pulled) {
      for (const [topic, { seenMs }] of topics) if (nowMs - seenMs > unusedMs) topics.delete(topic);
      if (topics.size === 0) this.pulled.delete(group);
    }
  }

  private newGroup(data: ConsumerData): Group {
    const { groupName: name, consumeType, messageModel, consumeFromWhere } = data;
    const group: Group = {
      name,
      consumeType,
      messageModel,
      consumeFromWhere,
      members: new Map(),
      subscriptions: new Map(),
      fingerprint: undefined,
    };
    this.groups.set(name, group);
    return group;
  }
}

function join(group: Group, member: Member): boolean {
  const known = group.members.get(member.peer.id);
  if (known?.clientId === member.clientId) {
    known.lastHeartbeatMs = member.lastHeartbeatMs;
    return false;
  }
  group.members.set(member.peer.id, member);
  return true;
}

/** @returns whether a topic came or went; a newer expression for a topic changes nobody's share */
function subscribe(group: Group, list: readonly SubscriptionData[]): boolean {
  let changed = false;
  for (const data of list) {
    const known = group.subscriptions.get(data.topic);
    if (known !== undefined && known.data.subVersion >= data.subVersion) continue;
    changed ||= known === undefined;
    group.subscriptions.set(data.topic, { data, filter: filterOf(data) });
  }
  const topics = new Set(list.map(({ topic }) => topic));
  for (const topic of group.subscriptions.keys()) {
    if (topics.has(topic)) continue;
    group.subscriptions.delete(topic);
    changed = true;
  }
  return changed;
}
