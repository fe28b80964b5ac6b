import { boolean, defineCommand, id, int, limit, offset, optional, required, string } from '../command.js';
import { RequestCode } from '../request-codes.js';
import { topicFields } from './inherited-fields.js';

export const PutKvConfig = defineCommand({
  code: RequestCode.PUT_KV_CONFIG,
  name: 'PUT_KV_CONFIG',
  access: 'admin',
  request: { namespace: required(string), key: required(string), value: required(string) },
  response: {},
});

export const GetKvConfig = defineCommand({
  code: RequestCode.GET_KV_CONFIG,
  name: 'GET_KV_CONFIG',
  access: 'admin',
  request: { namespace: required(string), key: required(string) },
  response: { value: optional(string) },
});

export const DeleteKvConfig = defineCommand({
  code: RequestCode.DELETE_KV_CONFIG,
  name: 'DELETE_KV_CONFIG',
  access: 'admin',
  request: { namespace: required(string), key: required(string) },
  response: {},
});

export const GetKvlistByNamespace = defineCommand({
  code: RequestCode.GET_KVLIST_BY_NAMESPACE,
  name: 'GET_KVLIST_BY_NAMESPACE',
  access: 'admin',
  request: { namespace: required(string) },
  response: {},
});

export const RegisterBroker = defineCommand({
  code: RequestCode.REGISTER_BROKER,
  name: 'REGISTER_BROKER',
  access: 'admin',
  request: {
    brokerName: required(string),
    brokerAddr: required(string),
    clusterName: required(string),
    haServerAddr: required(string),
    brokerId: required(id),
    heartbeatTimeoutMillis: optional(limit),
    enableActingMaster: optional(boolean),
    compressed: optional(boolean),
    bodyCrc32: optional(int),
  },
  response: { haServerAddr: optional(string), masterAddr: optional(string) },
});

export const UnregisterBroker = defineCommand({
  code: RequestCode.UNREGISTER_BROKER,
  name: 'UNREGISTER_BROKER',
  access: 'admin',
  request: { brokerName: required(string), brokerAddr: required(string), clusterName: required(string), brokerId: required(id) },
  response: {},
});

export const BrokerHeartbeat = defineCommand({
  code: RequestCode.BROKER_HEARTBEAT,
  name: 'BROKER_HEARTBEAT',
  access: 'admin',
  request: {
    clusterName: required(string),
    brokerAddr: required(string),
    brokerName: required(string),
    brokerId: optional(id),
    epoch: optional(int),
    maxOffset: optional(offset),
    confirmOffset: optional(offset),
    heartbeatTimeoutMills: optional(limit),
    electionPriority: optional(int),
  },
  response: {},
});

export const QueryDataVersion = defineCommand({
  code: RequestCode.QUERY_DATA_VERSION,
  name: 'QUERY_DATA_VERSION',
  access: 'admin',
  request: { brokerName: required(string), brokerAddr: required(string), clusterName: required(string), brokerId: required(id) },
  response: { changed: required(boolean) },
});

export const RegisterTopicInNamesrv = defineCommand({
  code: RequestCode.REGISTER_TOPIC_IN_NAMESRV,
  name: 'REGISTER_TOPIC_IN_NAMESRV',
  access: 'admin',
  request: { topic: required(string), ...topicFields },
  response: {},
});

export const GetBrokerMemberGroup = defineCommand({
  code: RequestCode.GET_BROKER_MEMBER_GROUP,
  name: 'GET_BROKER_MEMBER_GROUP',
  access: 'admin',
  request: { clusterName: required(string), brokerName: required(string) },
  response: {},
});

export const GetRouteinfoByTopic = defineCommand({
  code: RequestCode.GET_ROUTEINFO_BY_TOPIC,
  name: 'GET_ROUTEINFO_BY_TOPIC',
  access: 'any',
  request: { topic: required(string), acceptStandardJsonOnly: optional(boolean), ...topicFields },
  response: {},
});

export const GetBrokerClusterInfo = defineCommand({
  code: RequestCode.GET_BROKER_CLUSTER_INFO,
  name: 'GET_BROKER_CLUSTER_INFO',
  access: 'admin',
  request: {},
  response: {},
});

export const GetAllTopicListFromNameserver = defineCommand({
  code: RequestCode.GET_ALL_TOPIC_LIST_FROM_NAMESERVER,
  name: 'GET_ALL_TOPIC_LIST_FROM_NAMESERVER',
  access: 'admin',
  request: {},
  response: {},
});

export const GetTopicsByCluster = defineCommand({
  code: RequestCode.GET_TOPICS_BY_CLUSTER,
  name: 'GET_TOPICS_BY_CLUSTER',
  access: 'admin',
  request: { cluster: required(string) },
  response: {},
});

export const GetSystemTopicListFromNs = defineCommand({
  code: RequestCode.GET_SYSTEM_TOPIC_LIST_FROM_NS,
  name: 'GET_SYSTEM_TOPIC_LIST_FROM_NS',
  access: 'admin',
  request: {},
  response: {},
});

export const GetUnitTopicList = defineCommand({
  code: RequestCode.GET_UNIT_TOPIC_LIST,
  name: 'GET_UNIT_TOPIC_LIST',
  access: 'admin',
  request: {},
  response: {},
});

export const GetHasUnitSubTopicList = defineCommand({
  code: RequestCode.GET_HAS_UNIT_SUB_TOPIC_LIST,
  name: 'GET_HAS_UNIT_SUB_TOPIC_LIST',
  access: 'admin',
  request: {},
  response: {},
});

export const GetHasUnitSubUnunitTopicList = defineCommand({
  code: RequestCode.GET_HAS_UNIT_SUB_UNUNIT_TOPIC_LIST,
  name: 'GET_HAS_UNIT_SUB_UNUNIT_TOPIC_LIST',
  access: 'admin',
  request: {},
  response: {},
});

export const DeleteTopicInNamesrv = defineCommand({
  code: RequestCode.DELETE_TOPIC_IN_NAMESRV,
  name: 'DELETE_TOPIC_IN_NAMESRV',
  access: 'admin',
  request: { topic: required(string), clusterName: optional(string), ...topicFields },
  response: {},
});

export const WipeWritePermOfBroker = defineCommand({
  code: RequestCode.WIPE_WRITE_PERM_OF_BROKER,
  name: 'WIPE_WRITE_PERM_OF_BROKER',
  access: 'admin',
  request: { brokerName: required(string) },
  response: { wipeTopicCount: required(int) },
});

export const AddWritePermOfBroker = defineCommand({
  code: RequestCode.ADD_WRITE_PERM_OF_BROKER,
  name: 'ADD_WRITE_PERM_OF_BROKER',
  access: 'admin',
  request: { brokerName: required(string) },
  response: { addTopicCount: required(int) },
});

export const UpdateNamesrvConfig = defineCommand({
  code: RequestCode.UPDATE_NAMESRV_CONFIG,
  name: 'UPDATE_NAMESRV_CONFIG',
  access: 'admin',
  request: {},
  response: {},
});

export const GetNamesrvConfig = defineCommand({
  code: RequestCode.GET_NAMESRV_CONFIG,
  name: 'GET_NAMESRV_CONFIG',
  access: 'admin',
  request: {},
  response: {},
});

export const RegisterFilterServer = defineCommand({
  code: RequestCode.REGISTER_FILTER_SERVER,
  name: 'REGISTER_FILTER_SERVER',
  access: 'admin',
  request: {},
  response: {},
});

export const RegisterMessageFilterClass = defineCommand({
  code: RequestCode.REGISTER_MESSAGE_FILTER_CLASS,
  name: 'REGISTER_MESSAGE_FILTER_CLASS',
  access: 'admin',
  request: {},
  response: {},
});
