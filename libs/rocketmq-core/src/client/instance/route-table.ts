import type { MessageQueue, TopicRouteData } from '../../protocol/index.js';
import { compareQueues, compareText } from '../message-queues.js';

const PERM_READ = 4;
const PERM_WRITE = 2;
const MASTER_ID = 0;

export interface BrokerAddress {
  readonly brokerName: string;
  readonly brokerId: number;
  /** `host:port`. */
  readonly address: string;
}

interface Row {
  readonly route: TopicRouteData;
  readonly publishQueues: readonly MessageQueue[];
  readonly subscribeQueues: readonly MessageQueue[];
  /** The route is that of the topic from which a new one inherits: good for sending, says nothing about where messages are. */
  readonly assumed: boolean;
}

/** Where topics live, as the name servers said last. As Java: the tables of MQClientInstance. */
export class RouteTable {
  private readonly rows = new Map<string, Row>();
  // A name server that lost a broker for a moment must not make it unreachable: addresses live as long as any known route names them.
  private brokers = new Map<string, ReadonlyMap<number, string>>();

  get topics(): string[] {
    return [...this.rows.keys()];
  }

  has(topic: string): boolean {
    return this.rows.has(topic);
  }

  isAssumed(topic: string): boolean {
    return this.rows.get(topic)?.assumed === true;
  }

  /** @returns whether the queues changed */
  set(topic: string, route: TopicRouteData, assumed = false): boolean {
    const before = this.rows.get(topic);
    const row = { route, assumed, publishQueues: publishQueuesOf(topic, route), subscribeQueues: subscribeQueuesOf(topic, route) };
    // The newest route is the last of the Map: its addresses win.
    this.rows.delete(topic);
    this.rows.set(topic, row);
    this.gatherBrokers();
    return !sameQueues(before?.subscribeQueues, row.subscribeQueues) || !sameQueues(before?.publishQueues, row.publishQueues);
  }

  /** Queues that can be sent to, sorted by broker and id. */
  publishQueues(topic: string): readonly MessageQueue[] {
    return this.rows.get(topic)?.publishQueues ?? [];
  }

  /** Queues that can be read, sorted by broker and id. */
  subscribeQueues(topic: string): readonly MessageQueue[] {
    const row = this.rows.get(topic);
    return row === undefined || row.assumed ? [] : row.subscribeQueues;
  }

  masterAddress(brokerName: string): string | undefined {
    return this.brokers.get(brokerName)?.get(MASTER_ID);
  }

  /** Of the broker with this id, else of any with this name. As Java: findBrokerAddressInSubscribe. */
  readAddress(brokerName: string, brokerId: number): BrokerAddress | undefined {
    const addresses = this.brokers.get(brokerName);
    if (addresses === undefined) return undefined;
    const candidates = [brokerId, ...(brokerId === MASTER_ID ? [] : [brokerId + 1]), ...addresses.keys()];
    for (const id of candidates) {
      const address = addresses.get(id);
      if (address !== undefined) return { brokerName, brokerId: id, address };
    }
    return undefined;
  }

  /** One address of each broker that has the topic, the master's where there is one. */
  brokersOf(topic: string): readonly string[] {
    const names = this.rows.get(topic)?.route.brokerDatas.map((broker) => broker.brokerName) ?? [];
    return names.map((name) => this.readAddress(name, MASTER_ID)?.address).filter((address) => address !== undefined);
  }

  /** Names of the clusters that have the topic. */
  clustersOf(topic: string): readonly string[] {
    return [...new Set(this.rows.get(topic)?.route.brokerDatas.map((broker) => broker.cluster))];
  }

  get allBrokers(): readonly BrokerAddress[] {
    return [...this.brokers].flatMap(([brokerName, addresses]) =>
      [...addresses].map(([brokerId, address]) => ({ brokerName, brokerId, address })),
    );
  }

  private gatherBrokers(): void {
    const brokers = new Map<string, ReadonlyMap<number, string>>();
    for (const { route } of this.rows.values()) {
      for (const { brokerName, brokerAddrs } of route.brokerDatas) brokers.set(brokerName, brokerAddrs);
    }
    this.brokers = brokers;
  }
}

// As Java: MQClientInstance.topicRouteData2TopicPublishInfo.
function publishQueuesOf(topic: string, route: TopicRouteData): MessageQueue[] {
  if (route.orderTopicConf !== undefined && route.orderTopicConf !== '') return orderedQueues(topic, route.orderTopicConf);
  const masters = new Set(route.brokerDatas.filter((broker) => broker.brokerAddrs.has(MASTER_ID)).map((broker) => broker.brokerName));
  return route.queueDatas
    .filter((row) => (row.perm & PERM_WRITE) !== 0 && masters.has(row.brokerName))
    .sort((a, b) => compareText(a.brokerName, b.brokerName))
    .flatMap((row) => queuesOf(topic, row.brokerName, row.writeQueueNums));
}

/** `broker:count;broker:count`, in this order: it is the order that selectors of all producers share. */
function orderedQueues(topic: string, conf: string): MessageQueue[] {
  return conf.split(';').flatMap((item) => {
    const colonAt = item.lastIndexOf(':');
    const count = Number(item.slice(colonAt + 1));
    return colonAt > 0 && Number.isInteger(count) ? queuesOf(topic, item.slice(0, colonAt), count) : [];
  });
}

// As Java: MQClientInstance.topicRouteData2TopicSubscribeInfo.
function subscribeQueuesOf(topic: string, route: TopicRouteData): MessageQueue[] {
  return route.queueDatas
    .filter((row) => (row.perm & PERM_READ) !== 0)
    .flatMap((row) => queuesOf(topic, row.brokerName, row.readQueueNums))
    .sort(compareQueues);
}

// What a server sends is not trusted with our memory.
const QUEUES_MAX = 65_536;

function queuesOf(topic: string, brokerName: string, count: number): MessageQueue[] {
  return Array.from({ length: Math.min(Math.max(count, 0), QUEUES_MAX) }, (_, queueId) => ({ topic, brokerName, queueId }));
}

function sameQueues(a: readonly MessageQueue[] | undefined, b: readonly MessageQueue[]): boolean {
  return a !== undefined && a.length === b.length && a.every((queue, at) => compareQueues(queue, b[at] ?? queue) === 0);
}
