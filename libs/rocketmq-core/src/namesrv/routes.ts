import {
  AddWritePermOfBroker,
  BrokerHeartbeat,
  DeleteKvConfig,
  DeleteTopicInNamesrv,
  GetAllTopicListFromNameserver,
  GetBrokerClusterInfo,
  GetBrokerMemberGroup,
  GetHasUnitSubTopicList,
  GetHasUnitSubUnunitTopicList,
  GetKvConfig,
  GetKvlistByNamespace,
  GetNamesrvConfig,
  GetRouteinfoByTopic,
  GetSystemTopicListFromNs,
  GetTopicsByCluster,
  GetUnitTopicList,
  PutKvConfig,
  QueryDataVersion,
  RegisterBroker,
  RegisterTopicInNamesrv,
  UnregisterBroker,
  UpdateNamesrvConfig,
  WipeWritePermOfBroker,
} from '../protocol/index.js';
import { type Route, route } from '../remoting/index.js';
import type { Clock, Logger } from '../runtime/index.js';
import type { BrokerRegistry } from './broker-registry.js';
import type { NamesrvConfig } from './config.js';
import { addWritePerm } from './handlers/add-write-perm.js';
import { allTopicList } from './handlers/all-topic-list.js';
import { brokerClusterInfo } from './handlers/broker-cluster-info.js';
import { brokerHeartbeat } from './handlers/broker-heartbeat.js';
import { brokerMemberGroup } from './handlers/broker-member-group.js';
import { deleteKvConfig } from './handlers/delete-kv-config.js';
import { deleteTopic } from './handlers/delete-topic.js';
import { getKvConfig } from './handlers/get-kv-config.js';
import { getNamesrvConfig } from './handlers/get-namesrv-config.js';
import { kvlistByNamespace } from './handlers/kvlist-by-namespace.js';
import { type KvParts, putKvConfig } from './handlers/put-kv-config.js';
import { queryDataVersion } from './handlers/query-data-version.js';
import { registerBroker } from './handlers/register-broker.js';
import { registerTopic } from './handlers/register-topic.js';
import { routeInfoByTopic } from './handlers/route-info-by-topic.js';
import { systemTopicList } from './handlers/system-topic-list.js';
import { topicsByCluster } from './handlers/topics-by-cluster.js';
import { hasUnitSubTopicList, hasUnitSubUnunitTopicList, unitTopicList } from './handlers/unit-topic-list.js';
import { unregisterBroker } from './handlers/unregister-broker.js';
import { updateNamesrvConfig } from './handlers/update-namesrv-config.js';
import { wipeWritePerm } from './handlers/wipe-write-perm.js';
import type { LiveBrokerTable } from './tables/live-broker-table.js';
import type { RouteTable } from './tables/route-table.js';

export interface NamesrvParts extends KvParts {
  readonly routes: RouteTable;
  readonly live: LiveBrokerTable;
  readonly registry: BrokerRegistry;
  readonly config: NamesrvConfig;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Route requests have a lane of their own, as in Java: registrations and tools never keep clients from finding brokers. */
export const namesrvLanes = (config: NamesrvConfig) => ({
  route: config.clientRequestThreadPoolQueueCapacity,
  default: config.defaultThreadPoolQueueCapacity,
});

/** `partial` says what is left out. */
export interface NamesrvRoute extends Route {
  readonly partial?: string;
}

/** Every request a name server answers. */
export const namesrvRoutes = (parts: NamesrvParts): NamesrvRoute[] => [
  route(GetRouteinfoByTopic, routeInfoByTopic(parts), 'route'),
  route(RegisterBroker, registerBroker(parts), 'default'),
  route(UnregisterBroker, unregisterBroker(parts), 'default'),
  route(BrokerHeartbeat, brokerHeartbeat(parts), 'default'),
  route(QueryDataVersion, queryDataVersion(parts), 'default'),
  route(GetBrokerClusterInfo, brokerClusterInfo(parts), 'default'),
  route(GetBrokerMemberGroup, brokerMemberGroup(parts), 'default'),
  route(WipeWritePermOfBroker, wipeWritePerm(parts), 'default'),
  route(AddWritePermOfBroker, addWritePerm(parts), 'default'),
  route(GetAllTopicListFromNameserver, allTopicList(parts), 'default'),
  route(GetTopicsByCluster, topicsByCluster(parts), 'default'),
  route(GetSystemTopicListFromNs, systemTopicList(parts), 'default'),
  route(GetUnitTopicList, unitTopicList(parts), 'default'),
  route(GetHasUnitSubTopicList, hasUnitSubTopicList(parts), 'default'),
  route(GetHasUnitSubUnunitTopicList, hasUnitSubUnunitTopicList(parts), 'default'),
  route(RegisterTopicInNamesrv, registerTopic(parts), 'default'),
  route(DeleteTopicInNamesrv, deleteTopic(parts), 'default'),
  route(PutKvConfig, putKvConfig(parts), 'default'),
  route(GetKvConfig, getKvConfig(parts), 'default'),
  route(DeleteKvConfig, deleteKvConfig(parts), 'default'),
  route(GetKvlistByNamespace, kvlistByNamespace(parts), 'default'),
  route(GetNamesrvConfig, getNamesrvConfig(parts), 'default'),
  { ...route(UpdateNamesrvConfig, updateNamesrvConfig(parts), 'default'), partial: 'switches on a list, until the next start' },
];
