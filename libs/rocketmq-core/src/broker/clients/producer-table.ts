import type { Peer } from '../../remoting/index.js';

/** A connection as a member of a group. As Java: ClientChannelInfo. */
export interface Member {
  readonly peer: Peer;
  readonly clientId: string;
  /** Name of a LanguageCode; undefined when ours has no such name. */
  readonly language: string | undefined;
  /** MQVersion ordinal. */
  readonly version: number;
  /** Monotonic milliseconds of the last heartbeat. */
  lastHeartbeatMs: number;
}

/** Which connections belong to which producer group. As Java: ProducerManager. */
export class ProducerTable {
  private readonly groups = new Map<string, Map<number, Member>>();
  private readonly connections = new Map<string, Peer>();
  private readonly clientIds = new Map<number, string>();

  register(group: string, member: Member): void {
    this.connections.set(member.clientId, member.peer);
    this.clientIds.set(member.peer.id, member.clientId);
    let members = this.groups.get(group);
    if (members === undefined) this.groups.set(group, (members = new Map<number, Member>()));
    const known = members.get(member.peer.id);
    if (known?.clientId === member.clientId) known.lastHeartbeatMs = member.lastHeartbeatMs;
    else members.set(member.peer.id, member);
  }

  unregister(group: string, peer: Peer): void {
    const members = this.groups.get(group);
    members?.delete(peer.id);
    if (members?.size === 0) this.groups.delete(group);
  }

  removePeer(peer: Peer): void {
    for (const group of [...this.groups.keys()]) this.unregister(group, peer);
    const clientId = this.clientIds.get(peer.id);
    this.clientIds.delete(peer.id);
    // The client may be back on a newer connection already.
    if (clientId !== undefined && this.connections.get(clientId) === peer) this.connections.delete(clientId);
  }

  /** Where a client that has produced is reached: the connection of its last heartbeat. As Java: ProducerManager.findChannel. */
  connectionOf(clientId: string): Peer | undefined {
    return this.connections.get(clientId);
  }

  /** Undefined when nobody of the group is connected. */
  members(group: string): readonly Member[] | undefined {
    const members = this.groups.get(group);
    return members && [...members.values()];
  }

  *all(): Iterable<[group: string, members: readonly Member[]]> {
    for (const [group, members] of this.groups) yield [group, [...members.values()]];
  }

  /** @returns the connections that were silent longer than `silentMs` */
  expired(nowMs: number, silentMs: number): Peer[] {
    const peers: Peer[] = [];
    for (const members of this.groups.values()) {
      for (const member of members.values()) if (nowMs - member.lastHeartbeatMs > silentMs) peers.push(member.peer);
    }
    return peers;
  }
}
