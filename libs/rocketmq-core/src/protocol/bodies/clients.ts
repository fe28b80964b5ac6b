import { LanguageCode, type LanguageName } from '../language-codes.js';
import { boolean, double, enumeration, int, list, long, map, queueMap, string } from './body-kinds.js';
import { always, defineBody, maybe, type BodyOf } from './define-body.js';
import { consumeFromWheres, consumeTypes, messageModels, SubscriptionData } from './heartbeat.js';

const language = maybe(enumeration(Object.keys(LanguageCode) as LanguageName[]));

export const Connection = defineBody('Connection', {
  clientAddr: always(string, ''),
  clientId: always(string, ''),
  language,
  version: always(int, 0),
});
export type Connection = BodyOf<typeof Connection>;

export const ConsumerConnection = defineBody('ConsumerConnection', {
  connectionSet: always(list(Connection.kind), []),
  consumeFromWhere: maybe(enumeration(consumeFromWheres)),
  consumeType: maybe(enumeration(consumeTypes)),
  messageModel: maybe(enumeration(messageModels)),
  /** By topic. */
  subscriptionTable: always(map(SubscriptionData.kind), new Map()),
});
export type ConsumerConnection = BodyOf<typeof ConsumerConnection>;
export const { encode: encodeConsumerConnection, decode: decodeConsumerConnection } = ConsumerConnection;

export const ProducerConnection = defineBody('ProducerConnection', { connectionSet: always(list(Connection.kind), []) });
export type ProducerConnection = BodyOf<typeof ProducerConnection>;
export const { encode: encodeProducerConnection, decode: decodeProducerConnection } = ProducerConnection;

const ProducerInfo = defineBody('ProducerInfo', {
  clientId: always(string, ''),
  language,
  lastUpdateTimestamp: always(long, 0),
  remoteIP: always(string, ''),
  version: always(int, 0),
});
export type ProducerInfo = BodyOf<typeof ProducerInfo>;

export const ProducerTableInfo = defineBody('ProducerTableInfo', {
  /** By producer group. */
  data: always(map(list(ProducerInfo.kind)), new Map()),
});
export type ProducerTableInfo = BodyOf<typeof ProducerTableInfo>;
export const { encode: encodeProducerTableInfo, decode: decodeProducerTableInfo } = ProducerTableInfo;

/** `droped` is spelt as Java spells it. */
const ProcessQueueInfo = defineBody('ProcessQueueInfo', {
  cachedMsgCount: always(int, 0),
  cachedMsgMaxOffset: always(long, 0),
  cachedMsgMinOffset: always(long, 0),
  cachedMsgSizeInMiB: always(int, 0),
  commitOffset: always(long, 0),
  droped: always(boolean, false),
  lastConsumeTimestamp: always(long, 0),
  lastLockTimestamp: always(long, 0),
  lastPullTimestamp: always(long, 0),
  locked: always(boolean, false),
  transactionMsgCount: always(int, 0),
  transactionMsgMaxOffset: always(long, 0),
  transactionMsgMinOffset: always(long, 0),
  tryUnlockTimes: always(long, 0),
});
export type ProcessQueueInfo = BodyOf<typeof ProcessQueueInfo>;

const PopProcessQueueInfo = defineBody('PopProcessQueueInfo', {
  droped: always(boolean, false),
  lastPopTimestamp: always(long, 0),
  waitAckCount: always(int, 0),
});
export type PopProcessQueueInfo = BodyOf<typeof PopProcessQueueInfo>;

const ConsumeStatus = defineBody('ConsumeStatus', {
  consumeFailedMsgs: always(long, 0),
  consumeFailedTPS: always(double, 0),
  consumeOKTPS: always(double, 0),
  consumeRT: always(double, 0),
  pullRT: always(double, 0),
  pullTPS: always(double, 0),
});
export type ConsumeStatus = BodyOf<typeof ConsumeStatus>;

export const ConsumerRunningInfo = defineBody('ConsumerRunningInfo', {
  jstack: maybe(string),
  mqPopTable: always(queueMap(PopProcessQueueInfo.kind), []),
  mqTable: always(queueMap(ProcessQueueInfo.kind), []),
  properties: always(map(string), new Map()),
  /** By topic. */
  statusTable: always(map(ConsumeStatus.kind), new Map()),
  subscriptionSet: always(list(SubscriptionData.kind), []),
  userConsumerInfo: always(map(string), new Map()),
});
export type ConsumerRunningInfo = BodyOf<typeof ConsumerRunningInfo>;
export const { encode: encodeConsumerRunningInfo, decode: decodeConsumerRunningInfo } = ConsumerRunningInfo;

export const consumeResults = ['CR_SUCCESS', 'CR_LATER', 'CR_ROLLBACK', 'CR_COMMIT', 'CR_THROW_EXCEPTION', 'CR_RETURN_NULL'] as const;
export type ConsumeResult = (typeof consumeResults)[number];

export const ConsumeMessageDirectlyResult = defineBody('ConsumeMessageDirectlyResult', {
  autoCommit: always(boolean, true),
  consumeResult: maybe(enumeration(consumeResults)),
  order: always(boolean, false),
  remark: maybe(string),
  spentTimeMills: always(long, 0),
});
export type ConsumeMessageDirectlyResult = BodyOf<typeof ConsumeMessageDirectlyResult>;
export const { encode: encodeConsumeMessageDirectlyResult, decode: decodeConsumeMessageDirectlyResult } = ConsumeMessageDirectlyResult;
