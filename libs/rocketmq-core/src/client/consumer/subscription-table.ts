import { javaHashCode, retryTopic } from '../../protocol/index.js';
import { InvalidInput } from '../errors.js';
import type { MessageSelector } from '../message-selector.js';

/** What a group wants of one topic. As Java: SubscriptionData. */
export interface Subscription {
  readonly topic: string;
  readonly type: MessageSelector['type'];
  /** As the user wrote it; `*` for all. */
  readonly expression: string;
  /** Empty for all, and for an SQL92 expression: what the broker sends has passed it. */
  readonly tags: ReadonlySet<string>;
  /** Java hash codes of the tags: what the broker compares. */
  readonly tagCodes: readonly number[];
  /** Milliseconds since the epoch; the broker refuses pulls that name a newer one than it knows. */
  readonly version: number;
}

const ALL = '*';

/**
 * @throws InvalidInput when the expression names no tag, or is an empty one of SQL92; otherwise SQL92 is for the broker to read
 * As Java: FilterAPI.build.
 */
export function subscribe(topic: string, selector: string | MessageSelector, version: number): Subscription {
  const { type, expression } = typeof selector === 'string' ? { type: 'TAG' as const, expression: selector } : selector;
  return type === 'TAG' ? subscribeByTag(topic, expression, version) : subscribeBySql(topic, expression, version);
}

function subscribeBySql(topic: string, expression: string, version: number): Subscription {
  if (expression.trim() === '') throw new InvalidInput('subscriptions', `the SQL92 expression for topic ${topic} is empty`);
  return { topic, type: 'SQL92', expression, tags: new Set(), tagCodes: [], version };
}

function subscribeByTag(topic: string, expression: string, version: number): Subscription {
  const trimmed = expression.trim();
  if (trimmed === '' || trimmed === ALL) return { topic, type: 'TAG', expression: ALL, tags: new Set(), tagCodes: [], version };
  const tags = new Set(
    trimmed
      .split('||')
      .map((tag) => tag.trim())
      .filter((tag) => tag !== ''),
  );
  if (tags.size === 0)
    throw new InvalidInput('subscriptions', `the expression ${JSON.stringify(expression)} for topic ${topic} names no tag`);
  return { topic, type: 'TAG', expression: trimmed, tags, tagCodes: [...new Set([...tags].map(javaHashCode))], version };
}

/** The broker compares hash codes: messages of another tag with the same code arrive, too. */
export function matches(subscription: Subscription, tags: string | undefined): boolean {
  return subscription.tags.size === 0 || (tags !== undefined && subscription.tags.has(tags));
}

/** The subscriptions of a group by topic, with that of its retry topic. Synchronous state: a version rises when the queues of a topic change. */
export class SubscriptionTable {
  private readonly rows = new Map<string, Subscription>();

  /** @param group whose retry topic belongs to it; undefined when nothing is delivered again */
  constructor(group: string | undefined, selectors: ReadonlyMap<string, string | MessageSelector>, version: number) {
    for (const [topic, selector] of selectors) this.rows.set(topic, subscribe(topic, selector, version));
    if (group === undefined) return;
    const retry = retryTopic(group);
    this.rows.set(retry, subscribe(retry, ALL, version));
  }

  get topics(): string[] {
    return [...this.rows.keys()];
  }

  get all(): Subscription[] {
    return [...this.rows.values()];
  }

  of(topic: string): Subscription | undefined {
    return this.rows.get(topic);
  }

  /** As Java: RebalancePushImpl.messageQueueChanged: other members then see that this one changed. */
  renew(topic: string, version: number): void {
    const row = this.rows.get(topic);
    if (row !== undefined) this.rows.set(topic, { ...row, version: Math.max(version, row.version + 1) });
  }
}
