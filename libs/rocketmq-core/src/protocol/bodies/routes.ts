import { boolean, int, intMap, list, map, string } from './body-kinds.js';
import { always, defineBody, maybe, type BodyOf } from './define-body.js';
import { TopicQueueMappingInfo } from './topic-config.js';

export const QueueData = defineBody('QueueData', {
  brokerName: always(string, ''),
  perm: always(int, 0),
  readQueueNums: always(int, 0),
  topicSysFlag: always(int, 0),
  writeQueueNums: always(int, 0),
});
export type QueueData = BodyOf<typeof QueueData>;

export const BrokerData = defineBody('BrokerData', {
  /** Broker id -> `ip:port`; 0 is the master. */
  brokerAddrs: always(intMap(string), new Map()),
  brokerName: always(string, ''),
  cluster: always(string, ''),
  enableActingMaster: always(boolean, false),
  zoneName: maybe(string),
});
export type BrokerData = BodyOf<typeof BrokerData>;

/** Legacy form with bare broker ids; the standard form comes with the style `quotedKeys`. */
export const TopicRouteData = defineBody('TopicRouteData', {
  brokerDatas: always(list(BrokerData.kind), []),
  filterServerTable: always(map(list(string)), new Map()),
  orderTopicConf: maybe(string),
  queueDatas: always(list(QueueData.kind), []),
  topicQueueMappingByBroker: maybe(map(TopicQueueMappingInfo.kind)),
});
export type TopicRouteData = BodyOf<typeof TopicRouteData>;
export const { encode: encodeTopicRouteData, decode: decodeTopicRouteData } = TopicRouteData;

export const ClusterInfo = defineBody('ClusterInfo', {
  brokerAddrTable: always(map(BrokerData.kind), new Map()),
  clusterAddrTable: always(map(list(string)), new Map()),
});
export type ClusterInfo = BodyOf<typeof ClusterInfo>;
export const { encode: encodeClusterInfo, decode: decodeClusterInfo } = ClusterInfo;

export const BrokerMemberGroup = defineBody('BrokerMemberGroup', {
  brokerAddrs: always(intMap(string), new Map()),
  brokerName: always(string, ''),
  cluster: always(string, ''),
});
export type BrokerMemberGroup = BodyOf<typeof BrokerMemberGroup>;

export const GetBrokerMemberGroupResponseBody = defineBody('GetBrokerMemberGroupResponseBody', {
  brokerMemberGroup: maybe(BrokerMemberGroup.kind),
});
export type GetBrokerMemberGroupResponseBody = BodyOf<typeof GetBrokerMemberGroupResponseBody>;
export const { encode: encodeGetBrokerMemberGroupResponseBody, decode: decodeGetBrokerMemberGroupResponseBody } =
  GetBrokerMemberGroupResponseBody;

export const TopicList = defineBody('TopicList', {
  brokerAddr: maybe(string),
  topicList: always(list(string), []),
});
export type TopicList = BodyOf<typeof TopicList>;
export const { encode: encodeTopicList, decode: decodeTopicList } = TopicList;

export const GroupList = defineBody('GroupList', { groupList: always(list(string), []) });
export type GroupList = BodyOf<typeof GroupList>;
export const { encode: encodeGroupList, decode: decodeGroupList } = GroupList;

export const KVTable = defineBody('KVTable', { table: always(map(string), new Map()) });
export type KVTable = BodyOf<typeof KVTable>;
export const { encode: encodeKVTable, decode: decodeKVTable } = KVTable;
