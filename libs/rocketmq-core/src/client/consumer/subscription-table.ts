import { javaHashCode, retryTopic } from '../../protocol/index.js';
import { InvalidInput } from '../errors.js';

/** What a group wants of one topic. As Java: SubscriptionData with expression type TAG. */
export interface Subscription {
  readonly topic: string;
  /** As the user wrote it; `*` for all. */
  readonly expression: string;
  /** Empty for all. */
  readonly tags: ReadonlySet<string>;
  /** Java hash codes of the tags: what the broker compares. */
  readonly tagCodes: readonly number[];
  /** Milliseconds since the epoch; the broker refuses pulls that name a newer one than it knows. */
  readonly version: number;
}

const ALL = '*';

/** @throws InvalidInput when the expression names no tag. As Java: FilterAPI.buildSubscriptionData. */
export function subscribe(topic: string, expression: string, version: number): Subscription {
  const trimmed = expression.trim();
  if (trimmed === '' || trimmed === ALL) return { topic, expression: ALL, tags: new Set(), tagCodes: [], version };
  const tags = new Set(
    trimmed
      .split('||')
      .map((tag) => tag.trim())
      .filter((tag) => tag !== ''),
  );
  if (tags.size === 0)
    throw new InvalidInput('subscriptions', `the expression ${JSON.stringify(expression)} for topic ${topic} names no tag`);
  return { topic, expression: trimmed, tags, tagCodes: [...new Set([...tags].map(javaHashCode))], version };
}

/** The broker compares hash codes: messages of another tag with the same code arrive, too. */
export function matches(subscription: Subscription, tags: string | undefined): boolean {
  return subscription.tags.size === 0 || (tags !== undefined && subscription.tags.has(tags));
}

/** The subscriptions of a group by topic, with that of its retry topic. Synchronous state: a version rises when the queues of a topic change. */
export class SubscriptionTable {
  private readonly rows = new Map<string, Subscription>();

  constructor(group: string, expressions: ReadonlyMap<string, string>, version: number) {
    for (const [topic, expression] of expressions) this.rows.set(topic, subscribe(topic, expression, version));
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
