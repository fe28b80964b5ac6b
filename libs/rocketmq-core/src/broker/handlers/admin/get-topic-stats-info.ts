import {
  encodeTopicStatsTable,
  need,
  ResponseCode,
  type GetTopicStatsInfo,
  type MessageQueue,
  type TopicOffset,
} from '../../../protocol/index.js';
import type { Handler } from '../../../remoting/index.js';
import type { MessageStore } from '../../../store/index.js';
import type { StatsTable } from '../../stats/stats-table.js';
import type { TopicTable } from '../../topics/topic-table.js';

export interface GetTopicStatsInfoOptions {
  readonly topics: TopicTable;
  readonly store: Pick<MessageStore, 'minQueueOffset' | 'maxQueueOffset' | 'storeTimeAt'>;
  readonly stats: StatsTable;
  readonly brokerName: string;
}

/** Offsets and last store time of every queue of a topic. */
export function getTopicStatsInfo({ topics, store, stats, brokerName }: GetTopicStatsInfoOptions): Handler<typeof GetTopicStatsInfo> {
  return ({ header }) => {
    const topic = need(header, 'topic');
    const config = topics.find(topic);
    if (config === undefined) return { code: ResponseCode.TOPIC_NOT_EXIST, remark: `topic[${topic}] not exist` };
    const offsetTable: [MessageQueue, TopicOffset][] = [];
    for (let queueId = 0; queueId < Math.max(config.writeQueueNums, config.readQueueNums); queueId += 1) {
      const minOffset = Math.max(0, store.minQueueOffset(topic, queueId));
      const maxOffset = Math.max(0, store.maxQueueOffset(topic, queueId));
      const lastUpdateTimestamp = maxOffset > 0 ? store.storeTimeAt(topic, queueId, maxOffset - 1) : 0;
      offsetTable.push([
        { topic, brokerName, queueId },
        { minOffset, maxOffset, lastUpdateTimestamp },
      ]);
    }
    return { code: ResponseCode.SUCCESS, body: encodeTopicStatsTable({ offsetTable, topicPutTps: stats.putPerSecond(topic) }) };
  };
}
