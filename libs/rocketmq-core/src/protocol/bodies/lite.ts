import { boolean, enumeration, int, list, long, map, string } from './body-kinds.js';
import { always, defineBody, maybe, type BodyOf } from './define-body.js';
import { OffsetWrapper, TopicOffset } from './statistics.js';

export const liteSubscriptionActions = ['PARTIAL_ADD', 'PARTIAL_REMOVE', 'COMPLETE_ADD', 'COMPLETE_REMOVE'] as const;
export const offsetOptionTypes = ['POLICY', 'OFFSET', 'TAIL_N', 'TIMESTAMP'] as const;

const OffsetOption = defineBody('OffsetOption', {
  type: maybe(enumeration(offsetOptionTypes)),
  value: always(long, 0),
});
const LiteSubscriptionDTO = defineBody('LiteSubscriptionDTO', {
  action: maybe(enumeration(liteSubscriptionActions)),
  clientId: always(string, ''),
  group: always(string, ''),
  liteTopicSet: maybe(list(string)),
  offsetOption: maybe(OffsetOption.kind),
  topic: always(string, ''),
  version: always(long, 0),
});
export type LiteSubscription = BodyOf<typeof LiteSubscriptionDTO>;

export const LiteSubscriptionCtlRequestBody = defineBody('LiteSubscriptionCtlRequestBody', {
  subscriptionSet: always(list(LiteSubscriptionDTO.kind), []),
});
export type LiteSubscriptionCtlRequestBody = BodyOf<typeof LiteSubscriptionCtlRequestBody>;
export const { encode: encodeLiteSubscriptionCtlRequestBody, decode: decodeLiteSubscriptionCtlRequestBody } =
  LiteSubscriptionCtlRequestBody;

export const GetBrokerLiteInfoResponseBody = defineBody('GetBrokerLiteInfoResponseBody', {
  cqTableSize: always(int, 0),
  currentLmqNum: always(int, 0),
  eventMapSize: always(int, 0),
  /** Parent topic -> groups. */
  groupMeta: maybe(map(list(string))),
  liteSubscriptionCount: always(int, 0),
  maxLmqNum: always(int, 0),
  offsetTableSize: always(int, 0),
  orderInfoCount: always(int, 0),
  storeType: maybe(string),
  /** Parent topic -> minutes to live. */
  topicMeta: maybe(map(int)),
});
export type GetBrokerLiteInfoResponseBody = BodyOf<typeof GetBrokerLiteInfoResponseBody>;
export const { encode: encodeGetBrokerLiteInfoResponseBody, decode: decodeGetBrokerLiteInfoResponseBody } = GetBrokerLiteInfoResponseBody;

export const GetParentTopicInfoResponseBody = defineBody('GetParentTopicInfoResponseBody', {
  groups: maybe(list(string)),
  liteTopicCount: always(int, 0),
  lmqNum: always(int, 0),
  topic: maybe(string),
  ttl: always(int, 0),
});
export type GetParentTopicInfoResponseBody = BodyOf<typeof GetParentTopicInfoResponseBody>;
export const { encode: encodeGetParentTopicInfoResponseBody, decode: decodeGetParentTopicInfoResponseBody } =
  GetParentTopicInfoResponseBody;

const ClientGroup = defineBody('ClientGroup', { clientId: always(string, ''), group: always(string, '') });

export const GetLiteTopicInfoResponseBody = defineBody('GetLiteTopicInfoResponseBody', {
  liteTopic: maybe(string),
  parentTopic: maybe(string),
  shardingToBroker: always(boolean, false),
  subscriber: maybe(list(ClientGroup.kind)),
  topicOffset: maybe(TopicOffset.kind),
});
export type GetLiteTopicInfoResponseBody = BodyOf<typeof GetLiteTopicInfoResponseBody>;
export const { encode: encodeGetLiteTopicInfoResponseBody, decode: decodeGetLiteTopicInfoResponseBody } = GetLiteTopicInfoResponseBody;

export const GetLiteClientInfoResponseBody = defineBody('GetLiteClientInfoResponseBody', {
  clientId: maybe(string),
  group: maybe(string),
  lastAccessTime: always(long, 0),
  lastConsumeTime: always(long, 0),
  liteTopicCount: always(int, 0),
  liteTopicSet: maybe(list(string)),
  parentTopic: maybe(string),
});
export type GetLiteClientInfoResponseBody = BodyOf<typeof GetLiteClientInfoResponseBody>;
export const { encode: encodeGetLiteClientInfoResponseBody, decode: decodeGetLiteClientInfoResponseBody } = GetLiteClientInfoResponseBody;

const LiteLagInfo = defineBody('LiteLagInfo', {
  earliestUnconsumedTimestamp: always(long, -1),
  lagCount: always(long, 0),
  liteTopic: maybe(string),
});

export const GetLiteGroupInfoResponseBody = defineBody('GetLiteGroupInfoResponseBody', {
  earliestUnconsumedTimestamp: always(long, -1),
  group: maybe(string),
  lagCountTopK: maybe(list(LiteLagInfo.kind)),
  lagTimestampTopK: maybe(list(LiteLagInfo.kind)),
  liteTopic: maybe(string),
  liteTopicOffsetWrapper: maybe(OffsetWrapper.kind),
  parentTopic: maybe(string),
  totalLagCount: always(long, 0),
});
export type GetLiteGroupInfoResponseBody = BodyOf<typeof GetLiteGroupInfoResponseBody>;
export const { encode: encodeGetLiteGroupInfoResponseBody, decode: decodeGetLiteGroupInfoResponseBody } = GetLiteGroupInfoResponseBody;
