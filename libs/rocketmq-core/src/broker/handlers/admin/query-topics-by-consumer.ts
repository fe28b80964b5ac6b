import { encodeTopicList, need, ResponseCode, type QueryTopicsByConsumer } from '../../../protocol/index.js';
import type { Handler } from '../../../remoting/index.js';
import type { OffsetTable } from '../../offsets/offset-table.js';

export interface QueryTopicsByConsumerOptions {
  readonly offsets: OffsetTable;
  /** `ip:port` of this broker. */
  readonly brokerAddr: () => string;
}

/** Topics in which the group ever committed. */
export function queryTopicsByConsumer({ offsets, brokerAddr }: QueryTopicsByConsumerOptions): Handler<typeof QueryTopicsByConsumer> {
  return ({ header }) => {
    const topicList = offsets.topicsOf(need(header, 'group'));
    return { code: ResponseCode.SUCCESS, body: encodeTopicList({ brokerAddr: brokerAddr(), topicList }) };
  };
}
