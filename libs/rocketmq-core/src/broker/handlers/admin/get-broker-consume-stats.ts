import { encodeConsumeStatsList, ResponseCode, type ConsumeStats, type GetBrokerConsumeStats } from '../../../protocol/index.js';
import type { Handler } from '../../../remoting/index.js';
import type { MessageStore } from '../../../store/index.js';
import type { ConsumerTable } from '../../clients/consumer-table.js';
import type { GroupTable } from '../../groups/group-table.js';
import type { OffsetTable } from '../../offsets/offset-table.js';
import { queueProgress } from '../../offsets/queue-progress.js';
import type { StatsTable } from '../../stats/stats-table.js';
import type { TopicTable } from '../../topics/topic-table.js';

export interface GetBrokerConsumeStatsOptions {
  readonly topics: TopicTable;
  readonly groups: GroupTable;
  readonly consumers: ConsumerTable;
  readonly offsets: OffsetTable;
  readonly store: Pick<MessageStore, 'maxQueueOffset' | 'storeTimeAt'>;
  readonly stats: StatsTable;
  readonly brokerName: string;
  /** `ip:port` of this broker. */
  readonly brokerAddr: () => string;
}

/** How far every group is in every topic it committed in. As Java: AdminBrokerProcessor.fetchAllConsumeStatsInBroker. */
export function getBrokerConsumeStats(options: GetBrokerConsumeStatsOptions): Handler<typeof GetBrokerConsumeStats> {
  return ({ header }) => {
    const consumeStatsList = [...options.groups.all()].map(
      ({ groupName }) => new Map([[groupName, statsOfGroup(groupName, header.isOrder ?? false, options)]]),
    );
    const rows = consumeStatsList.flatMap((groups) => [...groups.values()].flat()).flatMap(({ offsetTable }) => offsetTable);
    const totalDiff = rows.reduce((sum, [, row]) => sum + row.brokerOffset - row.consumerOffset, 0);
    const totalInflightDiff = rows.reduce((sum, [, row]) => sum + row.pullOffset - row.consumerOffset, 0);
    return {
      code: ResponseCode.SUCCESS,
      body: encodeConsumeStatsList({ brokerAddr: options.brokerAddr(), consumeStatsList, totalDiff, totalInflightDiff }),
    };
  };
}

function statsOfGroup(group: string, orderedOnly: boolean, options: GetBrokerConsumeStatsOptions): ConsumeStats[] {
  const { topics, consumers, offsets, stats, brokerName } = options;
  const subscribes = (consumers.find(group)?.subscriptions.size ?? 0) > 0;
  return offsets.topicsOf(group).flatMap((topic) => {
    const config = topics.find(topic);
    if (config === undefined || (orderedOnly && !config.order)) return [];
    if (subscribes && consumers.subscription(group, topic) === undefined) return [];
    const queues = [...Array(config.writeQueueNums).keys()];
    const offsetTable: ConsumeStats['offsetTable'] = queues.map((queueId) => [
      { topic, brokerName, queueId },
      queueProgress(options, { group, topic, queueId }),
    ]);
    return [{ offsetTable, consumeTps: stats.getPerSecond(group, topic) }];
  });
}
