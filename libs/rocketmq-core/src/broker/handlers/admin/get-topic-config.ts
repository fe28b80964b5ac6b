import { encodeTopicConfigAndQueueMapping, need, ResponseCode, type GetTopicConfig } from '../../../protocol/index.js';
import type { Handler } from '../../../remoting/index.js';
import type { TopicTable } from '../../topics/topic-table.js';

export function getTopicConfig({ topics }: { readonly topics: TopicTable }): Handler<typeof GetTopicConfig> {
  return ({ header }) => {
    const topic = need(header, 'topic');
    const config = topics.find(topic);
    if (config === undefined) return { code: ResponseCode.TOPIC_NOT_EXIST, remark: `No topic in this broker. topic: ${topic}` };
    return { code: ResponseCode.SUCCESS, body: encodeTopicConfigAndQueueMapping(config) };
  };
}
