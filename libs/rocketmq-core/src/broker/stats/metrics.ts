import { isDlqTopic, isRetryTopic, versionName } from '../../protocol/index.js';
import type { LaneFigures } from '../../remoting/index.js';
import type { StoreFigures } from '../../store/index.js';
import type { ConsumerTable } from '../clients/consumer-table.js';
import type { Member, ProducerTable } from '../clients/producer-table.js';
import type { OffsetTable } from '../offsets/offset-table.js';
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
  readonly maxQueueOffset: (topic: string, queueId: number) => number;
  readonly isSystem: (topic: string) => boolean;
}

type Labels = Readonly<Record<string, string>>;
type Draft = readonly [labels: Labels, value: number];

/** As Java: BrokerMetricsConstant. Totals begin anew with the process. */
export function brokerMetrics(source: MetricsSource): Metric[] {
  const common: Labels = { cluster: source.cluster, node_type: 'broker', node_id: source.brokerName };
  const metric = (name: string, type: Metric['type'], help: string, drafts: readonly Draft[]): Metric => ({
    name: `rocketmq_${name}`,
    help,
    type,
    samples: drafts.map(([labels, value]) => ({ labels: new Map(Object.entries({ ...common, ...labels })), value })),
  });
  const { figures } = source;
  const gauge = (name: string, help: string, value: number) => metric(name, 'gauge', help, [[{}, value]]);
  return [
    gauge('broker_permission', 'Permission bits of the broker: 4 read, 2 write.', source.brokerPermission),
    gauge('topic_number', 'Topics of the broker.', source.topicCount),
    gauge('consumer_group_number', 'Consumer groups of the broker.', source.groupCount),
    metric('processor_watermark', 'gauge', 'Requests being handled, by lane.', laneDrafts(source.lanes)),
    metric('messages_in_total', 'counter', 'Messages stored.', inDrafts(source, 'messages')),
    metric('throughput_in_total', 'counter', 'Bytes of the bodies stored.', inDrafts(source, 'bytes')),
    metric('messages_out_total', 'counter', 'Messages delivered.', outDrafts(source, 'messages')),
    metric('throughput_out_total', 'counter', 'Bytes delivered.', outDrafts(source, 'bytes')),
    metric('producer_connections', 'gauge', 'Connections of producers.', producerDrafts(source.producers)),
    metric('consumer_connections', 'gauge', 'Connections of consumers.', consumerDrafts(source.consumers)),
    metric('consumer_lag_messages', 'gauge', 'Messages a group has not consumed.', lagDrafts(source)),
    gauge('storage_size', 'Bytes of the commit log.', figures.maxPhysicalOffset - figures.minPhysicalOffset),
    gauge('storage_flush_behind_bytes', 'Bytes not flushed to the disk.', figures.maxPhysicalOffset - figures.flushedPhysicalOffset),
    gauge('storage_dispatch_behind_bytes', 'Bytes that no consumer can see yet.', figures.dispatchBehindBytes),
  ];
}

function laneDrafts(lanes: readonly LaneFigures[]): Draft[] {
  return lanes.map(({ name, size }) => [{ processor: name }, size]);
}

const isRedelivery = (topic: string) => isRetryTopic(topic) || isDlqTopic(topic);

function inDrafts({ stats, isSystem }: MetricsSource, figure: 'messages' | 'bytes'): Draft[] {
  return [...stats.putFlows()]
    .filter(({ topic }) => !isRedelivery(topic))
    .map((flow) => [{ topic: flow.topic, message_type: 'normal', is_system: String(isSystem(flow.topic)) }, flow[figure]]);
}

function outDrafts({ stats, isSystem }: MetricsSource, figure: 'messages' | 'bytes'): Draft[] {
  return [...stats.getFlows()].map((flow) => {
    const { topic, group } = flow;
    const labels = { topic, consumer_group: group, is_retry: String(isRetryTopic(topic)), is_system: String(isSystem(topic)) };
    return [labels, flow[figure]];
  });
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

function consumerDrafts(consumers: ConsumerTable): Draft[] {
  const rows: Labels[] = [];
  for (const group of consumers.all()) {
    const mode = group.consumeType === 'CONSUME_ACTIVELY' ? 'pull' : 'push';
    for (const member of group.members.values()) {
      rows.push({ ...clientLabels(member), consume_mode: mode, consumer_group: group.name, protocol_type: 'remoting' });
    }
  }
  return counted(rows);
}

function lagDrafts({ offsets, maxQueueOffset, isSystem }: MetricsSource): Draft[] {
  return offsets.pairs().map(({ topic, group }) => {
    let lag = 0;
    for (const [queueId, offset] of offsets.ofTopic(group, topic) ?? []) lag += Math.max(0, maxQueueOffset(topic, queueId) - offset);
    return [{ topic, consumer_group: group, is_retry: String(isRetryTopic(topic)), is_system: String(isSystem(topic)) }, lag];
  });
}
