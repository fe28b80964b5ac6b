import { encodeTopicList, type GetTopicsByCluster, need, ResponseCode } from '../../protocol/index.js';
import type { Handler } from '../../remoting/index.js';
import { listDisabled, type TopicListParts } from './all-topic-list.js';

export const topicsByCluster =
  ({ routes, config }: TopicListParts): Handler<typeof GetTopicsByCluster> =>
  ({ header }) => {
    if (!config.enableTopicList) return listDisabled;
    const topics = new Set<string>();
    for (const brokerName of routes.brokersOfCluster(need(header, 'cluster'))) {
      for (const topic of routes.topicsOfBroker(brokerName)) topics.add(topic);
    }
    return { code: ResponseCode.SUCCESS, body: encodeTopicList({ topicList: [...topics] }) };
  };
