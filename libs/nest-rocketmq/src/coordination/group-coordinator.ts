import { bySql, isRetryTopic, type MessageSelector, type ReceivedMessage } from 'rocketmq-core/client';
import type { ListenerEndpoint } from '../listener/listener-endpoint.js';
import { conflict, consumerSettings, type ConsumerSettings } from './consumer-settings.js';

type Routed = Pick<ReceivedMessage, 'topic' | 'tags' | 'queue'>;

/** What one consumer subscribes to, and which of its listeners gets a message. */
export interface GroupPlan {
  readonly group: string;
  readonly subscriptions: ReadonlyMap<string, string | MessageSelector>;
  readonly consumer: ConsumerSettings;
  readonly batch: boolean;
  route(message: Routed): ListenerEndpoint | undefined;
}

const ALL_TAGS = '*';

interface Subscriber {
  readonly endpoint: ListenerEndpoint;
  /** undefined: every tag. */
  readonly tags: ReadonlySet<string> | undefined;
  /** In the place of tags. */
  readonly sql: string | undefined;
}

function subscriberOf(endpoint: ListenerEndpoint): Subscriber {
  const { selector } = endpoint.settings;
  if ('sql' in selector) return { endpoint, tags: undefined, sql: selector.sql };
  const expression = selector.tag.trim();
  if (expression === '' || expression === ALL_TAGS) return { endpoint, tags: undefined, sql: undefined };
  const tags = expression.split('||').map((tag) => tag.trim());
  return { endpoint, tags: new Set(tags.filter((tag) => tag !== '')), sql: undefined };
}

function clash(topic: string, a: Subscriber, b: Subscriber): string | undefined {
  // The broker evaluates an expression, and tells nobody which of two was true.
  if (a.sql !== undefined || b.sql !== undefined) return `an SQL92 selector must be the only one of its group for ${topic}`;
  const both = `both take the same messages of ${topic}: one of them would miss them`;
  if (a.tags === undefined || b.tags === undefined) return both;
  for (const tag of a.tags) if (b.tags.has(tag)) return both;
  return undefined;
}

function byTopic(group: string, endpoints: readonly ListenerEndpoint[]): Map<string, Subscriber[]> {
  const topics = new Map<string, Subscriber[]>();
  for (const subscriber of endpoints.map(subscriberOf)) {
    for (const topic of subscriber.endpoint.settings.topics) {
      const others = topics.get(topic) ?? [];
      const rival = others.find((other) => clash(topic, other, subscriber) !== undefined);
      const reason = rival && clash(topic, rival, subscriber);
      if (rival && reason !== undefined) throw conflict(group, rival.endpoint, subscriber.endpoint, reason);
      topics.set(topic, [...others, subscriber]);
    }
  }
  return topics;
}

function selectorOf(subscribers: readonly Subscriber[]): string | MessageSelector {
  const sql = subscribers[0]?.sql;
  if (sql !== undefined) return bySql(sql);
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
    subscriptions: new Map([...topics].map(([topic, subscribers]) => [topic, selectorOf(subscribers)])),
    consumer: consumerSettings(group, endpoints),
    batch: endpoints.some(({ settings }) => settings.batch !== undefined),
    route: (message) => topics.get(subscribedTopic(message))?.find(({ tags }) => takes(tags, message))?.endpoint,
  };
}

// Asked for every message, whose fields are read when they are asked for: no more of them than the answer needs.
/** A dead letter remembers the topic it was sent to; what was subscribed to is the topic it lies in. */
const subscribedTopic = (message: Routed): string => (isRetryTopic(message.queue.topic) ? message.topic : message.queue.topic);

function takes(tags: ReadonlySet<string> | undefined, message: Routed): boolean {
  if (tags === undefined) return true;
  const { tags: tag } = message;
  return tag !== undefined && tags.has(tag);
}
