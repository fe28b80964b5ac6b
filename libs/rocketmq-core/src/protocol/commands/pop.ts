import { boolean, defineCommand, int, limit, offset, optional, required, string, time } from '../command.js';
import { RequestCode } from '../request-codes.js';
import { rpcFields, topicFields } from './inherited-fields.js';

const popAnswer = {
  popTime: required(time),
  invisibleTime: required(limit),
  reviveQid: required(int),
  restNum: required(limit),
  startOffsetInfo: optional(string),
  msgOffsetInfo: optional(string),
  orderCountInfo: optional(string),
};

export const PopMessage = defineCommand({
  code: RequestCode.POP_MESSAGE,
  name: 'POP_MESSAGE',
  access: 'sub',
  request: {
    consumerGroup: required(string),
    topic: required(string),
    queueId: required(int),
    maxMsgNums: required(int),
    invisibleTime: required(limit),
    pollTime: required(limit),
    bornTime: required(time),
    initMode: required(int),
    expType: optional(string),
    exp: optional(string),
    order: optional(boolean),
    attemptId: optional(string),
    ...topicFields,
  },
  response: popAnswer,
});

export const AckMessage = defineCommand({
  code: RequestCode.ACK_MESSAGE,
  name: 'ACK_MESSAGE',
  access: 'sub',
  request: {
    consumerGroup: required(string),
    topic: required(string),
    queueId: required(int),
    extraInfo: required(string),
    offset: required(offset),
    liteTopic: optional(string),
    ...topicFields,
  },
  response: {},
});

export const BatchAckMessage = defineCommand({
  code: RequestCode.BATCH_ACK_MESSAGE,
  name: 'BATCH_ACK_MESSAGE',
  access: 'sub',
  request: {},
  response: {},
});

export const PeekMessage = defineCommand({
  code: RequestCode.PEEK_MESSAGE,
  name: 'PEEK_MESSAGE',
  access: 'sub',
  request: { topic: required(string), queueId: required(int), maxMsgNums: required(int), consumerGroup: required(string), ...topicFields },
  response: popAnswer,
});

export const ChangeMessageInvisibletime = defineCommand({
  code: RequestCode.CHANGE_MESSAGE_INVISIBLETIME,
  name: 'CHANGE_MESSAGE_INVISIBLETIME',
  access: 'sub',
  request: {
    consumerGroup: required(string),
    topic: required(string),
    queueId: required(int),
    extraInfo: required(string),
    offset: required(offset),
    invisibleTime: required(limit),
    liteTopic: optional(string),
    suspend: optional(boolean),
    ...topicFields,
  },
  response: { popTime: required(time), invisibleTime: required(limit), reviveQid: required(int) },
});

export const Notification = defineCommand({
  code: RequestCode.NOTIFICATION,
  name: 'NOTIFICATION',
  access: 'sub',
  request: {
    consumerGroup: required(string),
    topic: required(string),
    queueId: required(int),
    pollTime: required(limit),
    bornTime: required(time),
    order: optional(boolean),
    attemptId: optional(string),
    expType: optional(string),
    exp: optional(string),
    isLiteConsumer: optional(boolean),
    clientId: optional(string),
    ...topicFields,
  },
  response: { hasMsg: required(boolean), pollingFull: optional(boolean) },
});

export const PollingInfo = defineCommand({
  code: RequestCode.POLLING_INFO,
  name: 'POLLING_INFO',
  access: 'sub',
  request: { consumerGroup: required(string), topic: required(string), queueId: required(int), ...topicFields },
  response: { pollingNum: required(int) },
});

export const PopRollback = defineCommand({
  code: RequestCode.POP_ROLLBACK,
  name: 'POP_ROLLBACK',
  access: 'admin',
  request: {},
  response: {},
});

export const QueryAssignment = defineCommand({
  code: RequestCode.QUERY_ASSIGNMENT,
  name: 'QUERY_ASSIGNMENT',
  access: 'sub',
  request: {},
  response: {},
});

export const SetMessageRequestMode = defineCommand({
  code: RequestCode.SET_MESSAGE_REQUEST_MODE,
  name: 'SET_MESSAGE_REQUEST_MODE',
  access: 'admin',
  request: {},
  response: {},
});

export const PopLiteMessage = defineCommand({
  code: RequestCode.POP_LITE_MESSAGE,
  name: 'POP_LITE_MESSAGE',
  access: 'sub',
  request: {
    clientId: required(string),
    consumerGroup: required(string),
    topic: required(string),
    maxMsgNum: required(int),
    invisibleTime: required(limit),
    pollTime: required(limit),
    bornTime: required(time),
    attemptId: optional(string),
    ...rpcFields,
  },
  response: {
    popTime: required(time),
    invisibleTime: required(limit),
    reviveQid: required(int),
    startOffsetInfo: optional(string),
    msgOffsetInfo: optional(string),
    orderCountInfo: optional(string),
  },
});

export const LiteSubscriptionCtl = defineCommand({
  code: RequestCode.LITE_SUBSCRIPTION_CTL,
  name: 'LITE_SUBSCRIPTION_CTL',
  access: 'sub',
  request: { ...rpcFields },
  response: {},
});

export const AckLiteMessage = defineCommand({
  code: RequestCode.ACK_LITE_MESSAGE,
  name: 'ACK_LITE_MESSAGE',
  access: 'sub',
  request: {},
  response: {},
});

export const NotifyUnsubscribeLite = defineCommand({
  code: RequestCode.NOTIFY_UNSUBSCRIBE_LITE,
  name: 'NOTIFY_UNSUBSCRIBE_LITE',
  access: 'any',
  request: { liteTopic: required(string), consumerGroup: required(string), clientId: required(string), ...rpcFields },
  response: {},
});

export const GetBrokerLiteInfo = defineCommand({
  code: RequestCode.GET_BROKER_LITE_INFO,
  name: 'GET_BROKER_LITE_INFO',
  access: 'admin',
  request: {},
  response: {},
});

export const GetParentTopicInfo = defineCommand({
  code: RequestCode.GET_PARENT_TOPIC_INFO,
  name: 'GET_PARENT_TOPIC_INFO',
  access: 'admin',
  request: { topic: required(string) },
  response: {},
});

export const GetLiteTopicInfo = defineCommand({
  code: RequestCode.GET_LITE_TOPIC_INFO,
  name: 'GET_LITE_TOPIC_INFO',
  access: 'admin',
  request: { parentTopic: optional(string), liteTopic: optional(string) },
  response: {},
});

export const GetLiteClientInfo = defineCommand({
  code: RequestCode.GET_LITE_CLIENT_INFO,
  name: 'GET_LITE_CLIENT_INFO',
  access: 'admin',
  request: { parentTopic: optional(string), group: optional(string), clientId: optional(string), maxCount: optional(int) },
  response: {},
});

export const GetLiteGroupInfo = defineCommand({
  code: RequestCode.GET_LITE_GROUP_INFO,
  name: 'GET_LITE_GROUP_INFO',
  access: 'admin',
  request: { group: required(string), liteTopic: optional(string), topK: optional(int) },
  response: {},
});

export const TriggerLiteDispatch = defineCommand({
  code: RequestCode.TRIGGER_LITE_DISPATCH,
  name: 'TRIGGER_LITE_DISPATCH',
  access: 'admin',
  request: { group: required(string), clientId: optional(string) },
  response: {},
});
