import { isRetryTopic, PropertyName, propertyOf, RETRY_PREFIX, type SubscriptionData } from '../../protocol/index.js';
import type { SqlFilter } from '../../filter/index.js';
import { filterOf, type TagFilter } from './tag-filter.js';
import type { FilterTable } from './filter-table.js';

/** Which messages a pull wants: by the entry of the consume queue, then by the properties of the record. */
export interface MessageFilter {
  /** Undefined: every one. */
  readonly matches: TagFilter;
  /** Undefined: every one. */
  readonly matchesProperties: ((propertyText: string) => boolean) | undefined;
}

export const tagFilter = (subscription: SubscriptionData): MessageFilter => ({
  matches: filterOf(subscription),
  matchesProperties: undefined,
});

export function sqlFilter(filter: SqlFilter): MessageFilter {
  return { matches: undefined, matchesProperties: (text) => filter.matches(text) };
}

/**
 * For an SQL92 subscription to a retry topic: each message is judged by the filter that its group has for the topic where it failed. One whose
 * group has none is delivered. As Java: ExpressionForRetryMessageFilter, used when filterSupportRetry is on.
 */
export function retryFilter(retryTopic: string, filters: Pick<FilterTable, 'find'>): MessageFilter {
  const group = retryTopic.slice(RETRY_PREFIX.length);
  const matchesProperties = (text: string) => {
    const topic = propertyOf(text, PropertyName.RETRY_TOPIC);
    const registered = topic === undefined ? undefined : filters.find(topic, group);
    return registered === undefined || registered.filter.matches(text);
  };
  return { matches: undefined, matchesProperties };
}

export const isJudgedByOrigin = (topic: string, filterSupportRetry: boolean): boolean => filterSupportRetry && isRetryTopic(topic);
