import { encodeGroupList, need, ResponseCode, type QueryTopicConsumeByWho } from '../../../protocol/index.js';
import type { Handler } from '../../../remoting/index.js';
import type { ConsumerTable } from '../../clients/consumer-table.js';
import type { OffsetTable } from '../../offsets/offset-table.js';

export interface QueryTopicConsumeByWhoOptions {
  readonly consumers: ConsumerTable;
  readonly offsets: OffsetTable;
}

/** Groups that are online for the topic, and groups that ever committed there. */
export function queryTopicConsumeByWho({ consumers, offsets }: QueryTopicConsumeByWhoOptions): Handler<typeof QueryTopicConsumeByWho> {
  return ({ header }) => {
    const topic = need(header, 'topic');
    const groupList = [...new Set([...consumers.groupsOf(topic), ...offsets.groupsOf(topic)])];
    return { code: ResponseCode.SUCCESS, body: encodeGroupList({ groupList }) };
  };
}
