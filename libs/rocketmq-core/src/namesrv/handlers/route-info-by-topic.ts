import { encodeTopicRouteData, type GetRouteinfoByTopic, need, ResponseCode, VersionGate } from '../../protocol/index.js';
import type { Handler } from '../../remoting/index.js';
import type { Clock } from '../../runtime/index.js';
import { withActingMasters } from '../acting-master.js';
import type { NamesrvConfig } from '../config.js';
import type { KvTable } from '../tables/kv-table.js';
import type { LiveBrokerTable } from '../tables/live-broker-table.js';
import type { RouteTable, TopicRoute } from '../tables/route-table.js';
import { ORDER_TOPIC_NAMESPACE } from './register-broker.js';

export interface RouteInfoByTopicParts {
  readonly routes: RouteTable;
  readonly live: LiveBrokerTable;
  readonly kv: KvTable;
  readonly config: Readonly<NamesrvConfig>;
  readonly clock: Clock;
}

function filterServersOf({ brokers }: TopicRoute, live: LiveBrokerTable): Map<string, readonly string[]> {
  const table = new Map<string, readonly string[]>();
  for (const { cluster, brokerAddrs } of brokers) {
    for (const address of brokerAddrs.values()) {
      const servers = live.get({ cluster, address })?.filterServers;
      if (servers && servers.length > 0) table.set(address, servers);
    }
  }
  return table;
}

export function routeInfoByTopic({ routes, live, kv, config, clock }: RouteInfoByTopicParts): Handler<typeof GetRouteinfoByTopic> {
  const readyAtMs = clock.monotonic() + (config.needWaitForService ? config.waitSecondsForService * 1000 : 0);
  return ({ header, frame }) => {
    if (clock.monotonic() < readyAtMs) return { code: ResponseCode.SYSTEM_ERROR, remark: 'name server not ready' };
    const topic = need(header, 'topic');
    const route = routes.route(topic);
    if (route === undefined)
      return { code: ResponseCode.TOPIC_NOT_EXIST, remark: `No topic route info in name server for the topic: ${topic.slice(0, 255)}` };
    const body = {
      brokerDatas: config.supportActingMaster ? withActingMasters(topic, route.brokers, route.queues) : route.brokers,
      queueDatas: route.queues,
      filterServerTable: filterServersOf(route, live),
      orderTopicConf: config.orderMessageEnable ? kv.get(ORDER_TOPIC_NAMESPACE, topic) : undefined,
      topicQueueMappingByBroker: route.mappings,
    };
    const quotedKeys = frame.version >= VersionGate.STANDARD_ROUTE || header.acceptStandardJsonOnly === true;
    return { code: ResponseCode.SUCCESS, body: encodeTopicRouteData(body, { quotedKeys }) };
  };
}
