import { need, ResponseCode, type CloneGroupOffset } from '../../../protocol/index.js';
import type { Handler } from '../../../remoting/index.js';
import type { ConsumerTable } from '../../clients/consumer-table.js';
import type { OffsetTable } from '../../offsets/offset-table.js';
import type { TopicTable } from '../../topics/topic-table.js';

export interface CloneGroupOffsetOptions {
  readonly topics: Pick<TopicTable, 'find'>;
  readonly consumers: ConsumerTable;
  readonly offsets: OffsetTable;
}

/**
 * Makes one group's offsets those of another, for a topic or for all that the group ever committed in. As Java: AdminBrokerProcessor.cloneGroupOffset,
 * which without a topic copies nothing, because it passes on the missing name instead of each topic's.
 */
export function cloneGroupOffset({ topics, consumers, offsets }: CloneGroupOffsetOptions): Handler<typeof CloneGroupOffset> {
  return ({ header }) => {
    const source = need(header, 'srcGroup');
    const destination = need(header, 'destGroup');
    const { topic = '', offline = false } = header;
    const subscribes = (consumers.find(source)?.subscriptions.size ?? 0) > 0;
    for (const name of topic.trim() === '' ? offsets.topicsOf(source) : [topic]) {
      if (topics.find(name) === undefined) continue;
      // Offsets of a topic that an online group gave up are history.
      if (!offline && subscribes && consumers.subscription(source, name) === undefined) continue;
      offsets.clone(name, source, destination);
    }
    return { code: ResponseCode.SUCCESS };
  };
}
