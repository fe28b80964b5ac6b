import { RequestRejected } from '../../../base/index.js';
import { need, ResponseCode, RETRY_PREFIX, type DeleteTopicInBroker } from '../../../protocol/index.js';
import type { Handler } from '../../../remoting/index.js';
import type { MessageStore } from '../../../store/index.js';
import type { OffsetTable } from '../../offsets/offset-table.js';
import type { StatsTable } from '../../stats/stats-table.js';
import type { TopicTable } from '../../topics/topic-table.js';

export interface DeleteTopicInBrokerOptions {
  readonly topics: TopicTable;
  readonly offsets: OffsetTable;
  readonly store: Pick<MessageStore, 'removeTopic'>;
  readonly stats: StatsTable;
  readonly isSystem: (topic: string) => boolean;
  /** Resolves when the table is saved. */
  readonly topicsPublished: () => Promise<void>;
}

/** Deletes a topic, its offsets, its queues and the retry topics that pop consumers made of it. System topics stay, whoever asks. */
export function deleteTopicInBroker(options: DeleteTopicInBrokerOptions): Handler<typeof DeleteTopicInBroker> {
  const { topics, offsets, store, stats, isSystem, topicsPublished } = options;
  return async ({ header }) => {
    const topic = need(header, 'topic');
    if (topic.trim() === '') throw new RequestRejected(ResponseCode.INVALID_PARAMETER, 'The specified topic is blank.');
    if (isSystem(topic)) throw new RequestRejected(ResponseCode.INVALID_PARAMETER, `The topic[${topic}] is conflict with system topic.`);
    const retryTopics = offsets
      .groupsOf(topic)
      .flatMap((group) => [`${RETRY_PREFIX}${group}+${topic}`, `${RETRY_PREFIX}${group}_${topic}`]);
    for (const name of [topic, ...retryTopics.filter((retry) => topics.find(retry) !== undefined)]) {
      topics.remove(name);
      offsets.removeTopic(name);
      store.removeTopic(name);
      stats.removeTopic(name);
    }
    await topicsPublished();
    return { code: ResponseCode.SUCCESS };
  };
}
