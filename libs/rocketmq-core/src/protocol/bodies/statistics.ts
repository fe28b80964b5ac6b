import { boolean, double, int, int64, list, long, map, messageQueue, queueMap, string } from './body-kinds.js';
import { always, defineBody, maybe, type BodyOf } from './define-body.js';
import { SubscriptionData } from './heartbeat.js';

export const TopicOffset = defineBody('TopicOffset', {
  lastUpdateTimestamp: always(long, 0),
  maxOffset: always(long, 0),
  minOffset: always(long, 0),
});
export type TopicOffset = BodyOf<typeof TopicOffset>;

export const TopicStatsTable = defineBody('TopicStatsTable', {
  offsetTable: always(queueMap(TopicOffset.kind), []),
  topicPutTps: always(double, 0),
});
export type TopicStatsTable = BodyOf<typeof TopicStatsTable>;
export const { encode: encodeTopicStatsTable, decode: decodeTopicStatsTable } = TopicStatsTable;

export const OffsetWrapper = defineBody('OffsetWrapper', {
  brokerOffset: always(long, 0),
  consumerOffset: always(long, 0),
  lastTimestamp: always(long, 0),
  pullOffset: always(long, 0),
});
export type OffsetWrapper = BodyOf<typeof OffsetWrapper>;

export const ConsumeStats = defineBody('ConsumeStats', {
  consumeTps: always(double, 0),
  offsetTable: always(queueMap(OffsetWrapper.kind), []),
});
export type ConsumeStats = BodyOf<typeof ConsumeStats>;
export const { encode: encodeConsumeStats, decode: decodeConsumeStats } = ConsumeStats;

export const ConsumeStatsList = defineBody('ConsumeStatsList', {
  brokerAddr: maybe(string),
  consumeStatsList: always(list(map(list(ConsumeStats.kind))), []),
  totalDiff: always(long, 0),
  totalInflightDiff: always(long, 0),
});
export type ConsumeStatsList = BodyOf<typeof ConsumeStatsList>;
export const { encode: encodeConsumeStatsList, decode: decodeConsumeStatsList } = ConsumeStatsList;

const BrokerStatsItem = defineBody('BrokerStatsItem', {
  avgpt: always(double, 0),
  sum: always(long, 0),
  tps: always(double, 0),
});
export type BrokerStatsItem = BodyOf<typeof BrokerStatsItem>;

export const BrokerStatsData = defineBody('BrokerStatsData', {
  statsDay: maybe(BrokerStatsItem.kind),
  statsHour: maybe(BrokerStatsItem.kind),
  statsMinute: maybe(BrokerStatsItem.kind),
});
export type BrokerStatsData = BodyOf<typeof BrokerStatsData>;
export const { encode: encodeBrokerStatsData, decode: decodeBrokerStatsData } = BrokerStatsData;

/** The three texts are printed for people and never read back. */
const QueueTimeSpan = defineBody('QueueTimeSpan', {
  consumeTimeStamp: always(long, 0),
  consumeTimeStampStr: maybe(string),
  delayTime: always(long, 0),
  maxTimeStamp: always(long, 0),
  maxTimeStampStr: maybe(string),
  messageQueue: maybe(messageQueue),
  minTimeStamp: always(long, 0),
  minTimeStampStr: maybe(string),
});
export type QueueTimeSpan = BodyOf<typeof QueueTimeSpan>;

export const QueryConsumeTimeSpanBody = defineBody('QueryConsumeTimeSpanBody', {
  consumeTimeSpanSet: always(list(QueueTimeSpan.kind), []),
});
export type QueryConsumeTimeSpanBody = BodyOf<typeof QueryConsumeTimeSpanBody>;
export const { encode: encodeQueryConsumeTimeSpanBody, decode: decodeQueryConsumeTimeSpanBody } = QueryConsumeTimeSpanBody;

const ConsumeQueueData = defineBody('ConsumeQueueData', {
  bitMap: maybe(string),
  eval: always(boolean, false),
  extendDataJson: maybe(string),
  msg: maybe(string),
  physicOffset: always(long, 0),
  physicSize: always(int, 0),
  tagsCode: always(int64, 0n),
});
export type ConsumeQueueData = BodyOf<typeof ConsumeQueueData>;

export const QueryConsumeQueueResponseBody = defineBody('QueryConsumeQueueResponseBody', {
  filterData: maybe(string),
  maxQueueIndex: always(long, 0),
  minQueueIndex: always(long, 0),
  queueData: maybe(list(ConsumeQueueData.kind)),
  subscriptionData: maybe(SubscriptionData.kind),
});
export type QueryConsumeQueueResponseBody = BodyOf<typeof QueryConsumeQueueResponseBody>;
export const { encode: encodeQueryConsumeQueueResponseBody, decode: decodeQueryConsumeQueueResponseBody } = QueryConsumeQueueResponseBody;

export const CheckRocksdbCqWriteResult = defineBody('CheckRocksdbCqWriteResult', {
  checkResult: maybe(string),
  checkStatus: always(int, 0),
});
export type CheckRocksdbCqWriteResult = BodyOf<typeof CheckRocksdbCqWriteResult>;
export const { encode: encodeCheckRocksdbCqWriteResult, decode: decodeCheckRocksdbCqWriteResult } = CheckRocksdbCqWriteResult;

export const ConsumeByWho = defineBody('ConsumeByWho', {
  consumedGroup: always(list(string), []),
  notConsumedGroup: always(list(string), []),
  offset: always(long, 0),
  queueId: always(int, 0),
  topic: maybe(string),
});
export type ConsumeByWho = BodyOf<typeof ConsumeByWho>;
