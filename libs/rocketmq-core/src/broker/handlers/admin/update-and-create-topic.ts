import { need, ResponseCode, type UpdateAndCreateTopic } from '../../../protocol/index.js';
import type { Handler } from '../../../remoting/index.js';
import { parseAlterations } from '../../topics/attributes.js';
import { changedTopic, type TopicChangeOptions } from '../../topics/topic-change.js';

export interface UpdateAndCreateTopicOptions extends TopicChangeOptions {
  /** Resolves when the topic is saved and known to the name servers that answer. */
  readonly topicsPublished: () => Promise<void>;
}

export function updateAndCreateTopic(options: UpdateAndCreateTopicOptions): Handler<typeof UpdateAndCreateTopic> {
  return async ({ header }) => {
    const config = changedTopic(
      {
        topicName: need(header, 'topic'),
        readQueueNums: need(header, 'readQueueNums'),
        writeQueueNums: need(header, 'writeQueueNums'),
        perm: need(header, 'perm'),
        topicFilterType: header.topicFilterType === 'MULTI_TAG' ? 'MULTI_TAG' : 'SINGLE_TAG',
        topicSysFlag: header.topicSysFlag ?? 0,
        order: header.order ?? false,
        alterations: parseAlterations(header.attributes),
      },
      options,
    );
    if (config !== undefined) options.topics.put(config);
    await options.topicsPublished();
    return { code: ResponseCode.SUCCESS };
  };
}
