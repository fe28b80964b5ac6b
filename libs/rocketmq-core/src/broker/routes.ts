import * as protocol from '../protocol/index.js';
import { route, type Route } from '../remoting/index.js';
import type { Clock, Logger } from '../runtime/index.js';
import type { MessageStore } from '../store/index.js';
import type { ClientNotifier } from './clients/client-notifier.js';
import type { ConnectionWatch } from './clients/connection-watch.js';
import type { ConsumerTable } from './clients/consumer-table.js';
import type { ProducerTable } from './clients/producer-table.js';
import type { BrokerConfig } from './config/broker-config.js';
import type { BrokerIdentity } from './config/listen-address.js';
import type { LiveSettings } from './config/live-settings.js';
import type { GroupTable } from './groups/group-table.js';
import { deleteSubscriptiongroup } from './handlers/admin/delete-subscriptiongroup.js';
import { deleteTopicInBroker } from './handlers/admin/delete-topic-in-broker.js';
import { getAllConsumerOffset } from './handlers/admin/get-all-consumer-offset.js';
import { getAllProducerInfo } from './handlers/admin/get-all-producer-info.js';
import { getAllSubscriptiongroupConfig } from './handlers/admin/get-all-subscriptiongroup-config.js';
import { getAllTopicConfig } from './handlers/admin/get-all-topic-config.js';
import { getBrokerConfig } from './handlers/admin/get-broker-config.js';
import { getBrokerRuntimeInfo } from './handlers/admin/get-broker-runtime-info.js';
import { getConsumeStats } from './handlers/admin/get-consume-stats.js';
import { getConsumerConnectionList } from './handlers/admin/get-consumer-connection-list.js';
import { getProducerConnectionList } from './handlers/admin/get-producer-connection-list.js';
import { getSubscriptiongroupConfig } from './handlers/admin/get-subscriptiongroup-config.js';
import { getSystemTopicListFromBroker } from './handlers/admin/get-system-topic-list-from-broker.js';
import { getTopicConfig } from './handlers/admin/get-topic-config.js';
import { getTopicStatsInfo } from './handlers/admin/get-topic-stats-info.js';
import { queryConsumeTimeSpan } from './handlers/admin/query-consume-time-span.js';
import { querySubscriptionByConsumer } from './handlers/admin/query-subscription-by-consumer.js';
import { queryTopicConsumeByWho } from './handlers/admin/query-topic-consume-by-who.js';
import { queryTopicsByConsumer } from './handlers/admin/query-topics-by-consumer.js';
import { updateAndCreateSubscriptiongroupList } from './handlers/admin/update-and-create-subscriptiongroup-list.js';
import { updateAndCreateSubscriptiongroup } from './handlers/admin/update-and-create-subscriptiongroup.js';
import { updateAndCreateTopicList } from './handlers/admin/update-and-create-topic-list.js';
import { updateAndCreateTopic } from './handlers/admin/update-and-create-topic.js';
import { updateAndGetGroupForbidden } from './handlers/admin/update-and-get-group-forbidden.js';
import { updateBrokerConfig } from './handlers/admin/update-broker-config.js';
import { viewBrokerStatsData } from './handlers/admin/view-broker-stats-data.js';
import { checkClientConfig } from './handlers/check-client-config.js';
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
import { viewMessageById } from './handlers/view-message-by-id.js';
import type { HeldPulls } from './holding/held-pulls.js';
import type { QueueLockTable } from './locks/queue-lock-table.js';
import type { OffsetTable } from './offsets/offset-table.js';
import { pullAdmission } from './pulling/pull-admission.js';
import type { SendProperties } from './sending/property-text.js';
import type { SendHeader, SendTarget } from './sending/send-target.js';
import type { StatsTable } from './stats/stats-table.js';
import type { TopicTable } from './topics/topic-table.js';
import type { MessageWriter } from './writing/message-writer.js';
import type { QueueReader } from './writing/queue-reader.js';

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

/** What serves a command; `unsupported` says why nothing does. */
export interface BrokerRoute extends Route {
  readonly unsupported?: string;
}

/** What the handlers are made of. */
export interface RouteParts {
  readonly config: BrokerConfig;
  readonly live: LiveSettings;
  readonly identity: () => BrokerIdentity;
  readonly store: MessageStore;
  readonly writer: MessageWriter;
  readonly queueReader: QueueReader;
  readonly topics: TopicTable;
  readonly groups: GroupTable;
  readonly offsets: OffsetTable;
  readonly producers: ProducerTable;
  readonly consumers: ConsumerTable;
  readonly notifier: ClientNotifier;
  readonly watch: ConnectionWatch;
  readonly held: HeldPulls;
  readonly locks: QueueLockTable;
  readonly stats: StatsTable;
  readonly targetOf: (header: SendHeader) => SendTarget;
  readonly stamp: (propertyText: string) => SendProperties;
  readonly sendExt: ReadonlyMap<string, string>;
  readonly runtimeInfo: () => ReadonlyMap<string, string>;
  readonly isSystem: (topic: string) => boolean;
  readonly firstMessageInMemory: (topic: string, queueId: number) => boolean;
  /** Resolves when changed topics are saved and known to the name servers that answer, or when waiting longer is in vain. */
  readonly topicsPublished: () => Promise<void>;
  readonly groupsSaved: () => Promise<void>;
  readonly clock: Clock;
  readonly logger: Logger;
}

function unsupported<C extends protocol.Command>(command: C, what: string): BrokerRoute {
  const remark = `${command.name}: ${what} not supported by this broker`;
  const answer = () => ({ code: protocol.ResponseCode.REQUEST_CODE_NOT_SUPPORTED, remark });
  return { ...route(command, answer, 'admin'), unsupported: what };
}

function messaging(parts: RouteParts) {
  const { config: settings, identity, store, topics, groups, consumers, offsets, held, stats, topicsPublished, clock } = parts;
  const monotonic = () => clock.monotonic();
  const { writer, targetOf, stamp, sendExt: ext } = parts;
  const send = sendMessage({ writer, targetOf, stamp, stats, identity, topicsPublished, ext, maxMessageSize: settings.maxMessageSize });
  const admit = pullAdmission({ topics, groups, consumers, monotonic, settings });
  const pull = pullMessage({ store, admit, offsets, held, stats, monotonic, settings });
  return {
    SendMessage: route(protocol.SendMessage, send, 'send'),
    SendMessageV2: route(protocol.SendMessageV2, send, 'send'),
    SendBatchMessage: route(protocol.SendBatchMessage, send, 'send'),
    PullMessage: route(protocol.PullMessage, pull, 'pull'),
    LitePullMessage: route(protocol.LitePullMessage, pull, 'litePull'),
    ViewMessageById: route(protocol.ViewMessageById, viewMessageById({ store }), 'query'),
    GetMaxOffset: route(protocol.GetMaxOffset, getMaxOffset({ store }), 'admin'),
    GetMinOffset: route(protocol.GetMinOffset, getMinOffset({ store }), 'admin'),
    SearchOffsetByTimestamp: route(protocol.SearchOffsetByTimestamp, searchOffsetByTimestamp({ store }), 'admin'),
    GetEarliestMsgStoretime: route(protocol.GetEarliestMsgStoretime, getEarliestMsgStoretime({ store }), 'admin'),
  };
}

function replies(parts: RouteParts) {
  const { config: settings, writer, targetOf, producers, stats, identity, sendExt: ext, clock, logger } = parts;
  const reply = sendReplyMessage({ writer, targetOf, producers, stats, identity, ext, settings, clock, logger });
  return {
    SendReplyMessage: route(protocol.SendReplyMessage, reply, 'reply'),
    SendReplyMessageV2: route(protocol.SendReplyMessageV2, reply, 'reply'),
  };
}

function consuming(parts: RouteParts) {
  const { config: settings, store, topics, groups, offsets, producers, consumers, notifier, watch, locks, firstMessageInMemory } = parts;
  const monotonic = () => parts.clock.monotonic();
  return {
    HeartBeat: route(
      protocol.HeartBeat,
      heartBeat({ consumers, producers, notifier, watch, groups, topics, monotonic, settings }),
      'heartbeat',
    ),
    UnregisterClient: route(
      protocol.UnregisterClient,
      unregisterClient({ consumers, producers, notifier, groups, settings }),
      'clientManage',
    ),
    CheckClientConfig: route(protocol.CheckClientConfig, checkClientConfig(), 'clientManage'),
    GetConsumerListByGroup: route(protocol.GetConsumerListByGroup, getConsumerListByGroup({ consumers }), 'consumerManage'),
    QueryConsumerOffset: route(
      protocol.QueryConsumerOffset,
      queryConsumerOffset({ offsets, store, firstMessageInMemory }),
      'consumerManage',
    ),
    UpdateConsumerOffset: route(protocol.UpdateConsumerOffset, updateConsumerOffset({ groups, topics, offsets }), 'consumerManage'),
    LockBatchMq: route(protocol.LockBatchMq, lockBatchMq({ locks, monotonic }), 'admin'),
    UnlockBatchMq: route(protocol.UnlockBatchMq, unlockBatchMq({ locks }), 'admin'),
  };
}

function administration(parts: RouteParts) {
  const { config: settings, store, topics, groups, offsets, stats, isSystem, topicsPublished, groupsSaved } = parts;
  const { brokerName } = settings;
  const topicChange = { topics, isSystem, settings, topicsPublished };
  const removal = { topics, offsets, store, stats, isSystem, topicsPublished };
  return {
    UpdateAndCreateTopic: route(protocol.UpdateAndCreateTopic, updateAndCreateTopic(topicChange), 'admin'),
    UpdateAndCreateTopicList: route(protocol.UpdateAndCreateTopicList, updateAndCreateTopicList(topicChange), 'admin'),
    DeleteTopicInBroker: route(protocol.DeleteTopicInBroker, deleteTopicInBroker(removal), 'admin'),
    GetAllTopicConfig: route(protocol.GetAllTopicConfig, getAllTopicConfig({ topics, settings }), 'admin'),
    GetTopicConfig: route(protocol.GetTopicConfig, getTopicConfig({ topics }), 'admin'),
    GetTopicStatsInfo: route(protocol.GetTopicStatsInfo, getTopicStatsInfo({ topics, store, stats, brokerName }), 'admin'),
    GetSystemTopicListFromBroker: route(protocol.GetSystemTopicListFromBroker, getSystemTopicListFromBroker({ topics, isSystem }), 'admin'),
    UpdateAndCreateSubscriptiongroup: route(
      protocol.UpdateAndCreateSubscriptiongroup,
      updateAndCreateSubscriptiongroup({ groups, groupsSaved }),
      'admin',
    ),
    UpdateAndCreateSubscriptiongroupList: route(
      protocol.UpdateAndCreateSubscriptiongroupList,
      updateAndCreateSubscriptiongroupList({ groups, groupsSaved }),
      'admin',
    ),
    DeleteSubscriptiongroup: route(
      protocol.DeleteSubscriptiongroup,
      deleteSubscriptiongroup({ groups, offsets, stats, groupsSaved }),
      'admin',
    ),
    GetAllSubscriptiongroupConfig: route(
      protocol.GetAllSubscriptiongroupConfig,
      getAllSubscriptiongroupConfig({ groups, settings }),
      'admin',
    ),
    GetSubscriptiongroupConfig: route(protocol.GetSubscriptiongroupConfig, getSubscriptiongroupConfig({ groups }), 'admin'),
    UpdateAndGetGroupForbidden: route(protocol.UpdateAndGetGroupForbidden, updateAndGetGroupForbidden({ groups, groupsSaved }), 'admin'),
  };
}

function observation(parts: RouteParts) {
  const { config: settings, live, identity, store, topics, offsets, producers, consumers, stats, runtimeInfo, clock, logger } = parts;
  const { brokerName } = settings;
  const brokerAddr = () => identity().address;
  return {
    GetBrokerRuntimeInfo: route(protocol.GetBrokerRuntimeInfo, getBrokerRuntimeInfo({ runtimeInfo }), 'admin'),
    GetBrokerConfig: route(protocol.GetBrokerConfig, getBrokerConfig({ live }), 'admin'),
    UpdateBrokerConfig: route(protocol.UpdateBrokerConfig, updateBrokerConfig({ live, settings, logger }), 'admin'),
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

const TRANSACTIONS = 'transactions are';
const REDELIVERY = 'redelivery by the broker is';
const QUERIES = 'the message index is';
const POP = 'pop consumption is';
const LITE = 'lite topics are';
const TIMERS = 'delayed delivery is';
const REPLICATION = 'replication is';
const ACCESS = 'access control is';
const COLD_DATA = 'control of cold data is';
const CLEANING = 'cleaning on demand is';
const ROCKSDB = 'RocksDB is';

/** Requests that later releases will serve, and some that none will. */
function notYet() {
  const { CheckRocksdbCqWriteProgress, ExportRocksdbConfigToJson, SetCommitlogReadMode } = protocol;
  return {
    ConsumerSendMsgBack: unsupported(protocol.ConsumerSendMsgBack, REDELIVERY),
    QueryMessage: unsupported(protocol.QueryMessage, QUERIES),
    QueryConsumeQueue: unsupported(protocol.QueryConsumeQueue, 'reading of consume queues is'),
    RecallMessage: unsupported(protocol.RecallMessage, TIMERS),
    EndTransaction: unsupported(protocol.EndTransaction, TRANSACTIONS),
    ResumeCheckHalfMessage: unsupported(protocol.ResumeCheckHalfMessage, TRANSACTIONS),
    InvokeBrokerToResetOffset: unsupported(protocol.InvokeBrokerToResetOffset, 'resetting of offsets is'),
    InvokeBrokerToGetConsumerStatus: unsupported(protocol.InvokeBrokerToGetConsumerStatus, 'relaying to consumers is'),
    GetConsumerRunningInfo: unsupported(protocol.GetConsumerRunningInfo, 'relaying to consumers is'),
    ConsumeMessageDirectly: unsupported(protocol.ConsumeMessageDirectly, 'relaying to consumers is'),
    QueryCorrectionOffset: unsupported(protocol.QueryCorrectionOffset, 'comparing of offsets is'),
    CloneGroupOffset: unsupported(protocol.CloneGroupOffset, 'copying of offsets is'),
    GetBrokerConsumeStats: unsupported(protocol.GetBrokerConsumeStats, 'progress of all groups is'),
    UpdateAndCreateStaticTopic: unsupported(protocol.UpdateAndCreateStaticTopic, 'static topics are'),
    DeleteTopicInBrokerList: unsupported(protocol.DeleteTopicInBrokerList, 'deleting by list is'),
    DeleteSubscriptionGroupList: unsupported(protocol.DeleteSubscriptionGroupList, 'deleting by list is'),
    CleanExpiredConsumequeue: unsupported(protocol.CleanExpiredConsumequeue, CLEANING),
    CleanUnusedTopic: unsupported(protocol.CleanUnusedTopic, CLEANING),
    DeleteExpiredCommitlog: unsupported(protocol.DeleteExpiredCommitlog, CLEANING),
    CheckRocksdbCqWriteProgress: unsupported(CheckRocksdbCqWriteProgress, ROCKSDB),
    ExportRocksdbConfigToJson: unsupported(ExportRocksdbConfigToJson, ROCKSDB),
    UpdateColdDataFlowCtrConfig: unsupported(protocol.UpdateColdDataFlowCtrConfig, COLD_DATA),
    RemoveColdDataFlowCtrConfig: unsupported(protocol.RemoveColdDataFlowCtrConfig, COLD_DATA),
    GetColdDataFlowCtrInfo: unsupported(protocol.GetColdDataFlowCtrInfo, COLD_DATA),
    SetCommitlogReadMode: unsupported(SetCommitlogReadMode, COLD_DATA),
    SwitchTimerEngine: unsupported(protocol.SwitchTimerEngine, TIMERS),
  };
}

function popNotYet() {
  return {
    PopMessage: unsupported(protocol.PopMessage, POP),
    AckMessage: unsupported(protocol.AckMessage, POP),
    BatchAckMessage: unsupported(protocol.BatchAckMessage, POP),
    PeekMessage: unsupported(protocol.PeekMessage, POP),
    ChangeMessageInvisibletime: unsupported(protocol.ChangeMessageInvisibletime, POP),
    Notification: unsupported(protocol.Notification, POP),
    PollingInfo: unsupported(protocol.PollingInfo, POP),
    PopRollback: unsupported(protocol.PopRollback, POP),
    QueryAssignment: unsupported(protocol.QueryAssignment, 'assignment of queues by the broker is'),
    SetMessageRequestMode: unsupported(protocol.SetMessageRequestMode, 'assignment of queues by the broker is'),
    PopLiteMessage: unsupported(protocol.PopLiteMessage, LITE),
    LiteSubscriptionCtl: unsupported(protocol.LiteSubscriptionCtl, LITE),
    GetBrokerLiteInfo: unsupported(protocol.GetBrokerLiteInfo, LITE),
    GetParentTopicInfo: unsupported(protocol.GetParentTopicInfo, LITE),
    GetLiteTopicInfo: unsupported(protocol.GetLiteTopicInfo, LITE),
    GetLiteClientInfo: unsupported(protocol.GetLiteClientInfo, LITE),
    GetLiteGroupInfo: unsupported(protocol.GetLiteGroupInfo, LITE),
    TriggerLiteDispatch: unsupported(protocol.TriggerLiteDispatch, LITE),
  };
}

function replicationNotYet() {
  return {
    GetAllDelayOffset: unsupported(protocol.GetAllDelayOffset, TIMERS),
    GetTimerCheckPoint: unsupported(protocol.GetTimerCheckPoint, TIMERS),
    GetTimerMetrics: unsupported(protocol.GetTimerMetrics, TIMERS),
    GetAllMessageRequestMode: unsupported(protocol.GetAllMessageRequestMode, REPLICATION),
    NotifyMinBrokerIdChange: unsupported(protocol.NotifyMinBrokerIdChange, REPLICATION),
    ExchangeBrokerHaInfo: unsupported(protocol.ExchangeBrokerHaInfo, REPLICATION),
    GetBrokerHaStatus: unsupported(protocol.GetBrokerHaStatus, REPLICATION),
    ResetMasterFlushOffset: unsupported(protocol.ResetMasterFlushOffset, REPLICATION),
    GetBrokerEpochCache: unsupported(protocol.GetBrokerEpochCache, REPLICATION),
    NotifyBrokerRoleChanged: unsupported(protocol.NotifyBrokerRoleChanged, REPLICATION),
    AuthCreateUser: unsupported(protocol.AuthCreateUser, ACCESS),
    AuthUpdateUser: unsupported(protocol.AuthUpdateUser, ACCESS),
    AuthDeleteUser: unsupported(protocol.AuthDeleteUser, ACCESS),
    AuthGetUser: unsupported(protocol.AuthGetUser, ACCESS),
    AuthListUser: unsupported(protocol.AuthListUser, ACCESS),
    AuthCreateAcl: unsupported(protocol.AuthCreateAcl, ACCESS),
    AuthUpdateAcl: unsupported(protocol.AuthUpdateAcl, ACCESS),
    AuthDeleteAcl: unsupported(protocol.AuthDeleteAcl, ACCESS),
    AuthGetAcl: unsupported(protocol.AuthGetAcl, ACCESS),
    AuthListAcl: unsupported(protocol.AuthListAcl, ACCESS),
  };
}

/** The single table of what this broker answers: one row for each command a broker may be sent. A command without a row does not compile. */
export function brokerRoutes(parts: RouteParts): Readonly<Record<BrokerCommandName, BrokerRoute>> {
  return {
    ...messaging(parts),
    ...replies(parts),
    ...consuming(parts),
    ...administration(parts),
    ...observation(parts),
    ...notYet(),
    ...popNotYet(),
    ...replicationNotYet(),
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
