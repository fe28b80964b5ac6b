import { array, boolean, enumeration, int, list, long, map, string } from './body-kinds.js';
import { DataVersion, initialDataVersion } from './data-version.js';
import { always, defineBody, maybe, type BodyOf } from './define-body.js';

export const groupRetryPolicyTypes = ['EXPONENTIAL', 'CUSTOMIZED'] as const;
export type GroupRetryPolicyType = (typeof groupRetryPolicyTypes)[number];

const minutes = (count: number) => count * 60_000;
/** Milliseconds until each next delivery. */
const nextDelays = [...[1_000, 5_000, 10_000, 30_000], ...[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 20, 30, 60, 120].map(minutes)];

const ExponentialRetryPolicy = defineBody('ExponentialRetryPolicy', {
  initial: always(long, 5_000),
  max: always(long, minutes(120)),
  multiplier: always(long, 2),
});
const CustomizedRetryPolicy = defineBody('CustomizedRetryPolicy', { next: always(array(long), nextDelays) });

export const GroupRetryPolicy = defineBody('GroupRetryPolicy', {
  customizedRetryPolicy: maybe(CustomizedRetryPolicy.kind),
  exponentialRetryPolicy: maybe(ExponentialRetryPolicy.kind),
  type: always(enumeration(groupRetryPolicyTypes), 'CUSTOMIZED'),
});
export type GroupRetryPolicy = BodyOf<typeof GroupRetryPolicy>;

const SimpleSubscriptionData = defineBody('SimpleSubscriptionData', {
  expression: always(string, ''),
  expressionType: always(string, ''),
  topic: always(string, ''),
  version: always(long, 0),
});

export const SubscriptionGroupConfig = defineBody('SubscriptionGroupConfig', {
  /** Unknown attributes stay: another release may know them. */
  attributes: always(map(string), new Map()),
  brokerId: always(long, 0),
  consumeBroadcastEnable: always(boolean, true),
  consumeEnable: always(boolean, true),
  consumeFromMinEnable: always(boolean, true),
  consumeMessageOrderly: always(boolean, false),
  consumeTimeoutMinute: always(int, 15),
  groupName: always(string, ''),
  groupRetryPolicy: always(GroupRetryPolicy.kind, { type: 'CUSTOMIZED' }),
  groupSysFlag: always(int, 0),
  notifyConsumerIdsChangedEnable: always(boolean, true),
  retryMaxTimes: always(int, 16),
  retryQueueNums: always(int, 1),
  subscriptionDataSet: maybe(list(SimpleSubscriptionData.kind)),
  whichBrokerWhenConsumeSlowly: always(long, 1),
});
export type SubscriptionGroupConfig = BodyOf<typeof SubscriptionGroupConfig>;
export const { encode: encodeSubscriptionGroupConfig, decode: decodeSubscriptionGroupConfig } = SubscriptionGroupConfig;

/** Body of the file subscriptionGroup.json too. */
export const SubscriptionGroupWrapper = defineBody('SubscriptionGroupWrapper', {
  dataVersion: always(DataVersion.kind, initialDataVersion),
  /** Group -> topic -> bits. */
  forbiddenTable: always(map(map(int)), new Map()),
  subscriptionGroupTable: always(map(SubscriptionGroupConfig.kind), new Map()),
});
export type SubscriptionGroupWrapper = BodyOf<typeof SubscriptionGroupWrapper>;
export const { encode: encodeSubscriptionGroupWrapper, decode: decodeSubscriptionGroupWrapper } = SubscriptionGroupWrapper;

export const SubscriptionGroupList = defineBody('SubscriptionGroupList', {
  groupConfigList: always(list(SubscriptionGroupConfig.kind), []),
});
export type SubscriptionGroupList = BodyOf<typeof SubscriptionGroupList>;
export const { encode: encodeSubscriptionGroupList, decode: decodeSubscriptionGroupList } = SubscriptionGroupList;

export const GroupForbidden = defineBody('GroupForbidden', {
  group: always(string, ''),
  readable: maybe(boolean),
  topic: always(string, ''),
});
export type GroupForbidden = BodyOf<typeof GroupForbidden>;
export const { encode: encodeGroupForbidden, decode: decodeGroupForbidden } = GroupForbidden;
