import type { ConsumeFrom } from '../listener/listener-options.js';
import { ListenerConflictError } from '../errors/listener-conflict.error.js';
import type { ListenerEndpoint } from '../listener/listener-endpoint.js';

/** What one consumer subscribes to, and which of its listeners gets a message. */
export interface GroupPlan {
  readonly group: string;
  /** Topic to tag expression. */
  readonly subscriptions: ReadonlyMap<string, string>;
  readonly concurrency: number | undefined;
  readonly consumeFrom: ConsumeFrom | undefined;
  route(topic: string, tag: string | undefined): ListenerEndpoint | undefined;
}

const ALL_TAGS = '*';

interface Subscriber {
  readonly endpoint: ListenerEndpoint;
  /** undefined: every tag. */
  readonly tags: ReadonlySet<string> | undefined;
}

function tagsOf(endpoint: ListenerEndpoint): ReadonlySet<string> | undefined {
  const expression = endpoint.options.selector?.tag.trim() ?? ALL_TAGS;
  if (expression === '' || expression === ALL_TAGS) return undefined;
  return new Set(
    expression
      .split('||')
      .map((tag) => tag.trim())
      .filter((tag) => tag !== ''),
  );
}

function conflict(group: string, first: ListenerEndpoint, second: ListenerEndpoint, reason: string): ListenerConflictError {
  return new ListenerConflictError(`${first.name} and ${second.name} share the group ${group}, but ${reason}`);
}

function overlap(a: Subscriber, b: Subscriber): boolean {
  if (a.tags === undefined || b.tags === undefined) return true;
  for (const tag of a.tags) if (b.tags.has(tag)) return true;
  return false;
}

// A group has one setting for all of its listeners: it is the consumer's, not the method's.
function agreed<K extends 'concurrency' | 'consumeFrom'>(group: string, endpoints: readonly ListenerEndpoint[], key: K) {
  const given = endpoints.filter((endpoint) => endpoint.options[key] !== undefined);
  const [first, ...others] = given;
  const other = others.find((endpoint) => JSON.stringify(endpoint.options[key]) !== JSON.stringify(first?.options[key]));
  if (first && other) throw conflict(group, first, other, `their ${key} differs`);
  return first?.options[key];
}

function byTopic(group: string, endpoints: readonly ListenerEndpoint[]): Map<string, Subscriber[]> {
  const topics = new Map<string, Subscriber[]>();
  for (const endpoint of endpoints) {
    const subscriber = { endpoint, tags: tagsOf(endpoint) };
    const others = topics.get(endpoint.options.topic) ?? [];
    const rival = others.find((other) => overlap(other, subscriber));
    if (rival)
      throw conflict(
        group,
        rival.endpoint,
        endpoint,
        `both take the same messages of ${endpoint.options.topic}: one of them would miss them`,
      );
    topics.set(endpoint.options.topic, [...others, subscriber]);
  }
  return topics;
}

function expressionOf(subscribers: readonly Subscriber[]): string {
  const tags = subscribers.flatMap((subscriber) => (subscriber.tags ? [...subscriber.tags] : [ALL_TAGS]));
  return tags.includes(ALL_TAGS) ? ALL_TAGS : tags.sort().join(' || ');
}

/**
 * Joins the listeners of one group into one consumer with the union of their subscriptions. Members of a group must subscribe to the same, or RocketMQ
 * loses messages; so two consumers of one group in a process are never made.
 * @throws ListenerConflictError when two listeners contradict each other; it names both
 */
export function planGroup(group: string, endpoints: readonly ListenerEndpoint[]): GroupPlan {
  const topics = byTopic(group, endpoints);
  return {
    group,
    subscriptions: new Map([...topics].map(([topic, subscribers]) => [topic, expressionOf(subscribers)])),
    concurrency: agreed(group, endpoints, 'concurrency'),
    consumeFrom: agreed(group, endpoints, 'consumeFrom'),
    route: (topic, tag) => topics.get(topic)?.find(({ tags }) => tags === undefined || (tag !== undefined && tags.has(tag)))?.endpoint,
  };
}
