import type { RocketMQConnection } from '../src/index.js';
import type { StoredMessage } from './topic-reader.js';

type Admin = ReturnType<Awaited<ReturnType<RocketMQConnection['start']>>['admin']>;
type Connections = NonNullable<Awaited<ReturnType<Admin['groups']['connections']>>>;
type Subscription = Connections['subscriptionTable'] extends ReadonlyMap<string, infer S> ? S : never;

/** What connected consumer groups have left to do, as their consumers know it: brokers hear of it only every few seconds. */
export class GroupWatch {
  constructor(
    private readonly admin: Admin,
    /** What a topic holds. */
    private readonly messages: (topic: string) => Promise<readonly StoredMessage[]>,
  ) {}

  /** The subscribed topics of the connected members of a group, without that of its retries. */
  async topicsOf(group: string): Promise<readonly string[]> {
    const topics = [...(await this.subscriptions(group)).keys()];
    return topics.filter((topic) => !topic.startsWith('%RETRY%'));
  }

  /** `group: topic (count)` for everything that is not consumed. */
  async behind(): Promise<readonly string[]> {
    const left: string[] = [];
    for (const group of await this.groups()) {
      for (const [topic, subscription] of await this.subscriptions(group)) {
        const count = await this.count(group, topic, subscription);
        if (count > 0) left.push(`${group}: ${topic} (${count})`);
      }
    }
    return left;
  }

  private async groups(): Promise<ReadonlySet<string>> {
    const groups = new Set<string>();
    for (const address of await this.brokers()) for (const group of (await this.admin.groups.configs(address)).keys()) groups.add(group);
    return groups;
  }

  private async subscriptions(group: string): Promise<ReadonlyMap<string, Subscription>> {
    const found = new Map<string, Subscription>();
    for (const address of await this.brokers()) {
      const connections = await this.admin.groups.connections(group, address);
      for (const [topic, subscription] of connections?.subscriptionTable ?? []) found.set(topic, subscription);
    }
    return found;
  }

  // A message that the broker leaves out moves no offset until the next one that it does not.
  private async count(group: string, topic: string, subscription: Subscription): Promise<number> {
    const known = [...(await this.admin.clients.offsets(group, topic)).values()].flat();
    const waits = ({ queue, queueOffset }: StoredMessage): boolean => {
      const at = known.find(([one]) => one.brokerName === queue.brokerName && one.queueId === queue.queueId && one.topic === queue.topic);
      return at === undefined || at[1] <= queueOffset;
    };
    return (await this.messages(topic)).filter((message) => isWanted(message, subscription) && waits(message)).length;
  }

  private brokers(): Promise<readonly string[]> {
    return this.admin.topics.brokersOf('TBW102');
  }
}

function isWanted({ tags }: StoredMessage, { subString, tagsSet, expressionType }: Subscription): boolean {
  if (expressionType === 'SQL92' || subString === '*' || subString === '') return true;
  return tags !== undefined && [...tagsSet].includes(tags);
}
