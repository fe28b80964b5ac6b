import { type DataVersion, type QueueData, sameDataVersion, type TopicConfig, type TopicQueueMappingInfo } from '../protocol/index.js';
import type { Clock, Logger } from '../runtime/index.js';
import type { NamesrvConfig } from './config.js';
import type { BrokerKey, LiveBroker, LiveBrokerTable } from './tables/live-broker-table.js';
import type { RouteTable } from './tables/route-table.js';

const MASTER_ID = 0;
const PERM_WRITE = 2;
/** As Java: RouteInfoManager.DEFAULT_BROKER_CHANNEL_EXPIRED_TIME. */
const HEARTBEAT_TIMEOUT_MS = 120_000;

export interface Registration extends BrokerKey {
  readonly brokerName: string;
  readonly brokerId: number;
  readonly haServerAddr: string;
  readonly zoneName?: string;
  readonly heartbeatTimeoutMs?: number;
  /** Undefined when the broker is too old to know of acting masters. */
  readonly enableActingMaster?: boolean;
  readonly topics: ReadonlyMap<string, TopicConfig>;
  readonly dataVersion: DataVersion;
  readonly mappings: ReadonlyMap<string, TopicQueueMappingInfo>;
  readonly filterServers: readonly string[];
  readonly peerId: number;
}

export type RegistrationOutcome =
  | { readonly kind: 'registered'; readonly masterAddr?: string; readonly haServerAddr?: string }
  /** Another address holds this broker id with a newer state version. */
  | { readonly kind: 'outdated' }
  /** A single topic of a broker that has not registered as a whole: the rest of its topics would seem not to exist. */
  | { readonly kind: 'incomplete' };

/** The broker with the smallest id of its name is another one now. */
export interface SmallestIdChange {
  readonly brokerName: string;
  readonly addresses: ReadonlyMap<number, string>;
  readonly offlineAddress?: string;
  readonly haServerAddr?: string;
}

export interface BrokerRegistryOptions {
  readonly routes: RouteTable;
  readonly live: LiveBrokerTable;
  readonly config: Readonly<NamesrvConfig>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly smallestIdChanged: (change: SmallestIdChange) => void;
}

const smallestOf = (addresses: ReadonlyMap<number, string>): number => Math.min(...addresses.keys());

/** Brokers come, give signs of life, and go. Keeps routes and live brokers in step. As Java: RouteInfoManager. */
export class BrokerRegistry {
  constructor(private readonly options: BrokerRegistryOptions) {}

  register(registration: Registration): RegistrationOutcome {
    const { routes, live, clock, logger } = this.options;
    const refusal = this.refusalOf(registration);
    if (refusal !== undefined) return { kind: refusal };
    const { cluster, brokerName, brokerId, address, dataVersion, topics, zoneName } = registration;
    const known = live.get(registration);
    const smallestBefore = smallestOf(routes.addressesOf(brokerName));
    const enableActingMaster = registration.enableActingMaster === true;
    const first = routes.putBroker({ cluster, brokerName, brokerId, address, zoneName, enableActingMaster });
    this.putTopics(registration, first || known === undefined || !sameDataVersion(known.dataVersion, dataVersion));
    const { haServerAddr, filterServers, peerId, heartbeatTimeoutMs = HEARTBEAT_TIMEOUT_MS } = registration;
    const row = { cluster, address, brokerName, brokerId, haServerAddr, dataVersion, filterServers, peerId, heartbeatTimeoutMs };
    live.put(row, clock.monotonic());
    if (first) logger.log('info', 'broker registered', { cluster, brokerName, brokerId, address, topics: topics.size });
    const isSmaller = Number.isFinite(smallestBefore) && brokerId < smallestBefore;
    if (isSmaller) this.tell({ brokerName, addresses: routes.addressesOf(brokerName), haServerAddr });
    return { kind: 'registered', ...this.masterFor(registration) };
  }

  unregister({ cluster, address }: BrokerKey, brokerName: string): void {
    const { routes, live, logger } = this.options;
    live.remove({ cluster, address });
    const before = routes.addressesOf(brokerName);
    const wasSmallest = before.get(smallestOf(before)) === address;
    routes.removeBroker(brokerName, address);
    logger.log('info', 'broker unregistered', { cluster, brokerName, address });
    const addresses = routes.addressesOf(brokerName);
    if (wasSmallest && addresses.size > 0) this.tell({ brokerName, addresses, offlineAddress: address });
  }

  /** A sign of life. @returns false when the broker is not known */
  touch(key: BrokerKey): boolean {
    return this.options.live.touch(key, this.options.clock.monotonic());
  }

  /** @returns what the broker registered with last */
  dataVersionOf(key: BrokerKey): DataVersion | undefined {
    return this.options.live.get(key)?.dataVersion;
  }

  /** The connection is gone, and with it every broker that registered over it last. */
  peerClosed(peerId: number): void {
    this.dropAll(this.options.live.ofPeer(peerId), 'its connection was closed');
  }

  /** Drops the brokers that were silent for too long. @returns them */
  dropSilent(): LiveBroker[] {
    const silent = this.options.live.silent(this.options.clock.monotonic());
    this.dropAll(silent, 'it was silent for too long');
    return silent;
  }

  private dropAll(brokers: readonly LiveBroker[], reason: string): void {
    for (const broker of brokers) {
      this.options.logger.log('warn', 'broker lost', { brokerName: broker.brokerName, address: broker.address, reason });
      this.unregister(broker, broker.brokerName);
    }
  }

  private refusalOf({ cluster, brokerName, brokerId, address, dataVersion, topics }: Registration): 'outdated' | 'incomplete' | undefined {
    const { routes, live, logger } = this.options;
    const holder = routes.addressOf(brokerName, brokerId);
    if (holder === undefined && topics.size === 1) {
      logger.log('warn', 'registration refused: one topic of a broker that has not registered as a whole', {
        brokerName,
        brokerId,
        address,
      });
      return 'incomplete';
    }
    const other = holder === undefined || holder === address ? undefined : live.get({ cluster, address: holder });
    if (other === undefined || other.dataVersion.stateVersion <= dataVersion.stateVersion) return undefined;
    logger.log('warn', 'registration ignored: another address has this broker id and a newer state', {
      brokerName,
      brokerId,
      address,
      holder,
    });
    live.remove({ cluster, address });
    return 'outdated';
  }

  /** Only the master's topics count, or those of the slave that stands in for it. */
  private putTopics(registration: Registration, changed: boolean): void {
    const { routes } = this.options;
    const { brokerName, brokerId, topics, mappings, enableActingMaster } = registration;
    const isMaster = brokerId === MASTER_ID;
    const standsIn = !isMaster && enableActingMaster !== undefined && brokerId === smallestOf(routes.addressesOf(brokerName));
    if (!isMaster && !standsIn) return;
    this.dropMissingTopics(registration);
    const readOnly = standsIn && enableActingMaster;
    for (const topic of topics.values()) {
      if (changed || !routes.hasQueues(topic.topicName, brokerName))
        routes.putQueues(topic.topicName, queuesOf(brokerName, topic, readOnly));
    }
    if (!changed) return;
    for (const [topic, info] of mappings) routes.putMapping(topic, info);
  }

  private dropMissingTopics({ brokerName, topics, mappings }: Registration): void {
    const { routes, config } = this.options;
    if (!config.deleteTopicWithBrokerRegistration || mappings.size > 0) return;
    for (const topic of routes.topicsOfBroker(brokerName)) if (!topics.has(topic)) routes.removeQueues(topic, brokerName);
  }

  private masterFor({ cluster, brokerName, brokerId }: Registration): { masterAddr?: string; haServerAddr?: string } {
    const masterAddr = brokerId === MASTER_ID ? undefined : this.options.routes.addressOf(brokerName, MASTER_ID);
    const master = masterAddr === undefined ? undefined : this.options.live.get({ cluster, address: masterAddr });
    return master ? { masterAddr, haServerAddr: master.haServerAddr } : {};
  }

  private tell(change: SmallestIdChange): void {
    if (this.options.config.notifyMinBrokerIdChanged) this.options.smallestIdChanged(change);
  }
}

function queuesOf(brokerName: string, topic: TopicConfig, readOnly: boolean): QueueData {
  const { readQueueNums, writeQueueNums, perm, topicSysFlag } = topic;
  return { brokerName, readQueueNums, writeQueueNums, perm: readOnly ? perm & ~PERM_WRITE : perm, topicSysFlag };
}
