import {
  encodeQueryConsumeTimeSpanBody,
  need,
  ResponseCode,
  type QueryConsumeTimeSpan,
  type QueueTimeSpan,
} from '../../../protocol/index.js';
import type { Handler } from '../../../remoting/index.js';
import type { Clock } from '../../../runtime/index.js';
import type { MessageStore } from '../../../store/index.js';
import type { OffsetTable } from '../../offsets/offset-table.js';
import type { TopicTable } from '../../topics/topic-table.js';

export interface QueryConsumeTimeSpanOptions {
  readonly topics: TopicTable;
  readonly offsets: OffsetTable;
  readonly store: Pick<MessageStore, 'maxQueueOffset' | 'storeTimeAt' | 'earliestStoreTime'>;
  readonly brokerName: string;
  readonly clock: Clock;
}

/** Store times of the first, the last and the last consumed message of each queue. */
export function queryConsumeTimeSpan(options: QueryConsumeTimeSpanOptions): Handler<typeof QueryConsumeTimeSpan> {
  const { topics, offsets, store, brokerName, clock } = options;

  const spanOf = (group: string, topic: string, queueId: number): QueueTimeSpan => {
    const maxOffset = store.maxQueueOffset(topic, queueId);
    const consumed = offsets.query({ group, topic, queueId });
    const minTimeStamp = store.earliestStoreTime(topic, queueId);
    return {
      messageQueue: { topic, brokerName, queueId },
      minTimeStamp,
      maxTimeStamp: store.storeTimeAt(topic, queueId, maxOffset - 1),
      consumeTimeStamp: consumed > 0 ? store.storeTimeAt(topic, queueId, consumed - 1) : minTimeStamp,
      delayTime: consumed < maxOffset ? clock.now() - store.storeTimeAt(topic, queueId, Math.max(0, consumed)) : 0,
    };
  };

  return ({ header }) => {
    const topic = need(header, 'topic');
    const group = need(header, 'group');
    const config = topics.find(topic);
    if (config === undefined) return { code: ResponseCode.TOPIC_NOT_EXIST, remark: `topic[${topic}] not exist` };
    const consumeTimeSpanSet: QueueTimeSpan[] = [];
    for (let queueId = 0; queueId < config.writeQueueNums; queueId += 1) consumeTimeSpanSet.push(spanOf(group, topic, queueId));
    return { code: ResponseCode.SUCCESS, body: encodeQueryConsumeTimeSpanBody({ consumeTimeSpanSet }) };
  };
}
