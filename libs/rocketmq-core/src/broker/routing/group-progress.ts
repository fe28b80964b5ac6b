import * as protocol from '../../protocol/index.js';
import { route } from '../../remoting/index.js';
import { ClientRelay } from '../clients/client-relay.js';
import { cleanExpiredConsumequeue } from '../handlers/admin/clean-expired-consumequeue.js';
import { deleteExpiredCommitlog } from '../handlers/admin/delete-expired-commitlog.js';
import { cleanUnusedTopic } from '../handlers/admin/clean-unused-topic.js';
import { cloneGroupOffset } from '../handlers/admin/clone-group-offset.js';
import { consumeMessageDirectly } from '../handlers/admin/consume-message-directly.js';
import { getBrokerConsumeStats } from '../handlers/admin/get-broker-consume-stats.js';
import { getConsumerRunningInfo } from '../handlers/admin/get-consumer-running-info.js';
import { invokeBrokerToGetConsumerStatus } from '../handlers/admin/invoke-broker-to-get-consumer-status.js';
import { invokeBrokerToResetOffset } from '../handlers/admin/invoke-broker-to-reset-offset.js';
import { queryConsumeQueue } from '../handlers/admin/query-consume-queue.js';
import { queryCorrectionOffset } from '../handlers/admin/query-correction-offset.js';
import type { RouteParts } from '../route-parts.js';
import { partly } from './broker-route.js';

/** Where groups are, moving them, and asking their consumers. */
export function groupProgress(parts: RouteParts) {
  const { config: settings, store, topics, groups, offsets, consumers, held, stats, isSystem, logger } = parts;
  const { brokerName } = settings;
  const brokerAddr = () => parts.identity().address;
  const relay = new ClientRelay(consumers);
  const reset = invokeBrokerToResetOffset({ topics, groups, offsets, consumers, store, held, brokerName, settings, logger });
  const consumeStats = getBrokerConsumeStats({ topics, groups, consumers, offsets, store, stats, brokerName, brokerAddr });
  const directly = consumeMessageDirectly({ relay, store, topics, groups, brokerName });
  const status = invokeBrokerToGetConsumerStatus({ consumers, logger });
  return {
    InvokeBrokerToResetOffset: route(protocol.InvokeBrokerToResetOffset, reset, 'admin'),
    InvokeBrokerToGetConsumerStatus: route(protocol.InvokeBrokerToGetConsumerStatus, status, 'admin'),
    GetConsumerRunningInfo: route(protocol.GetConsumerRunningInfo, getConsumerRunningInfo({ relay }), 'admin'),
    ConsumeMessageDirectly: route(protocol.ConsumeMessageDirectly, directly, 'admin'),
    CloneGroupOffset: route(protocol.CloneGroupOffset, cloneGroupOffset({ topics, consumers, offsets }), 'admin'),
    QueryCorrectionOffset: route(protocol.QueryCorrectionOffset, queryCorrectionOffset({ offsets, store }), 'admin'),
    GetBrokerConsumeStats: route(protocol.GetBrokerConsumeStats, consumeStats, 'admin'),
    QueryConsumeQueue: partly(
      route(protocol.QueryConsumeQueue, queryConsumeQueue({ topics, consumers, store }), 'admin'),
      'entries have no extension and no filter data; at most 10000 of them',
    ),
    CleanUnusedTopic: route(protocol.CleanUnusedTopic, cleanUnusedTopic({ topics, store, isSystem, logger }), 'admin'),
    CleanExpiredConsumequeue: route(protocol.CleanExpiredConsumequeue, cleanExpiredConsumequeue({ store }), 'admin'),
    DeleteExpiredCommitlog: route(protocol.DeleteExpiredCommitlog, deleteExpiredCommitlog({ store }), 'admin'),
  };
}
