import { boolean, defineCommand, int, offset, optional, required, string, time } from '../command.js';
import { RequestCode } from '../request-codes.js';
import { rpcFields, topicFields } from './inherited-fields.js';

const topicConfigFields = {
  topic: required(string),
  defaultTopic: required(string),
  readQueueNums: required(int),
  writeQueueNums: required(int),
  perm: required(int),
  topicFilterType: required(string),
  topicSysFlag: optional(int),
  order: required(boolean),
  attributes: optional(string),
  force: optional(boolean),
  ...topicFields,
};

export const UpdateAndCreateTopic = defineCommand({
  code: RequestCode.UPDATE_AND_CREATE_TOPIC,
  name: 'UPDATE_AND_CREATE_TOPIC',
  access: 'admin',
  request: topicConfigFields,
  response: {},
});

export const UpdateAndCreateTopicList = defineCommand({
  code: RequestCode.UPDATE_AND_CREATE_TOPIC_LIST,
  name: 'UPDATE_AND_CREATE_TOPIC_LIST',
  access: 'admin',
  request: { ...rpcFields },
  response: {},
});

export const UpdateAndCreateStaticTopic = defineCommand({
  code: RequestCode.UPDATE_AND_CREATE_STATIC_TOPIC,
  name: 'UPDATE_AND_CREATE_STATIC_TOPIC',
  access: 'admin',
  request: topicConfigFields,
  response: {},
});

export const DeleteTopicInBroker = defineCommand({
  code: RequestCode.DELETE_TOPIC_IN_BROKER,
  name: 'DELETE_TOPIC_IN_BROKER',
  access: 'admin',
  request: { topic: required(string), ...topicFields },
  response: {},
});

export const DeleteTopicInBrokerList = defineCommand({
  code: RequestCode.DELETE_TOPIC_IN_BROKER_LIST,
  name: 'DELETE_TOPIC_IN_BROKER_LIST',
  access: 'admin',
  request: {},
  response: {},
});

export const GetAllTopicConfig = defineCommand({
  code: RequestCode.GET_ALL_TOPIC_CONFIG,
  name: 'GET_ALL_TOPIC_CONFIG',
  access: 'admin',
  request: { topicSeq: optional(int), dataVersion: optional(string), maxTopicNum: optional(int) },
  response: { totalTopicNum: optional(int) },
});

export const GetTopicConfigList = defineCommand({
  code: RequestCode.GET_TOPIC_CONFIG_LIST,
  name: 'GET_TOPIC_CONFIG_LIST',
  access: 'admin',
  request: {},
  response: {},
});

export const GetTopicNameList = defineCommand({
  code: RequestCode.GET_TOPIC_NAME_LIST,
  name: 'GET_TOPIC_NAME_LIST',
  access: 'admin',
  request: {},
  response: {},
});

export const GetTopicConfig = defineCommand({
  code: RequestCode.GET_TOPIC_CONFIG,
  name: 'GET_TOPIC_CONFIG',
  access: 'admin',
  request: { topic: required(string), ...topicFields },
  response: {},
});

export const GetTopicStatsInfo = defineCommand({
  code: RequestCode.GET_TOPIC_STATS_INFO,
  name: 'GET_TOPIC_STATS_INFO',
  access: 'admin',
  request: { topic: required(string), ...topicFields },
  response: {},
});

export const SearchOffsetByTimestamp = defineCommand({
  code: RequestCode.SEARCH_OFFSET_BY_TIMESTAMP,
  name: 'SEARCH_OFFSET_BY_TIMESTAMP',
  access: 'sub',
  request: {
    topic: required(string),
    queueId: required(int),
    timestamp: required(time),
    boundaryType: optional(string),
    liteTopic: optional(string),
    ...topicFields,
  },
  response: { offset: required(offset) },
});

export const GetMaxOffset = defineCommand({
  code: RequestCode.GET_MAX_OFFSET,
  name: 'GET_MAX_OFFSET',
  access: 'sub',
  request: { topic: required(string), queueId: required(int), committed: optional(boolean), ...topicFields },
  response: { offset: required(offset) },
});

export const GetMinOffset = defineCommand({
  code: RequestCode.GET_MIN_OFFSET,
  name: 'GET_MIN_OFFSET',
  access: 'sub',
  request: { topic: required(string), queueId: required(int), ...topicFields },
  response: { offset: required(offset) },
});

export const GetEarliestMsgStoretime = defineCommand({
  code: RequestCode.GET_EARLIEST_MSG_STORETIME,
  name: 'GET_EARLIEST_MSG_STORETIME',
  access: 'sub',
  request: { topic: required(string), queueId: required(int), ...topicFields },
  response: { timestamp: required(time) },
});

export const QueryConsumeQueue = defineCommand({
  code: RequestCode.QUERY_CONSUME_QUEUE,
  name: 'QUERY_CONSUME_QUEUE',
  access: 'admin',
  request: {
    topic: optional(string),
    queueId: optional(int),
    index: optional(offset),
    count: optional(int),
    consumerGroup: optional(string),
    ...topicFields,
  },
  response: {},
});

export const UpdateAndCreateSubscriptiongroup = defineCommand({
  code: RequestCode.UPDATE_AND_CREATE_SUBSCRIPTIONGROUP,
  name: 'UPDATE_AND_CREATE_SUBSCRIPTIONGROUP',
  access: 'admin',
  request: {},
  response: {},
});

export const UpdateAndCreateSubscriptiongroupList = defineCommand({
  code: RequestCode.UPDATE_AND_CREATE_SUBSCRIPTIONGROUP_LIST,
  name: 'UPDATE_AND_CREATE_SUBSCRIPTIONGROUP_LIST',
  access: 'admin',
  request: {},
  response: {},
});

export const DeleteSubscriptiongroup = defineCommand({
  code: RequestCode.DELETE_SUBSCRIPTIONGROUP,
  name: 'DELETE_SUBSCRIPTIONGROUP',
  access: 'admin',
  request: { groupName: required(string), cleanOffset: optional(boolean), ...rpcFields },
  response: {},
});

export const DeleteSubscriptionGroupList = defineCommand({
  code: RequestCode.DELETE_SUBSCRIPTION_GROUP_LIST,
  name: 'DELETE_SUBSCRIPTION_GROUP_LIST',
  access: 'admin',
  request: {},
  response: {},
});

export const GetAllSubscriptiongroupConfig = defineCommand({
  code: RequestCode.GET_ALL_SUBSCRIPTIONGROUP_CONFIG,
  name: 'GET_ALL_SUBSCRIPTIONGROUP_CONFIG',
  access: 'admin',
  request: { groupSeq: optional(int), dataVersion: optional(string), maxGroupNum: optional(int) },
  response: { totalGroupNum: optional(int) },
});

export const GetSubscriptiongroupConfig = defineCommand({
  code: RequestCode.GET_SUBSCRIPTIONGROUP_CONFIG,
  name: 'GET_SUBSCRIPTIONGROUP_CONFIG',
  access: 'admin',
  request: { group: required(string), ...rpcFields },
  response: {},
});

export const UpdateAndGetGroupForbidden = defineCommand({
  code: RequestCode.UPDATE_AND_GET_GROUP_FORBIDDEN,
  name: 'UPDATE_AND_GET_GROUP_FORBIDDEN',
  access: 'admin',
  request: { group: required(string), topic: required(string), readable: optional(boolean), ...topicFields },
  response: {},
});
