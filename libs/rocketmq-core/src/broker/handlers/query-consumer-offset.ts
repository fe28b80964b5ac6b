import { need, ResponseCode, type QueryConsumerOffset } from '../../protocol/index.js';
import type { Handler } from '../../remoting/index.js';
import type { MessageStore } from '../../store/index.js';
import type { OffsetTable } from '../offsets/offset-table.js';

export interface QueryConsumerOffsetOptions {
  readonly offsets: OffsetTable;
  readonly store: Pick<MessageStore, 'minQueueOffset'>;
  /** Whether the first message of the queue is there and recent. */
  readonly firstMessageInMemory: (topic: string, queueId: number) => boolean;
}

/**
 * A group that never committed starts a young queue at its beginning, whatever its consumers are set to. As Java:
 * ConsumerManageProcessor.queryConsumerOffset.
 */
export function queryConsumerOffset({
  offsets,
  store,
  firstMessageInMemory,
}: QueryConsumerOffsetOptions): Handler<typeof QueryConsumerOffset> {
  return ({ header }) => {
    const topic = need(header, 'topic');
    const queueId = need(header, 'queueId');
    const committed = offsets.query({ group: need(header, 'consumerGroup'), topic, queueId });
    if (committed >= 0) return { code: ResponseCode.SUCCESS, header: { offset: committed } };
    if (header.setZeroIfNotFound !== false && store.minQueueOffset(topic, queueId) <= 0 && firstMessageInMemory(topic, queueId)) {
      return { code: ResponseCode.SUCCESS, header: { offset: 0 } };
    }
    return { code: ResponseCode.QUERY_NOT_FOUND, remark: 'Not found, maybe this group consumer boot first' };
  };
}
