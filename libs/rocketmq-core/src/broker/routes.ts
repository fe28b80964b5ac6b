import * as protocol from '../protocol/index.js';
import { route } from '../remoting/index.js';
import { checkClientConfig } from './handlers/check-client-config.js';
import { consumerSendMsgBack } from './handlers/consumer-send-msg-back.js';
import { getConsumerListByGroup } from './handlers/get-consumer-list-by-group.js';
import { getEarliestMsgStoretime } from './handlers/get-earliest-msg-storetime.js';
import { getMaxOffset } from './handlers/get-max-offset.js';
import { getMinOffset } from './handlers/get-min-offset.js';
import { heartBeat } from './handlers/heart-beat.js';
import { lockBatchMq } from './handlers/lock-batch-mq.js';
import { pullMessage } from './handlers/pull-message.js';
import { queryConsumerOffset } from './handlers/query-consumer-offset.js';
import { searchOffsetByTimestamp } from './handlers/search-offset-by-timestamp.js';
import { sendMessage } from './handlers/send-message.js';
import { sendReplyMessage } from './handlers/send-reply-message.js';
import { unlockBatchMq } from './handlers/unlock-batch-mq.js';
import { unregisterClient } from './handlers/unregister-client.js';
import { updateConsumerOffset } from './handlers/update-consumer-offset.js';
import { queryMessage } from './handlers/query-message.js';
import { viewMessageById } from './handlers/view-message-by-id.js';
import { pullAdmission } from './pulling/pull-admission.js';
import type { RouteParts } from './route-parts.js';
import { administration } from './routing/administration.js';
import { delaying } from './routing/delaying.js';
import { groupProgress } from './routing/group-progress.js';
import { partly, type BrokerRoute } from './routing/broker-route.js';
import { observation } from './routing/observation.js';
import { accessNotYet, notYet, popNotYet, replicationNotYet } from './routing/unsupported.js';
import { transactional } from './routing/transactional.js';

export type { RouteParts } from './route-parts.js';
export type { BrokerRoute } from './routing/broker-route.js';

type Protocol = typeof protocol;
type CommandName = { [K in keyof Protocol]: Protocol[K] extends protocol.Command ? K : never }[keyof Protocol];

/** Requests that name servers, clients, controllers and broker containers serve, and codes that no release of Apache's broker serves. */
type ServedElsewhere =
  | 'PutKvConfig'
  | 'GetKvConfig'
  | 'DeleteKvConfig'
  | 'GetKvlistByNamespace'
  | 'RegisterBroker'
  | 'UnregisterBroker'
  | 'BrokerHeartbeat'
  | 'QueryDataVersion'
  | 'RegisterTopicInNamesrv'
  | 'GetBrokerMemberGroup'
  | 'GetRouteinfoByTopic'
  | 'GetBrokerClusterInfo'
  | 'GetAllTopicListFromNameserver'
  | 'GetTopicsByCluster'
  | 'GetSystemTopicListFromNs'
  | 'GetUnitTopicList'
  | 'GetHasUnitSubTopicList'
  | 'GetHasUnitSubUnunitTopicList'
  | 'DeleteTopicInNamesrv'
  | 'WipeWritePermOfBroker'
  | 'AddWritePermOfBroker'
  | 'UpdateNamesrvConfig'
  | 'GetNamesrvConfig'
  | 'NotifyConsumerIdsChanged'
  | 'CheckTransactionState'
  | 'ResetConsumerClientOffset'
  | 'GetConsumerStatusFromClient'
  | 'PushReplyMessageToClient'
  | 'NotifyUnsubscribeLite'
  | 'ControllerAlterSyncStateSet'
  | 'ControllerElectMaster'
  | 'ControllerRegisterBroker'
  | 'ControllerGetReplicaInfo'
  | 'ControllerGetMetadataInfo'
  | 'ControllerGetSyncStateData'
  | 'UpdateControllerConfig'
  | 'GetControllerConfig'
  | 'CleanBrokerData'
  | 'ControllerGetNextBrokerId'
  | 'ControllerApplyBrokerId'
  | 'AddBroker'
  | 'RemoveBroker'
  | 'GetClientConfig'
  | 'RegisterFilterServer'
  | 'RegisterMessageFilterClass'
  | 'SuspendConsumer'
  | 'ResumeConsumer'
  | 'ResetConsumerOffsetInConsumer'
  | 'ResetConsumerOffsetInBroker'
  | 'AdjustConsumerThreadPool'
  | 'WhoConsumeTheMessage'
  | 'GetTopicConfigList'
  | 'GetTopicNameList'
  | 'TriggerDeleteFiles'
  | 'QueryBrokerOffset'
  | 'AckLiteMessage';

export type BrokerCommandName = Exclude<CommandName, ServedElsewhere>;

function messaging(parts: RouteParts) {
  const { config: settings, identity, store, topics, groups, consumers, offsets, held, stats, clock } = parts;
  const monotonic = () => clock.monotonic();
  const { writer, transactions, targetOf, stamp, sendExt: ext, unsaved, retrySends, redeliveryTopics } = parts;
  const { maxMessageSize } = settings;
  const send = sendMessage({ writer, transactions, targetOf, retrySends, stamp, stats, identity, unsaved, ext, maxMessageSize });
  const sendBack = consumerSendMsgBack({ groups, redeliveryTopics, unsaved, store, writer, identity, stats, settings });
  const { filters, expressions } = parts;
  const admit = pullAdmission({ topics, groups, consumers, filters, expressions, monotonic, settings });
  const pull = pullMessage({ store, admit, offsets, held, stats, monotonic, settings });
  return {
    SendMessage: route(protocol.SendMessage, send, 'send'),
    SendMessageV2: route(protocol.SendMessageV2, send, 'send'),
    SendBatchMessage: partly(route(protocol.SendBatchMessage, send, 'send'), 'not to topics with queue.type=BatchCQ'),
    ConsumerSendMsgBack: route(protocol.ConsumerSendMsgBack, sendBack, 'send'),
    PullMessage: route(protocol.PullMessage, pull, 'pull'),
    LitePullMessage: route(protocol.LitePullMessage, pull, 'litePull'),
    QueryMessage: route(protocol.QueryMessage, queryMessage({ store, settings }), 'query'),
    ViewMessageById: route(protocol.ViewMessageById, viewMessageById({ store }), 'query'),
    GetMaxOffset: route(protocol.GetMaxOffset, getMaxOffset({ store }), 'admin'),
    GetMinOffset: route(protocol.GetMinOffset, getMinOffset({ store }), 'admin'),
    SearchOffsetByTimestamp: route(protocol.SearchOffsetByTimestamp, searchOffsetByTimestamp({ store }), 'admin'),
    GetEarliestMsgStoretime: route(protocol.GetEarliestMsgStoretime, getEarliestMsgStoretime({ store }), 'admin'),
  };
}

function replies(parts: RouteParts) {
  const { config: settings, writer, targetOf, producers, stats, unsaved, identity, sendExt: ext, clock, logger } = parts;
  const reply = sendReplyMessage({ writer, targetOf, producers, stats, unsaved, identity, ext, settings, clock, logger });
  return {
    SendReplyMessage: route(protocol.SendReplyMessage, reply, 'reply'),
    SendReplyMessageV2: route(protocol.SendReplyMessageV2, reply, 'reply'),
  };
}

function consuming(parts: RouteParts) {
  const { config: settings, store, topics, groups, offsets, producers, consumers, notifier, watch, locks, firstMessageInMemory } = parts;
  const { filters, expressions, unsaved } = parts;
  const monotonic = () => parts.clock.monotonic();
  return {
    HeartBeat: route(
      protocol.HeartBeat,
      heartBeat({ consumers, producers, filters, notifier, watch, groups, topics, unsaved, monotonic, settings }),
      'heartbeat',
    ),
    UnregisterClient: route(
      protocol.UnregisterClient,
      unregisterClient({ consumers, producers, notifier, groups, settings }),
      'clientManage',
    ),
    CheckClientConfig: route(protocol.CheckClientConfig, checkClientConfig({ expressions, settings }), 'clientManage'),
    GetConsumerListByGroup: route(protocol.GetConsumerListByGroup, getConsumerListByGroup({ consumers }), 'consumerManage'),
    QueryConsumerOffset: route(
      protocol.QueryConsumerOffset,
      queryConsumerOffset({ offsets, topics, store, firstMessageInMemory }),
      'consumerManage',
    ),
    UpdateConsumerOffset: route(protocol.UpdateConsumerOffset, updateConsumerOffset({ groups, topics, offsets }), 'consumerManage'),
    LockBatchMq: route(protocol.LockBatchMq, lockBatchMq({ locks, monotonic }), 'admin'),
    UnlockBatchMq: route(protocol.UnlockBatchMq, unlockBatchMq({ locks }), 'admin'),
  };
}

/** The single table of what this broker answers: one row for each command a broker may be sent. A command without a row does not compile. */
export function brokerRoutes(parts: RouteParts): Readonly<Record<BrokerCommandName, BrokerRoute>> {
  return {
    ...messaging(parts),
    ...transactional(parts),
    ...replies(parts),
    ...consuming(parts),
    ...administration(parts),
    ...observation(parts),
    ...groupProgress(parts),
    ...delaying(parts),
    ...notYet(),
    ...popNotYet(),
    ...replicationNotYet(),
    ...accessNotYet(),
  };
}

/** Held requests would fill a port that exists for short ones. As Java: BrokerController.registerProcessor. */
const notOnVipPort: ReadonlySet<string> = new Set<BrokerCommandName>([
  'PullMessage',
  'LitePullMessage',
  'PopMessage',
  'PeekMessage',
  'Notification',
  'PollingInfo',
]);

export function vipRoutes(routes: Readonly<Record<BrokerCommandName, BrokerRoute>>): BrokerRoute[] {
  return Object.entries(routes).flatMap(([name, row]) => (notOnVipPort.has(name) ? [] : [row]));
}
