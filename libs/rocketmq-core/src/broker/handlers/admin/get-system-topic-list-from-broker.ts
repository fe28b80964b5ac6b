import { encodeTopicList, ResponseCode, type GetSystemTopicListFromBroker } from '../../../protocol/index.js';
import type { Handler } from '../../../remoting/index.js';
import type { TopicTable } from '../../topics/topic-table.js';

export interface GetSystemTopicListFromBrokerOptions {
  readonly topics: TopicTable;
  readonly isSystem: (topic: string) => boolean;
}

export function getSystemTopicListFromBroker({
  topics,
  isSystem,
}: GetSystemTopicListFromBrokerOptions): Handler<typeof GetSystemTopicListFromBroker> {
  return () => {
    const topicList = [...topics.all()].map(({ topicName }) => topicName).filter(isSystem);
    return { code: ResponseCode.SUCCESS, body: encodeTopicList({ topicList }) };
  };
}
