import type { DataVersion } from '../../protocol/index.js';

/** A broker process is told by its cluster and address: one address may serve several clusters from a container. */
export interface BrokerKey {
  readonly cluster: string;
  /** `host:port`. */
  readonly address: string;
}

/** What is known of one broker process that gave a sign of life. */
export interface LiveBroker extends BrokerKey {
  readonly brokerName: string;
  readonly brokerId: number;
  readonly haServerAddr: string;
  readonly dataVersion: DataVersion;
  readonly filterServers: readonly string[];
  /** Connection of the last registration. */
  readonly peerId: number;
  readonly heartbeatTimeoutMs: number;
}

interface Row {
  readonly broker: LiveBroker;
  seenAtMs: number;
}

// Length first: no cluster and address can be taken for another pair.
const keyOf = ({ cluster, address }: BrokerKey): string => `${cluster.length}:${cluster}${address}`;

/** Which brokers are alive. As Java: RouteInfoManager.brokerLiveTable. Times are monotonic. */
export class LiveBrokerTable {
  private readonly rows = new Map<string, Row>();

  get size(): number {
    return this.rows.size;
  }

  get(key: BrokerKey): LiveBroker | undefined {
    return this.rows.get(keyOf(key))?.broker;
  }

  put(broker: LiveBroker, nowMs: number): void {
    this.rows.set(keyOf(broker), { broker, seenAtMs: nowMs });
  }

  /** A sign of life. @returns false when the broker is not known */
  touch(key: BrokerKey, nowMs: number): boolean {
    const row = this.rows.get(keyOf(key));
    if (row === undefined) return false;
    row.seenAtMs = nowMs;
    return true;
  }

  remove(key: BrokerKey): boolean {
    return this.rows.delete(keyOf(key));
  }

  /** Brokers that were silent for longer than they promised. */
  silent(nowMs: number): LiveBroker[] {
    return this.select(({ broker, seenAtMs }) => seenAtMs + broker.heartbeatTimeoutMs < nowMs);
  }

  /** Brokers that registered last over one connection. */
  ofPeer(peerId: number): LiveBroker[] {
    return this.select(({ broker }) => broker.peerId === peerId);
  }

  private select(matches: (row: Row) => boolean): LiveBroker[] {
    const found: LiveBroker[] = [];
    for (const row of this.rows.values()) if (matches(row)) found.push(row.broker);
    return found;
  }
}
