import * as protocol from '../../protocol/index.js';
import { route } from '../../remoting/index.js';
import { getAllConsumerOffset } from '../handlers/admin/get-all-consumer-offset.js';
import { getAllProducerInfo } from '../handlers/admin/get-all-producer-info.js';
import { getBrokerConfig } from '../handlers/admin/get-broker-config.js';
import { getBrokerRuntimeInfo } from '../handlers/admin/get-broker-runtime-info.js';
import { getConsumeStats } from '../handlers/admin/get-consume-stats.js';
import { getConsumerConnectionList } from '../handlers/admin/get-consumer-connection-list.js';
import { getProducerConnectionList } from '../handlers/admin/get-producer-connection-list.js';
import { queryConsumeTimeSpan } from '../handlers/admin/query-consume-time-span.js';
import { querySubscriptionByConsumer } from '../handlers/admin/query-subscription-by-consumer.js';
import { queryTopicConsumeByWho } from '../handlers/admin/query-topic-consume-by-who.js';
import { queryTopicsByConsumer } from '../handlers/admin/query-topics-by-consumer.js';
import { updateBrokerConfig } from '../handlers/admin/update-broker-config.js';
import { viewBrokerStatsData } from '../handlers/admin/view-broker-stats-data.js';
import type { RouteParts } from '../route-parts.js';
import { partly } from './broker-route.js';

export function observation(parts: RouteParts) {
  const { config: settings, live, identity, store, topics, offsets, producers, consumers, stats, runtimeInfo, clock, logger } = parts;
  const { brokerName } = settings;
  const brokerAddr = () => identity().address;
  return {
    GetBrokerRuntimeInfo: route(protocol.GetBrokerRuntimeInfo, getBrokerRuntimeInfo({ runtimeInfo }), 'admin'),
    GetBrokerConfig: route(protocol.GetBrokerConfig, getBrokerConfig({ live }), 'admin'),
    UpdateBrokerConfig: partly(
      route(protocol.UpdateBrokerConfig, updateBrokerConfig({ live, settings, logger }), 'admin'),
      'only with updateBrokerConfigEnable; settings on a list, until the next start',
    ),
    GetConsumerConnectionList: route(protocol.GetConsumerConnectionList, getConsumerConnectionList({ consumers }), 'admin'),
    GetProducerConnectionList: route(protocol.GetProducerConnectionList, getProducerConnectionList({ producers }), 'admin'),
    GetAllProducerInfo: route(protocol.GetAllProducerInfo, getAllProducerInfo({ producers, clock }), 'admin'),
    GetConsumeStats: route(protocol.GetConsumeStats, getConsumeStats({ topics, consumers, offsets, store, stats, brokerName }), 'admin'),
    QueryTopicConsumeByWho: route(protocol.QueryTopicConsumeByWho, queryTopicConsumeByWho({ consumers, offsets }), 'admin'),
    QueryTopicsByConsumer: route(protocol.QueryTopicsByConsumer, queryTopicsByConsumer({ offsets, brokerAddr }), 'admin'),
    QuerySubscriptionByConsumer: route(protocol.QuerySubscriptionByConsumer, querySubscriptionByConsumer({ consumers }), 'admin'),
    QueryConsumeTimeSpan: route(
      protocol.QueryConsumeTimeSpan,
      queryConsumeTimeSpan({ topics, offsets, store, brokerName, clock }),
      'admin',
    ),
    ViewBrokerStatsData: route(protocol.ViewBrokerStatsData, viewBrokerStatsData({ stats }), 'admin'),
    GetAllConsumerOffset: route(protocol.GetAllConsumerOffset, getAllConsumerOffset({ offsets }), 'admin'),
  };
}
