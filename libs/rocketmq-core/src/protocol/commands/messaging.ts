import { boolean, defineCommand, id, int, limit, offset, optional, required, string, time } from '../command.js';
import { RequestCode } from '../request-codes.js';
import { rpcFields, topicFields } from './inherited-fields.js';
import { readLetteredSend } from './send-header.js';

// One table for SEND_MESSAGE and its V2, whose ext keys are single letters. `bname` is inherited by every topic request; only V2 shortens it.
const sendFields = {
  producerGroup: required(string, 'a'),
  topic: required(string, 'b'),
  defaultTopic: required(string, 'c'),
  defaultTopicQueueNums: required(int, 'd'),
  queueId: required(int, 'e'),
  sysFlag: required(int, 'f'),
  bornTimestamp: required(time, 'g'),
  flag: required(int, 'h'),
  properties: optional(string, 'i'),
  reconsumeTimes: optional(int, 'j'),
  unitMode: optional(boolean, 'k'),
  maxReconsumeTimes: optional(int, 'l'),
  batch: optional(boolean, 'm'),
  ...topicFields,
  bname: optional(string, 'n'),
};

// MSG_REGION and TRACE_ON are not part of Java's header class, but its client reads them from every answer to a send.
const sendAnswer = {
  msgId: required(string),
  queueId: required(int),
  queueOffset: required(offset),
  transactionId: optional(string),
  batchUniqId: optional(string),
  recallHandle: optional(string),
  MSG_REGION: optional(string),
  TRACE_ON: optional(boolean),
};

export const SendMessage = defineCommand({
  code: RequestCode.SEND_MESSAGE,
  name: 'SEND_MESSAGE',
  access: 'pub',
  request: sendFields,
  response: sendAnswer,
});

export const SendMessageV2 = defineCommand({
  code: RequestCode.SEND_MESSAGE_V2,
  name: 'SEND_MESSAGE_V2',
  access: 'pub',
  naming: 'short',
  request: sendFields,
  response: sendAnswer,
  readRequest: readLetteredSend,
});

export const SendBatchMessage = defineCommand({
  code: RequestCode.SEND_BATCH_MESSAGE,
  name: 'SEND_BATCH_MESSAGE',
  access: 'pub',
  naming: 'short',
  request: sendFields,
  response: sendAnswer,
  readRequest: readLetteredSend,
});

export const SendReplyMessage = defineCommand({
  code: RequestCode.SEND_REPLY_MESSAGE,
  name: 'SEND_REPLY_MESSAGE',
  access: 'pub',
  request: sendFields,
  response: sendAnswer,
});

export const SendReplyMessageV2 = defineCommand({
  code: RequestCode.SEND_REPLY_MESSAGE_V2,
  name: 'SEND_REPLY_MESSAGE_V2',
  access: 'pub',
  naming: 'short',
  request: sendFields,
  response: sendAnswer,
});

export const PushReplyMessageToClient = defineCommand({
  code: RequestCode.PUSH_REPLY_MESSAGE_TO_CLIENT,
  name: 'PUSH_REPLY_MESSAGE_TO_CLIENT',
  access: 'any',
  request: {
    producerGroup: required(string),
    topic: required(string),
    defaultTopic: required(string),
    defaultTopicQueueNums: required(int),
    queueId: required(int),
    sysFlag: required(int),
    bornTimestamp: required(time),
    flag: required(int),
    properties: optional(string),
    reconsumeTimes: optional(int),
    unitMode: optional(boolean),
    bornHost: required(string),
    storeHost: required(string),
    storeTimestamp: required(time),
    ...topicFields,
  },
  response: {},
});

const pullFields = {
  consumerGroup: required(string),
  topic: required(string),
  queueId: required(int),
  queueOffset: required(offset),
  maxMsgNums: required(int),
  sysFlag: required(int),
  commitOffset: required(offset),
  suspendTimeoutMillis: required(limit),
  subscription: optional(string),
  subVersion: required(time),
  expressionType: optional(string),
  maxMsgBytes: optional(int),
  requestSource: optional(int),
  proxyFrowardClientId: optional(string),
  liteTopic: optional(string),
  ...topicFields,
};

const pullAnswer = {
  suggestWhichBrokerId: required(id),
  nextBeginOffset: required(offset),
  minOffset: required(offset),
  maxOffset: required(offset),
  offsetDelta: optional(offset),
  topicSysFlag: optional(int),
  groupSysFlag: optional(int),
  forbiddenType: optional(int),
};

export const PullMessage = defineCommand({
  code: RequestCode.PULL_MESSAGE,
  name: 'PULL_MESSAGE',
  access: 'sub',
  request: pullFields,
  response: pullAnswer,
});

export const LitePullMessage = defineCommand({
  code: RequestCode.LITE_PULL_MESSAGE,
  name: 'LITE_PULL_MESSAGE',
  access: 'sub',
  request: pullFields,
  response: pullAnswer,
});

export const QueryMessage = defineCommand({
  code: RequestCode.QUERY_MESSAGE,
  name: 'QUERY_MESSAGE',
  access: 'sub',
  request: {
    topic: required(string),
    key: required(string),
    maxNum: required(int),
    beginTimestamp: required(time),
    endTimestamp: required(time),
    indexType: optional(string),
    lastKey: optional(string),
    _UNIQUE_KEY_QUERY: optional(boolean),
    ...topicFields,
  },
  response: { indexLastUpdateTimestamp: required(time), indexLastUpdatePhyoffset: required(offset) },
});

export const ViewMessageById = defineCommand({
  code: RequestCode.VIEW_MESSAGE_BY_ID,
  name: 'VIEW_MESSAGE_BY_ID',
  access: 'sub',
  request: { topic: optional(string), offset: required(offset) },
  response: {},
});

export const ConsumerSendMsgBack = defineCommand({
  code: RequestCode.CONSUMER_SEND_MSG_BACK,
  name: 'CONSUMER_SEND_MSG_BACK',
  access: 'sub',
  request: {
    offset: required(offset),
    group: required(string),
    delayLevel: required(int),
    originMsgId: optional(string),
    originTopic: optional(string),
    unitMode: optional(boolean),
    maxReconsumeTimes: optional(int),
    ...rpcFields,
  },
  response: {},
});

export const RecallMessage = defineCommand({
  code: RequestCode.RECALL_MESSAGE,
  name: 'RECALL_MESSAGE',
  access: 'pub',
  request: { producerGroup: optional(string), topic: required(string), recallHandle: required(string), ...topicFields },
  response: { msgId: required(string) },
});
