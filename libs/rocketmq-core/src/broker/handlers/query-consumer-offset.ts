import { need, ResponseCode, type QueryConsumerOffset } from '../../protocol/index.js';
import type { Handler } from '../../remoting/index.js';
import type { MessageStore } from '../../store/index.js';
import type { OffsetTable } from '../offsets/offset-table.js';
import type { TopicTable } from '../topics/topic-table.js';

export interface QueryConsumerOffsetOptions {
  readonly offsets: OffsetTable;
  readonly topics: Pick<TopicTable, 'find'>;
  readonly store: Pick<MessageStore, 'minQueueOffset' | 'maxQueueOffset'>;
  /** Whether the first message of the queue is there and recent. */
  readonly firstMessageInMemory: (topic: string, queueId: number) => boolean;
}

/**
 * A group that never committed starts a young queue at its beginning, whatever its consumers are set to. As Java:
 * ConsumerManageProcessor.queryConsumerOffset, but for a queue that is still empty, where Java knows no offset: its clients then ask for the maximum,
 * and a message that is stored between the two requests is skipped for good.
 */
export function queryConsumerOffset({
  offsets,
  topics,
  store,
  firstMessageInMemory,
}: QueryConsumerOffsetOptions): Handler<typeof QueryConsumerOffset> {
  const isEmpty = (topic: string, queueId: number) => {
    const { readQueueNums = 0 } = topics.find(topic) ?? {};
    return queueId >= 0 && queueId < readQueueNums && store.maxQueueOffset(topic, queueId) <= 0;
  };
  return ({ header }) => {
    const topic = need(header, 'topic');
    const queueId = need(header, 'queueId');
    const committed = offsets.query({ group: need(header, 'consumerGroup'), topic, queueId });
    if (committed >= 0) return { code: ResponseCode.SUCCESS, header: { offset: committed } };
    const fromStart = () => isEmpty(topic, queueId) || firstMessageInMemory(topic, queueId);
    if (header.setZeroIfNotFound !== false && store.minQueueOffset(topic, queueId) <= 0 && fromStart()) {
      return { code: ResponseCode.SUCCESS, header: { offset: 0 } };
    }
    return { code: ResponseCode.QUERY_NOT_FOUND, remark: 'Not found, maybe this group consumer boot first' };
  };
}
