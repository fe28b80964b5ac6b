import { decodeCreateTopicListRequestBody, ResponseCode, type UpdateAndCreateTopicList } from '../../../protocol/index.js';
import type { Handler } from '../../../remoting/index.js';
import { changedTopic } from '../../topics/topic-change.js';
import { decodeRequestBody } from '../request-body.js';
import type { UpdateAndCreateTopicOptions } from './update-and-create-topic.js';

/** All of them, or none when one is refused. */
export function updateAndCreateTopicList(options: UpdateAndCreateTopicOptions): Handler<typeof UpdateAndCreateTopicList> {
  return async (request) => {
    const { topicConfigList } = decodeRequestBody(decodeCreateTopicListRequestBody, request.body);
    const changed = topicConfigList.flatMap(({ attributes, ...rest }) => changedTopic({ ...rest, alterations: attributes }, options) ?? []);
    options.topics.put(...changed);
    await options.topicsPublished();
    return { code: ResponseCode.SUCCESS };
  };
}
