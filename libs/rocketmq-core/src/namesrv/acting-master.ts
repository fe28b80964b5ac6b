import type { BrokerData, QueueData } from '../protocol/index.js';

const MASTER_ID = 0;
const PERM_WRITE = 2;

/** Brokers of these topics are always shown as they are. As Java: TopicValidator.SYNC_BROKER_MEMBER_GROUP_PREFIX. */
const MEMBER_GROUP_PREFIX = 'rmq_sys_SYNC_BROKER_MEMBER_';

/** Shows the slave with the smallest id as the master where there is none and writing is off. As Java: RouteInfoManager.pickupTopicRouteData. */
export function withActingMasters(topic: string, brokers: readonly BrokerData[], queues: readonly QueueData[]): readonly BrokerData[] {
  if (topic.startsWith(MEMBER_GROUP_PREFIX)) return brokers;
  return brokers.map((broker) => {
    if (!broker.enableActingMaster || broker.brokerAddrs.size === 0 || broker.brokerAddrs.has(MASTER_ID)) return broker;
    const own = queues.find(({ brokerName }) => brokerName === broker.brokerName);
    if (own === undefined || (own.perm & PERM_WRITE) !== 0) return broker;
    const smallestId = Math.min(...broker.brokerAddrs.keys());
    const addresses = [...broker.brokerAddrs].map(([id, address]) => [id === smallestId ? MASTER_ID : id, address] as const);
    return { ...broker, brokerAddrs: new Map(addresses) };
  });
}
