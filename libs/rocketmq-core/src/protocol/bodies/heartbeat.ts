import { javaHashCode } from '../message/tags-code.js';
import { boolean, enumeration, int, list, long, string } from './body-kinds.js';
import { always, defineBody, maybe, type BodyOf } from './define-body.js';

export const consumeFromWheres = [
  'CONSUME_FROM_LAST_OFFSET',
  'CONSUME_FROM_LAST_OFFSET_AND_FROM_MIN_WHEN_BOOT_FIRST',
  'CONSUME_FROM_MIN_OFFSET',
  'CONSUME_FROM_MAX_OFFSET',
  'CONSUME_FROM_FIRST_OFFSET',
  'CONSUME_FROM_TIMESTAMP',
] as const;
export type ConsumeFromWhere = (typeof consumeFromWheres)[number];
export const consumeTypes = ['CONSUME_ACTIVELY', 'CONSUME_PASSIVELY', 'CONSUME_POP'] as const;
export type ConsumeType = (typeof consumeTypes)[number];
export const messageModels = ['BROADCASTING', 'CLUSTERING', 'LITE_SELECTIVE'] as const;
export type MessageModel = (typeof messageModels)[number];

export const SubscriptionData = defineBody('SubscriptionData', {
  classFilterMode: always(boolean, false),
  /** Java hash codes of the tags. */
  codeSet: always(list(int), []),
  expressionType: always(string, 'TAG'),
  subString: always(string, ''),
  subVersion: always(long, 0),
  tagsSet: always(list(string), []),
  topic: always(string, ''),
});
export type SubscriptionData = BodyOf<typeof SubscriptionData>;

export const ConsumerData = defineBody('ConsumerData', {
  consumeFromWhere: maybe(enumeration(consumeFromWheres)),
  consumeType: maybe(enumeration(consumeTypes)),
  groupName: always(string, ''),
  messageModel: maybe(enumeration(messageModels)),
  subscriptionDataSet: always(list(SubscriptionData.kind), []),
  unitMode: always(boolean, false),
});
export type ConsumerData = BodyOf<typeof ConsumerData>;

export const ProducerData = defineBody('ProducerData', { groupName: always(string, '') });
export type ProducerData = BodyOf<typeof ProducerData>;

export const HeartbeatData = defineBody('HeartbeatData', {
  clientID: always(string, ''),
  consumerDataSet: always(list(ConsumerData.kind), []),
  /** 0: a heartbeat of version 1. */
  heartbeatFingerprint: always(int, 0),
  producerDataSet: always(list(ProducerData.kind), []),
  withoutSub: always(boolean, false),
});
export type HeartbeatData = BodyOf<typeof HeartbeatData>;
export const { encode: encodeHeartbeatData, decode: decodeHeartbeatData } = HeartbeatData;

/** Equal for two heartbeats that say the same. As Java: HeartbeatData.computeHeartbeatFingerprint. */
export function heartbeatFingerprint(heartbeat: HeartbeatData): number {
  const consumerDataSet = heartbeat.consumerDataSet.map((consumer) => ({
    ...consumer,
    subscriptionDataSet: consumer.subscriptionDataSet.map((subscription) => ({ ...subscription, subVersion: 0 })),
  }));
  const bare = { ...heartbeat, consumerDataSet, clientID: '', heartbeatFingerprint: 0, withoutSub: false };
  return javaHashCode(encodeHeartbeatData(bare).toString());
}

export const CheckClientRequestBody = defineBody('CheckClientRequestBody', {
  clientId: always(string, ''),
  group: always(string, ''),
  namespace: maybe(string),
  subscriptionData: maybe(SubscriptionData.kind),
});
export type CheckClientRequestBody = BodyOf<typeof CheckClientRequestBody>;
export const { encode: encodeCheckClientRequestBody, decode: decodeCheckClientRequestBody } = CheckClientRequestBody;

export const QuerySubscriptionResponseBody = defineBody('QuerySubscriptionResponseBody', {
  group: always(string, ''),
  subscriptionData: maybe(SubscriptionData.kind),
  topic: always(string, ''),
});
export type QuerySubscriptionResponseBody = BodyOf<typeof QuerySubscriptionResponseBody>;
export const { encode: encodeQuerySubscriptionResponseBody, decode: decodeQuerySubscriptionResponseBody } = QuerySubscriptionResponseBody;

/** Of GET_CONSUMER_LIST_BY_GROUP. */
export const GetConsumerListByGroupResponseBody = defineBody('GetConsumerListByGroupResponseBody', {
  consumerIdList: always(list(string), []),
});
export type GetConsumerListByGroupResponseBody = BodyOf<typeof GetConsumerListByGroupResponseBody>;
export const { encode: encodeGetConsumerListByGroupResponseBody, decode: decodeGetConsumerListByGroupResponseBody } =
  GetConsumerListByGroupResponseBody;
