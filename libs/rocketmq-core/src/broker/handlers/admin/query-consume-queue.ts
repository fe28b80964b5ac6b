import {
  encodeQueryConsumeQueueResponseBody,
  need,
  ResponseCode,
  type ConsumeQueueData,
  type QueryConsumeQueue,
} from '../../../protocol/index.js';
import type { Handler } from '../../../remoting/index.js';
import type { MessageStore } from '../../../store/index.js';
import type { ConsumerTable } from '../../clients/consumer-table.js';
import type { TopicTable } from '../../topics/topic-table.js';

export interface QueryConsumeQueueOptions {
  readonly topics: Pick<TopicTable, 'find'>;
  readonly consumers: Pick<ConsumerTable, 'subscription'>;
  readonly store: Pick<MessageStore, 'minQueueOffset' | 'maxQueueOffset' | 'entriesOf'>;
}

/** More of them would make an answer that no client takes. */
const COUNT_MAX = 10_000;

/** Entries of a consume queue as they lie on disk. As Java: AdminBrokerProcessor.queryConsumeQueue. */
export function queryConsumeQueue({ topics, consumers, store }: QueryConsumeQueueOptions): Handler<typeof QueryConsumeQueue> {
  return ({ header }) => {
    const topic = need(header, 'topic');
    const { queueId = 0, index = 0, count = 0, consumerGroup } = header;
    const { readQueueNums = 0, writeQueueNums = 0 } = topics.find(topic) ?? {};
    if (queueId < 0 || queueId >= Math.max(readQueueNums, writeQueueNums)) {
      return { code: ResponseCode.SYSTEM_ERROR, remark: `${queueId}@${topic} is not exist!` };
    }
    const minQueueIndex = store.minQueueOffset(topic, queueId);
    const maxQueueIndex = store.maxQueueOffset(topic, queueId);
    if (index < minQueueIndex || index >= maxQueueIndex) {
      return { code: ResponseCode.SUCCESS, remark: `Index ${index} of ${queueId}@${topic} is not exist!` };
    }
    const entries = store.entriesOf(topic, queueId, { from: index, countMax: Math.max(0, Math.min(count, COUNT_MAX)) });
    const queueData = entries.map(({ physicalOffset, size, tagsCode }): ConsumeQueueData => ({
      physicOffset: physicalOffset,
      physicSize: size,
      tagsCode,
      eval: false,
    }));
    const about = consumerGroup === undefined ? {} : subscriptionOf(consumers, consumerGroup, topic);
    return { code: ResponseCode.SUCCESS, body: encodeQueryConsumeQueueResponseBody({ minQueueIndex, maxQueueIndex, queueData, ...about }) };
  };
}

function subscriptionOf(consumers: Pick<ConsumerTable, 'subscription'>, group: string, topic: string) {
  const subscriptionData = consumers.subscription(group, topic);
  if (subscriptionData === undefined) return { filterData: `${group}@${topic} is not online!` };
  return { subscriptionData, filterData: 'null' };
}
