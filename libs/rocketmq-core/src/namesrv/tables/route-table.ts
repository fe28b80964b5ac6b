import type { BrokerData, ClusterInfo, QueueData, TopicQueueMappingInfo } from '../../protocol/index.js';

const MASTER_ID = 0;
const PERM_WRITE = 2;
const PERM_READ_WRITE = 6;

/** One broker: the addresses of its master and slaves by broker id. */
interface BrokerRow {
  readonly brokerName: string;
  readonly cluster: string;
  readonly addresses: Map<number, string>;
  zoneName: string | undefined;
  enableActingMaster: boolean;
}

export interface TopicRoute {
  readonly queues: readonly QueueData[];
  readonly brokers: readonly BrokerData[];
  readonly mappings: ReadonlyMap<string, TopicQueueMappingInfo> | undefined;
}

/** Where a broker process stands: its name, its id and what its master and slaves share. */
export interface BrokerPlace {
  readonly cluster: string;
  readonly brokerName: string;
  readonly brokerId: number;
  readonly address: string;
  readonly zoneName?: string;
  readonly enableActingMaster: boolean;
}

/** Which topics live on which brokers, and where these are. As Java: the tables of RouteInfoManager. */
export class RouteTable {
  private readonly topics = new Map<string, Map<string, QueueData>>();
  private readonly brokers = new Map<string, BrokerRow>();
  private readonly clusters = new Map<string, Set<string>>();
  private readonly mappings = new Map<string, Map<string, TopicQueueMappingInfo>>();

  get topicNames(): string[] {
    return [...this.topics.keys()];
  }
  get brokerNames(): string[] {
    return [...this.brokers.keys()];
  }
  get clusterNames(): string[] {
    return [...this.clusters.keys()];
  }

  addressOf(brokerName: string, brokerId: number): string | undefined {
    return this.brokers.get(brokerName)?.addresses.get(brokerId);
  }

  /** Addresses by broker id; empty when the broker is not known. */
  addressesOf(brokerName: string): ReadonlyMap<number, string> {
    return new Map(this.brokers.get(brokerName)?.addresses);
  }

  brokersOfCluster(cluster: string): ReadonlySet<string> {
    return this.clusters.get(cluster) ?? new Set();
  }

  /** @returns whether this broker id had no address before */
  putBroker({ cluster, brokerName, brokerId, address, zoneName, enableActingMaster }: BrokerPlace): boolean {
    let row = this.brokers.get(brokerName);
    if (row === undefined) {
      row = { brokerName, cluster, addresses: new Map(), zoneName, enableActingMaster };
      this.brokers.set(brokerName, row);
    }
    row.zoneName = zoneName;
    row.enableActingMaster = enableActingMaster;
    this.joinCluster(cluster, brokerName);
    // A slave that became the master has the same address under its old id.
    for (const [id, other] of row.addresses) if (other === address && id !== brokerId) row.addresses.delete(id);
    const first = !row.addresses.has(brokerId);
    row.addresses.set(brokerId, address);
    return first;
  }

  /** Takes one address away; a broker without addresses goes with all its queues. */
  removeBroker(brokerName: string, address: string): void {
    const row = this.brokers.get(brokerName);
    if (row === undefined) return;
    for (const [id, other] of row.addresses) if (other === address) row.addresses.delete(id);
    if (row.addresses.size === 0) this.dropBroker(brokerName);
    // As Java: without a master an acting one serves reads only.
    else if (row.enableActingMaster && !row.addresses.has(MASTER_ID)) this.changePerm(brokerName, (perm) => perm & ~PERM_WRITE);
  }

  hasQueues(topic: string, brokerName: string): boolean {
    return this.topics.get(topic)?.has(brokerName) === true;
  }

  topicsOfBroker(brokerName: string): string[] {
    const names: string[] = [];
    for (const [topic, queues] of this.topics) if (queues.has(brokerName)) names.push(topic);
    return names;
  }

  putQueues(topic: string, queues: QueueData): void {
    let byBroker = this.topics.get(topic);
    if (byBroker === undefined) {
      byBroker = new Map();
      this.topics.set(topic, byBroker);
    }
    byBroker.set(queues.brokerName, queues);
  }

  /** Forgets the topic on one broker. */
  removeQueues(topic: string, brokerName: string): void {
    const byBroker = this.topics.get(topic);
    if (byBroker?.delete(brokerName) === true && byBroker.size === 0) this.topics.delete(topic);
  }

  removeTopic(topic: string): void {
    this.topics.delete(topic);
  }

  putMapping(topic: string, info: TopicQueueMappingInfo): void {
    const byBroker = this.mappings.get(topic) ?? new Map<string, TopicQueueMappingInfo>();
    this.mappings.set(topic, byBroker);
    byBroker.set(info.bname ?? '', info);
  }

  /** Until the broker registers with another DataVersion. @returns the number of topics */
  wipeWritePerm(brokerName: string): number {
    return this.changePerm(brokerName, (perm) => perm & ~PERM_WRITE);
  }

  addWritePerm(brokerName: string): number {
    return this.changePerm(brokerName, () => PERM_READ_WRITE);
  }

  /** @returns undefined when no broker that is known has the topic */
  route(topic: string): TopicRoute | undefined {
    const byBroker = this.topics.get(topic);
    if (byBroker === undefined) return undefined;
    const brokers: BrokerData[] = [];
    for (const brokerName of byBroker.keys()) {
      const row = this.brokers.get(brokerName);
      if (row) brokers.push(dataOf(row));
    }
    return brokers.length === 0 ? undefined : { queues: [...byBroker.values()], brokers, mappings: this.mappings.get(topic) };
  }

  clusterInfo(): ClusterInfo {
    return {
      brokerAddrTable: new Map([...this.brokers].map(([name, row]) => [name, dataOf(row)])),
      clusterAddrTable: new Map([...this.clusters].map(([name, brokers]) => [name, [...brokers]])),
    };
  }

  /** Topics of which the first broker's queues satisfy `matches`, as Java does it. */
  topicsWhere(matches: (queues: QueueData) => boolean): string[] {
    const names: string[] = [];
    for (const [topic, byBroker] of this.topics) {
      const [first] = byBroker.values();
      if (first && matches(first)) names.push(topic);
    }
    return names;
  }

  private joinCluster(cluster: string, brokerName: string): void {
    const names = this.clusters.get(cluster) ?? new Set<string>();
    this.clusters.set(cluster, names);
    names.add(brokerName);
  }

  private dropBroker(brokerName: string): void {
    this.brokers.delete(brokerName);
    for (const [cluster, names] of this.clusters) if (names.delete(brokerName) && names.size === 0) this.clusters.delete(cluster);
    for (const topic of this.topicsOfBroker(brokerName)) this.removeQueues(topic, brokerName);
    for (const [topic, byBroker] of this.mappings) if (byBroker.delete(brokerName) && byBroker.size === 0) this.mappings.delete(topic);
  }

  private changePerm(brokerName: string, change: (perm: number) => number): number {
    let count = 0;
    for (const byBroker of this.topics.values()) {
      const queues = byBroker.get(brokerName);
      if (queues === undefined) continue;
      byBroker.set(brokerName, { ...queues, perm: change(queues.perm) });
      count += 1;
    }
    return count;
  }
}

function dataOf({ brokerName, cluster, addresses, zoneName, enableActingMaster }: BrokerRow): BrokerData {
  // Copies, by id: whoever holds the answer does not see later changes, and the smallest id comes first as in Java's map.
  const brokerAddrs = new Map([...addresses].sort(([a], [b]) => a - b));
  return { brokerName, cluster, brokerAddrs, enableActingMaster, ...(zoneName === undefined ? {} : { zoneName }) };
}
