import {
  encodeConsumeStats,
  need,
  ResponseCode,
  type GetConsumeStats,
  type MessageQueue,
  type OffsetWrapper,
  type Received,
} from '../../../protocol/index.js';
import type { Handler } from '../../../remoting/index.js';
import type { MessageStore } from '../../../store/index.js';
import type { ConsumerTable } from '../../clients/consumer-table.js';
import type { OffsetTable } from '../../offsets/offset-table.js';
import { queueProgress } from '../../offsets/queue-progress.js';
import type { StatsTable } from '../../stats/stats-table.js';
import type { TopicTable } from '../../topics/topic-table.js';

export interface GetConsumeStatsOptions {
  readonly topics: TopicTable;
  readonly consumers: ConsumerTable;
  readonly offsets: OffsetTable;
  readonly store: Pick<MessageStore, 'maxQueueOffset' | 'storeTimeAt'>;
  readonly stats: StatsTable;
  readonly brokerName: string;
}

/** How far a group is behind, by queue. As Java: AdminBrokerProcessor.getConsumeStats. */
export function getConsumeStats(options: GetConsumeStatsOptions): Handler<typeof GetConsumeStats> {
  const { topics, offsets, stats, brokerName } = options;

  const progress = (group: string, topic: string, queueId: number): OffsetWrapper => {
    const position = { group, topic, queueId };
    const row = queueProgress(options, position);
    return { ...row, pullOffset: Math.max(row.consumerOffset, offsets.queryPulled(position)) };
  };

  return ({ header }) => {
    const group = need(header, 'consumerGroup');
    const offsetTable: [MessageQueue, OffsetWrapper][] = [];
    let consumeTps = 0;
    for (const topic of topicsToCount(header, group, options)) {
      const config = topics.find(topic);
      for (let queueId = 0; queueId < (config?.readQueueNums ?? 0); queueId += 1) {
        offsetTable.push([{ topic, brokerName, queueId }, progress(group, topic, queueId)]);
      }
      if (config !== undefined) consumeTps += stats.getPerSecond(group, topic);
    }
    return { code: ResponseCode.SUCCESS, body: encodeConsumeStats({ offsetTable, consumeTps }) };
  };
}

/** A list that was given is taken as it is; otherwise an online group counts only what it subscribes to. */
function topicsToCount(
  header: Received<(typeof GetConsumeStats)['request']>,
  group: string,
  { consumers, offsets }: GetConsumeStatsOptions,
): Iterable<string> {
  const given = header.topicList?.split(';').filter((topic) => topic.trim() !== '') ?? [];
  if (given.length > 0) return new Set(given);
  const { topic = '' } = header;
  const topics = topic.trim() === '' ? offsets.topicsOf(group) : [topic];
  const subscribes = (consumers.find(group)?.subscriptions.size ?? 0) > 0;
  return topics.filter((name) => !subscribes || consumers.subscription(group, name) !== undefined);
}
