import { ResponseCode, type CleanUnusedTopic } from '../../../protocol/index.js';
import type { Handler } from '../../../remoting/index.js';
import type { Logger } from '../../../runtime/index.js';
import type { MessageStore } from '../../../store/index.js';
import type { TopicTable } from '../../topics/topic-table.js';

export interface CleanUnusedTopicOptions {
  readonly topics: Pick<TopicTable, 'find'>;
  readonly store: Pick<MessageStore, 'topics' | 'removeTopic'>;
  readonly isSystem: (topic: string) => boolean;
  readonly logger: Logger;
}

/** Removes the queues of topics that are not in the table any more. As Java: DefaultMessageStore.cleanUnusedTopic. */
export function cleanUnusedTopic({ topics, store, isSystem, logger }: CleanUnusedTopicOptions): Handler<typeof CleanUnusedTopic> {
  return () => {
    const unused = [...store.topics()].filter((topic) => topics.find(topic) === undefined && !isSystem(topic));
    for (const topic of unused) store.removeTopic(topic);
    if (unused.length > 0) logger.log('info', 'the queues of unused topics were removed', { topics: unused.slice(0, 20) });
    return { code: ResponseCode.SUCCESS };
  };
}
