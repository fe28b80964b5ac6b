import type { MessageQueue } from '../../../protocol/index.js';
import { queueText } from '../../message-queues.js';
import type { AdminCallLimits } from '../admin-call.js';
import type { GroupAdmin } from '../groups.js';
import type { TopicAdmin } from '../topics.js';

/**
 * Groups that have not consumed a topic's queues up to their ends, or up to what `endOf` says.
 * @param counts which queues count
 */
export async function laggards(
  { topics, groups }: { readonly topics: TopicAdmin; readonly groups: GroupAdmin },
  topic: string,
  options: {
    readonly counts: (queue: MessageQueue) => boolean;
    readonly endOf?: (queue: MessageQueue) => number | undefined;
    readonly limits: AdminCallLimits;
  },
): Promise<string[]> {
  const { counts, endOf, limits } = options;
  const addresses = await topics.brokersOf(topic, limits);
  const late: string[] = [];
  for (const group of await topics.groups(topic, limits)) {
    const rows = await Promise.all(addresses.map((address) => groups.progressAt(address, group, topic, limits)));
    for (const { queue, offsets } of rows.flat().filter((row) => counts(row.queue))) {
      const end = endOf?.(queue) ?? offsets.brokerOffset;
      if (offsets.consumerOffset < end) late.push(`${group} at ${offsets.consumerOffset} of ${end} in ${queueText(queue)}`);
    }
  }
  return late;
}
