import { RequestRejected } from '../../base/index.js';
import { need, ResponseCode, type UpdateConsumerOffset } from '../../protocol/index.js';
import type { Handler } from '../../remoting/index.js';
import type { GroupTable } from '../groups/group-table.js';
import type { OffsetTable } from '../offsets/offset-table.js';
import type { TopicTable } from '../topics/topic-table.js';

export interface UpdateConsumerOffsetOptions {
  readonly groups: GroupTable;
  readonly topics: TopicTable;
  readonly offsets: OffsetTable;
}

/** As Java: ConsumerManageProcessor.updateConsumerOffset. */
export function updateConsumerOffset({ groups, topics, offsets }: UpdateConsumerOffsetOptions): Handler<typeof UpdateConsumerOffset> {
  return ({ header }) => {
    const group = need(header, 'consumerGroup');
    const topic = need(header, 'topic');
    if (groups.find(group) === undefined) {
      throw new RequestRejected(ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST, `Group ${group} not exist!`);
    }
    const config = topics.find(topic);
    if (config === undefined) throw new RequestRejected(ResponseCode.TOPIC_NOT_EXIST, `Topic ${topic} not exist!`);
    const { queueId, commitOffset } = header;
    // Java takes any queue id; each would stay in the table and its file for good.
    if (queueId === undefined || queueId < 0 || queueId >= Math.max(config.readQueueNums, config.writeQueueNums)) {
      throw new RequestRejected(ResponseCode.INVALID_PARAMETER, `topic[${topic}] has no queue ${String(queueId)}`);
    }
    if (commitOffset === undefined || commitOffset < 0) {
      throw new RequestRejected(ResponseCode.INVALID_PARAMETER, `${String(commitOffset)} is no offset`);
    }
    const position = { group, topic, queueId };
    if (offsets.isReset(position)) return { code: ResponseCode.SUCCESS, remark: 'Offset has been previously reset' };
    offsets.commit(position, commitOffset);
    return { code: ResponseCode.SUCCESS };
  };
}
