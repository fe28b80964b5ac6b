import type { MessageQueue } from '../../../protocol/index.js';
import { queueText } from '../../message-queues.js';
import type { AdminCallLimits } from '../admin-call.js';
import type { GroupAdmin, GroupProgress } from '../groups.js';
import type { TopicAdmin } from '../topics.js';

type Groups = Pick<GroupAdmin, 'progressAt' | 'connections'>;

/**
 * Groups that have not consumed a topic's queues up to their ends, or up to what `endOf` says.
 * @param counts which queues count
 */
export async function laggards(
  { topics, groups }: { readonly topics: Pick<TopicAdmin, 'brokersOf' | 'groups'>; readonly groups: Groups },
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
    const rows = (await Promise.all(addresses.map((address) => groups.progressAt(address, group, topic, limits)))).flat();
    if (group === topic && !(await isGroup(groups, group, { rows, addresses, limits }))) continue;
    for (const { queue, offsets } of rows.filter((row) => counts(row.queue))) {
      const end = endOf?.(queue) ?? offsets.brokerOffset;
      if (offsets.consumerOffset < end) late.push(`${group} at ${offsets.consumerOffset} of ${end} in ${queueText(queue)}`);
    }
  }
  return late;
}

/** Apache 5.3 names a topic that is subscribed among the groups of that topic, in the place of the subscriber. */
async function isGroup(
  groups: Groups,
  group: string,
  seen: { readonly rows: readonly GroupProgress[]; readonly addresses: readonly string[]; readonly limits: AdminCallLimits },
): Promise<boolean> {
  if (seen.rows.some(({ offsets }) => offsets.consumerOffset > 0)) return true;
  for (const address of seen.addresses) if ((await groups.connections(group, address, seen.limits)) !== undefined) return true;
  return false;
}
