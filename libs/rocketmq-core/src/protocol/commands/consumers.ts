import { boolean, defineCommand, int, offset, optional, required, string, time } from '../command.js';
import { RequestCode } from '../request-codes.js';
import { rpcFields, topicFields } from './inherited-fields.js';

export const HeartBeat = defineCommand({
  code: RequestCode.HEART_BEAT,
  name: 'HEART_BEAT',
  access: 'any',
  request: { ...rpcFields },
  response: { IS_SUPPORT_HEART_BEAT_V2: optional(boolean), IS_SUB_CHANGE: optional(boolean) },
});

export const UnregisterClient = defineCommand({
  code: RequestCode.UNREGISTER_CLIENT,
  name: 'UNREGISTER_CLIENT',
  access: 'any',
  request: { clientID: required(string), producerGroup: optional(string), consumerGroup: optional(string), ...rpcFields },
  response: {},
});

export const GetConsumerListByGroup = defineCommand({
  code: RequestCode.GET_CONSUMER_LIST_BY_GROUP,
  name: 'GET_CONSUMER_LIST_BY_GROUP',
  access: 'sub',
  request: { consumerGroup: required(string), ...rpcFields },
  response: {},
});

export const NotifyConsumerIdsChanged = defineCommand({
  code: RequestCode.NOTIFY_CONSUMER_IDS_CHANGED,
  name: 'NOTIFY_CONSUMER_IDS_CHANGED',
  access: 'any',
  request: { consumerGroup: required(string), ...rpcFields },
  response: {},
});

export const CheckClientConfig = defineCommand({
  code: RequestCode.CHECK_CLIENT_CONFIG,
  name: 'CHECK_CLIENT_CONFIG',
  access: 'sub',
  request: {},
  response: {},
});

export const GetClientConfig = defineCommand({
  code: RequestCode.GET_CLIENT_CONFIG,
  name: 'GET_CLIENT_CONFIG',
  access: 'admin',
  request: {},
  response: {},
});

export const QueryConsumerOffset = defineCommand({
  code: RequestCode.QUERY_CONSUMER_OFFSET,
  name: 'QUERY_CONSUMER_OFFSET',
  access: 'sub',
  request: {
    consumerGroup: required(string),
    topic: required(string),
    queueId: required(int),
    setZeroIfNotFound: optional(boolean),
    ...topicFields,
  },
  response: { offset: required(offset) },
});

export const UpdateConsumerOffset = defineCommand({
  code: RequestCode.UPDATE_CONSUMER_OFFSET,
  name: 'UPDATE_CONSUMER_OFFSET',
  access: 'sub',
  request: {
    consumerGroup: required(string),
    topic: required(string),
    queueId: required(int),
    commitOffset: required(offset),
    ...topicFields,
  },
  response: {},
});

export const LockBatchMq = defineCommand({
  code: RequestCode.LOCK_BATCH_MQ,
  name: 'LOCK_BATCH_MQ',
  access: 'sub',
  request: { ...rpcFields },
  response: {},
});

export const UnlockBatchMq = defineCommand({
  code: RequestCode.UNLOCK_BATCH_MQ,
  name: 'UNLOCK_BATCH_MQ',
  access: 'sub',
  request: { ...rpcFields },
  response: {},
});

export const GetConsumerConnectionList = defineCommand({
  code: RequestCode.GET_CONSUMER_CONNECTION_LIST,
  name: 'GET_CONSUMER_CONNECTION_LIST',
  access: 'admin',
  request: { consumerGroup: required(string), ...rpcFields },
  response: {},
});

export const GetProducerConnectionList = defineCommand({
  code: RequestCode.GET_PRODUCER_CONNECTION_LIST,
  name: 'GET_PRODUCER_CONNECTION_LIST',
  access: 'admin',
  request: { producerGroup: required(string), ...rpcFields },
  response: {},
});

export const GetConsumeStats = defineCommand({
  code: RequestCode.GET_CONSUME_STATS,
  name: 'GET_CONSUME_STATS',
  access: 'admin',
  request: { consumerGroup: required(string), topic: optional(string), topicList: optional(string), ...topicFields },
  response: {},
});

const resetFields = {
  group: required(string),
  topic: required(string),
  queueId: optional(int),
  offset: optional(offset),
  timestamp: required(time),
  isForce: required(boolean),
  ...topicFields,
};

export const ResetConsumerClientOffset = defineCommand({
  code: RequestCode.RESET_CONSUMER_CLIENT_OFFSET,
  name: 'RESET_CONSUMER_CLIENT_OFFSET',
  access: 'any',
  request: resetFields,
  response: {},
});

const statusFields = { topic: required(string), group: required(string), clientAddr: optional(string), ...topicFields };

export const GetConsumerStatusFromClient = defineCommand({
  code: RequestCode.GET_CONSUMER_STATUS_FROM_CLIENT,
  name: 'GET_CONSUMER_STATUS_FROM_CLIENT',
  access: 'any',
  request: statusFields,
  response: {},
});

export const InvokeBrokerToResetOffset = defineCommand({
  code: RequestCode.INVOKE_BROKER_TO_RESET_OFFSET,
  name: 'INVOKE_BROKER_TO_RESET_OFFSET',
  access: 'admin',
  request: resetFields,
  response: {},
});

export const InvokeBrokerToGetConsumerStatus = defineCommand({
  code: RequestCode.INVOKE_BROKER_TO_GET_CONSUMER_STATUS,
  name: 'INVOKE_BROKER_TO_GET_CONSUMER_STATUS',
  access: 'admin',
  request: statusFields,
  response: {},
});

export const QueryTopicConsumeByWho = defineCommand({
  code: RequestCode.QUERY_TOPIC_CONSUME_BY_WHO,
  name: 'QUERY_TOPIC_CONSUME_BY_WHO',
  access: 'admin',
  request: { topic: required(string), ...topicFields },
  response: {},
});

export const QueryConsumeTimeSpan = defineCommand({
  code: RequestCode.QUERY_CONSUME_TIME_SPAN,
  name: 'QUERY_CONSUME_TIME_SPAN',
  access: 'admin',
  request: { topic: required(string), group: required(string), ...topicFields },
  response: {},
});

export const GetConsumerRunningInfo = defineCommand({
  code: RequestCode.GET_CONSUMER_RUNNING_INFO,
  name: 'GET_CONSUMER_RUNNING_INFO',
  access: 'any',
  request: { consumerGroup: required(string), clientId: required(string), jstackEnable: optional(boolean), ...rpcFields },
  response: {},
});

export const QueryCorrectionOffset = defineCommand({
  code: RequestCode.QUERY_CORRECTION_OFFSET,
  name: 'QUERY_CORRECTION_OFFSET',
  access: 'admin',
  request: { filterGroups: optional(string), compareGroup: required(string), topic: required(string), ...topicFields },
  response: {},
});

export const ConsumeMessageDirectly = defineCommand({
  code: RequestCode.CONSUME_MESSAGE_DIRECTLY,
  name: 'CONSUME_MESSAGE_DIRECTLY',
  access: 'any',
  request: {
    consumerGroup: required(string),
    clientId: optional(string),
    msgId: optional(string),
    brokerName: optional(string),
    topic: optional(string),
    topicSysFlag: optional(int),
    groupSysFlag: optional(int),
    ...topicFields,
  },
  response: {},
});

export const CloneGroupOffset = defineCommand({
  code: RequestCode.CLONE_GROUP_OFFSET,
  name: 'CLONE_GROUP_OFFSET',
  access: 'admin',
  request: { srcGroup: required(string), destGroup: required(string), topic: optional(string), offline: optional(boolean), ...rpcFields },
  response: {},
});

export const GetBrokerConsumeStats = defineCommand({
  code: RequestCode.GET_BROKER_CONSUME_STATS,
  name: 'GET_BROKER_CONSUME_STATS',
  access: 'admin',
  request: { isOrder: required(boolean) },
  response: {},
});

export const QueryTopicsByConsumer = defineCommand({
  code: RequestCode.QUERY_TOPICS_BY_CONSUMER,
  name: 'QUERY_TOPICS_BY_CONSUMER',
  access: 'admin',
  request: { group: required(string), ...rpcFields },
  response: {},
});

export const QuerySubscriptionByConsumer = defineCommand({
  code: RequestCode.QUERY_SUBSCRIPTION_BY_CONSUMER,
  name: 'QUERY_SUBSCRIPTION_BY_CONSUMER',
  access: 'admin',
  request: { group: required(string), topic: optional(string), ...topicFields },
  response: {},
});

export const SuspendConsumer = defineCommand({
  code: RequestCode.SUSPEND_CONSUMER,
  name: 'SUSPEND_CONSUMER',
  access: 'admin',
  request: {},
  response: {},
});

export const ResumeConsumer = defineCommand({
  code: RequestCode.RESUME_CONSUMER,
  name: 'RESUME_CONSUMER',
  access: 'admin',
  request: {},
  response: {},
});

export const ResetConsumerOffsetInConsumer = defineCommand({
  code: RequestCode.RESET_CONSUMER_OFFSET_IN_CONSUMER,
  name: 'RESET_CONSUMER_OFFSET_IN_CONSUMER',
  access: 'admin',
  request: {},
  response: {},
});

export const ResetConsumerOffsetInBroker = defineCommand({
  code: RequestCode.RESET_CONSUMER_OFFSET_IN_BROKER,
  name: 'RESET_CONSUMER_OFFSET_IN_BROKER',
  access: 'admin',
  request: {},
  response: {},
});

export const AdjustConsumerThreadPool = defineCommand({
  code: RequestCode.ADJUST_CONSUMER_THREAD_POOL,
  name: 'ADJUST_CONSUMER_THREAD_POOL',
  access: 'admin',
  request: {},
  response: {},
});

export const WhoConsumeTheMessage = defineCommand({
  code: RequestCode.WHO_CONSUME_THE_MESSAGE,
  name: 'WHO_CONSUME_THE_MESSAGE',
  access: 'admin',
  request: {},
  response: {},
});
