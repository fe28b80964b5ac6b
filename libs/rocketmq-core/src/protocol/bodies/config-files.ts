// Files in the same JSON as the bodies. Java writes them with tabs (style `pretty`), kvConfig.json without.
import { array, boolean, int, intMap, long, map, offset, queueMap, string } from './body-kinds.js';
import { DataVersion, initialDataVersion } from './data-version.js';
import { always, defineBody, maybe, type BodyOf } from './define-body.js';

/** kvConfig.json of the name server. */
export const KVConfigSerializeWrapper = defineBody('KVConfigSerializeWrapper', {
  /** Namespace -> key -> value. */
  configTable: always(map(map(string)), new Map()),
});
export type KVConfigSerializeWrapper = BodyOf<typeof KVConfigSerializeWrapper>;

/** delayOffset.json; 4.x wrote no version. */
export const DelayOffsetSerializeWrapper = defineBody('DelayOffsetSerializeWrapper', {
  dataVersion: maybe(DataVersion.kind),
  /** Delay level -> next queue offset of its queue. */
  offsetTable: always(intMap(offset), new Map()),
});
export type DelayOffsetSerializeWrapper = BodyOf<typeof DelayOffsetSerializeWrapper>;

/** lmqConsumerOffset.json. */
export const LmqConsumerOffset = defineBody('LmqConsumerOffset', {
  dataVersion: maybe(DataVersion.kind),
  /** `%LMQ%name@group` -> offset. */
  lmqOffsetTable: always(map(offset), new Map()),
});
export type LmqConsumerOffset = BodyOf<typeof LmqConsumerOffset>;

/** offsets.json of a broadcasting client. */
export const OffsetSerializeWrapper = defineBody('OffsetSerializeWrapper', { offsetTable: always(queueMap(offset), []) });
export type OffsetSerializeWrapper = BodyOf<typeof OffsetSerializeWrapper>;

// As Java: TransactionMetrics.Metric and TimerMetrics.Metric.
const Metric = defineBody('Metric', {
  count: always(long, 0),
  timeStamp: always(long, 0),
});

/** transactionMetrics.json: open transactions by topic. */
export const TransactionMetricsSerializeWrapper = defineBody('TransactionMetricsSerializeWrapper', {
  dataVersion: always(DataVersion.kind, initialDataVersion),
  transactionCount: always(map(Metric.kind), new Map()),
});
export type TransactionMetricsSerializeWrapper = BodyOf<typeof TransactionMetricsSerializeWrapper>;

/** timermetrics: messages that wait in the timer, by topic. */
export const TimerMetricsSerializeWrapper = defineBody('TimerMetricsSerializeWrapper', {
  dataVersion: always(DataVersion.kind, initialDataVersion),
  timingCount: always(map(Metric.kind), new Map()),
});
export type TimerMetricsSerializeWrapper = BodyOf<typeof TimerMetricsSerializeWrapper>;

const BloomFilterData = defineBody('BloomFilterData', {
  bitNum: always(int, 0),
  bitPos: maybe(array(int)),
});

const ConsumerFilterData = defineBody('ConsumerFilterData', {
  bloomFilterData: maybe(BloomFilterData.kind),
  bornTime: always(long, 0),
  clientVersion: always(long, 0),
  consumerGroup: always(string, ''),
  dead: always(boolean, false),
  deadTime: always(long, 0),
  expression: maybe(string),
  expressionType: maybe(string),
  topic: always(string, ''),
});
export type ConsumerFilterData = BodyOf<typeof ConsumerFilterData>;

const FilterDataMapByTopic = defineBody('FilterDataMapByTopic', {
  groupFilterData: always(map(ConsumerFilterData.kind), new Map()),
  topic: always(string, ''),
});

/** consumerFilter.json. */
export const ConsumerFilterTable = defineBody('ConsumerFilterTable', {
  filterDataByTopic: always(map(FilterDataMapByTopic.kind), new Map()),
});
export type ConsumerFilterTable = BodyOf<typeof ConsumerFilterTable>;
