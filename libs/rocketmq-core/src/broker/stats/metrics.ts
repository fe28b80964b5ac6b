import { isDlqTopic, isRetryTopic, isSystemGroup, versionName } from '../../protocol/index.js';
import type { LaneFigures } from '../../remoting/index.js';
import type { StoreFigures } from '../../store/index.js';
import type { ConsumerTable } from '../clients/consumer-table.js';
import type { Member, ProducerTable } from '../clients/producer-table.js';
import type { OffsetTable } from '../offsets/offset-table.js';
import type { TransactionCountTable } from '../transactions/transaction-count-table.js';
import type { StatsTable } from './stats-table.js';

export interface MetricSample {
  readonly labels: ReadonlyMap<string, string>;
  readonly value: number;
}

/** One metric under the name Apache gives it. */
export interface Metric {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge';
  readonly samples: readonly MetricSample[];
}

export interface MetricsSource {
  readonly cluster: string;
  readonly brokerName: string;
  readonly brokerPermission: number;
  readonly figures: StoreFigures;
  readonly lanes: readonly LaneFigures[];
  readonly topicCount: number;
  readonly groupCount: number;
  readonly stats: StatsTable;
  readonly producers: ProducerTable;
  readonly consumers: ConsumerTable;
  readonly offsets: OffsetTable;
  readonly transactions: Pick<TransactionCountTable, 'snapshot' | 'ends'>;
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
  /** Bytes in use on the file system of the store. */
  readonly diskUsed: number;
  readonly maxQueueOffset: (topic: string, queueId: number) => number;
  /** Milliseconds since the epoch; -1 when nothing is there. */
  readonly storeTimeAt: (topic: string, queueId: number, queueOffset: number) => number;
  readonly isSystem: (topic: string) => boolean;
}

type Labels = Readonly<Record<string, string>>;
type Draft = readonly [labels: Labels, value: number];

/**
 * Names, units and labels as the Prometheus exporter of Apache 5.5.0 shows them. Totals begin anew with the process; the lag is told of groups
 * without members too, where Java is silent. As Java: BrokerMetricsManager, DefaultStoreMetricsManager.
 */
export function brokerMetrics(source: MetricsSource): Metric[] {
  const common: Labels = { cluster: source.cluster, node_type: 'broker', node_id: source.brokerName };
  const metric = (name: string, type: Metric['type'], help: string, drafts: readonly Draft[]): Metric => ({
    name: `rocketmq_${name}`,
    help,
    type,
    samples: drafts.map(([labels, value]) => ({ labels: new Map(Object.entries({ ...common, ...labels })), value })),
  });
  const gauge = (name: string, help: string, value: number) => metric(name, 'gauge', help, [[{}, value]]);
  const lags = lagDrafts(source);
  return [
    gauge('broker_permission', 'Permission bits of the broker: 4 read, 2 write.', source.brokerPermission),
    gauge('topic_number', 'Topics of the broker.', source.topicCount),
    gauge('consumer_group_number', 'Consumer groups of the broker.', source.groupCount),
    metric('processor_watermark', 'gauge', 'Requests being handled, by lane.', laneDrafts(source.lanes)),
    metric('messages_in_total', 'counter', 'Messages stored.', inDrafts(source, 'messages')),
    metric('throughput_in_total', 'counter', 'Bytes of the bodies stored.', inDrafts(source, 'bytes')),
    metric('messages_out_total', 'counter', 'Messages delivered.', outDrafts(source, 'messages')),
    metric('throughput_out_total', 'counter', 'Bytes delivered.', outDrafts(source, 'bytes')),
    metric('send_to_dlq_messages_total', 'counter', 'Messages that became dead letters.', deadLetterDrafts(source)),
    metric('producer_connections', 'gauge', 'Connections of producers.', producerDrafts(source.producers)),
    metric('consumer_connections', 'gauge', 'Connections of consumers.', consumerDrafts(source)),
    metric('consumer_lag_messages', 'gauge', 'Messages a group has not consumed.', lags.messages),
    metric('consumer_lag_latency_milliseconds', 'gauge', 'Age of the oldest message a group has not consumed.', lags.latency),
    metric('half_messages', 'gauge', 'Transactions that wait for their end.', openDrafts(source)),
    metric('commit_messages_total', 'counter', 'Transactions committed.', byTopic(source.transactions.ends.commit)),
    metric('rollback_messages_total', 'counter', 'Transactions rolled back.', byTopic(source.transactions.ends.rollback)),
    ...storageMetrics(source).map(([name, help, value]) => metric(name, 'gauge', help, value < 0 ? [] : [[STORAGE, value]])),
  ];
}

const STORAGE: Labels = { storage_type: 'local', storage_medium: 'disk' };

function storageMetrics({ figures, nowMs, diskUsed }: MetricsSource): (readonly [name: string, help: string, value: number])[] {
  const { maxPhysicalOffset, flushedPhysicalOffset, dispatchBehindBytes, earliestStoreTimestamp } = figures;
  const reserveMs = earliestStoreTimestamp > 0 ? Math.max(0, nowMs - earliestStoreTimestamp) : -1;
  return [
    ['storage_size_bytes', 'Bytes in use on the file system of the store.', diskUsed],
    ['storage_flush_behind_bytes', 'Bytes not flushed to the disk.', maxPhysicalOffset - flushedPhysicalOffset],
    ['storage_dispatch_behind_bytes', 'Bytes that no consumer can see yet.', dispatchBehindBytes],
    ['storage_message_reserve_time_milliseconds', 'Age of the oldest message.', reserveMs],
  ];
}

/** Names of Java's processors by lane. */
const PROCESSORS: ReadonlyMap<string, string> = new Map([
  ['litePull', 'lite_pull'],
  ['query', 'query_message'],
  ['clientManage', 'client_manager'],
  ['consumerManage', 'consumer_manager'],
  ['endTransaction', 'transaction'],
]);
/** Lanes of name servers and clients. */
const FOREIGN_LANES = ['route', 'default'];

function laneDrafts(lanes: readonly LaneFigures[]): Draft[] {
  const own = lanes.filter(({ name }) => !FOREIGN_LANES.includes(name));
  return own.map(({ name, size }) => [{ processor: PROCESSORS.get(name) ?? name }, size]);
}

const isRedelivery = (topic: string) => isRetryTopic(topic) || isDlqTopic(topic);

function inDrafts({ stats, isSystem }: MetricsSource, figure: 'messages' | 'bytes'): Draft[] {
  return [...stats.putFlows()]
    .filter(({ topic }) => !isRedelivery(topic))
    .map((flow) => [{ topic: flow.topic, message_type: 'normal', is_system: String(isSystem(flow.topic)) }, flow[figure]]);
}

const byTopic = (counts: Iterable<readonly [topic: string, count: number]>): Draft[] =>
  Array.from(counts, ([topic, count]): Draft => [{ topic }, count]);

function openDrafts({ transactions }: MetricsSource): Draft[] {
  return byTopic([...transactions.snapshot().counts].map(([topic, { count }]) => [topic, count] as const));
}

function outDrafts({ stats, isSystem }: MetricsSource, figure: 'messages' | 'bytes'): Draft[] {
  return [...stats.getFlows()].map((flow) => {
    const { topic, group } = flow;
    return [{ topic, consumer_group: group, is_system: String(isSystem(topic) || isSystemGroup(group)) }, flow[figure]];
  });
}

function deadLetterDrafts({ stats, isSystem }: MetricsSource): Draft[] {
  return [...stats.deadLetterCounts()].map(({ group, topic, messages }) => [
    { topic, consumer_group: group, is_system: String(isSystem(topic) || isSystemGroup(group)) },
    messages,
  ]);
}

/** Counts members that look the same from outside as one sample. */
function counted(rows: Iterable<Labels>): Draft[] {
  const counts = new Map<string, [Labels, number]>();
  for (const labels of rows) {
    const key = JSON.stringify(labels);
    const known = counts.get(key);
    if (known === undefined) counts.set(key, [labels, 1]);
    else known[1] += 1;
  }
  return [...counts.values()];
}

const clientLabels = ({ language, version }: Member): Labels => ({
  language: (language ?? 'other').toLowerCase(),
  version: versionName(version).toLowerCase(),
});

function producerDrafts(producers: ProducerTable): Draft[] {
  const members = new Map([...producers.all()].flatMap(([, group]) => group.map((member) => [member.peer.id, member] as const)));
  return counted([...members.values()].map((member) => ({ ...clientLabels(member), protocol_type: 'remoting' })));
}

function consumerDrafts({ consumers }: MetricsSource): Draft[] {
  const rows: Labels[] = [];
  for (const group of consumers.all()) {
    const mode = group.consumeType === 'CONSUME_ACTIVELY' ? 'pull' : 'push';
    for (const member of group.members.values()) {
      const labels = { consume_mode: mode, consumer_group: group.name, is_system: String(isSystemGroup(group.name)) };
      rows.push({ ...clientLabels(member), ...labels, protocol_type: 'remoting' });
    }
  }
  return counted(rows);
}

function lagDrafts({ offsets, maxQueueOffset, storeTimeAt, isSystem, nowMs }: MetricsSource): { messages: Draft[]; latency: Draft[] } {
  const messages: Draft[] = [];
  const latency: Draft[] = [];
  for (const { topic, group } of offsets.pairs()) {
    let lag = 0;
    let oldestMs = nowMs;
    for (const [queueId, offset] of offsets.ofTopic(group, topic) ?? []) {
      const behind = Math.max(0, maxQueueOffset(topic, queueId) - offset);
      lag += behind;
      const storedMs = behind > 0 ? storeTimeAt(topic, queueId, offset) : -1;
      if (storedMs > 0) oldestMs = Math.min(oldestMs, storedMs);
    }
    const is_system = String(isSystem(topic) || isSystemGroup(group));
    const labels = { topic, consumer_group: group, is_retry: String(isRetryTopic(topic)), is_system };
    messages.push([labels, lag]);
    latency.push([labels, nowMs - oldestMs]);
  }
  return { messages, latency };
}
