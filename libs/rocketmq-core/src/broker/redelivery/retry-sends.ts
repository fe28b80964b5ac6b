import { RequestRejected } from '../../base/index.js';
import {
  parseProperties,
  printProperties,
  ResponseCode,
  RETRY_PREFIX,
  type SubscriptionGroupConfig,
  type TopicConfig,
} from '../../protocol/index.js';
import type { GroupTable } from '../groups/group-table.js';
import type { QueueLockTable } from '../locks/queue-lock-table.js';
import type { SendHeader } from '../sending/send-target.js';
import { deadLetterProperties } from './redelivered-properties.js';
import type { RedeliveryQueue, RedeliveryTopics } from './redelivery-topics.js';
import { retryLimit } from './retry-limit.js';

export interface RetrySendsOptions {
  readonly groups: Pick<GroupTable, 'resolve'>;
  readonly locks: Pick<QueueLockTable, 'isHeldBy'>;
  readonly redeliveryTopics: Pick<RedeliveryTopics, 'retryTopicOf' | 'deadLetterQueue'>;
  /** Told of every dead letter. */
  readonly onDeadLetter: (group: string, topic: string) => void;
  readonly monotonic: () => number;
}

/** @throws RequestRejected when there is no such group and none may be made */
export function resolvedGroup(groups: Pick<GroupTable, 'resolve'>, name: string): SubscriptionGroupConfig {
  const group = groups.resolve(name);
  if (group === undefined) throw new RequestRejected(ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST, `subscription group not exist, ${name}`);
  return group;
}

/** Sends that name a retry topic: a consumer could not send the message back, or wants it at a time that is no delay level. */
export class RetrySends {
  constructor(private readonly options: RetrySendsOptions) {}

  /** @throws RequestRejected when there is no such group */
  topicOf(retryTopic: string, unitMode: boolean): TopicConfig {
    return this.options.redeliveryTopics.retryTopicOf(this.groupOf(retryTopic), unitMode);
  }

  /**
   * What takes the place of the retry topic for a message that has failed too often. A group that holds queue locks consumes in order: what it sends
   * here has used up its attempts, and a delay would break the order. As Java: SendMessageProcessor.handleRetryAndDLQ.
   */
  deadLetterOf(header: SendHeader, version: number): (RedeliveryQueue & { readonly propertyText: string }) | undefined {
    const { locks, redeliveryTopics, onDeadLetter, monotonic } = this.options;
    const group = this.groupOf(header.topic ?? '');
    const { reconsumeTimes = 0, maxReconsumeTimes } = header;
    const spent = reconsumeTimes > retryLimit(group, { version, maxReconsumeTimes });
    if (!spent && !locks.isHeldBy(group.groupName, monotonic())) return undefined;
    onDeadLetter(group.groupName, header.topic ?? '');
    const properties = deadLetterProperties(parseProperties(header.properties ?? ''));
    return { ...redeliveryTopics.deadLetterQueue(group.groupName), propertyText: printProperties(properties) };
  }

  private groupOf(retryTopic: string): SubscriptionGroupConfig {
    return resolvedGroup(this.options.groups, retryTopic.slice(RETRY_PREFIX.length));
  }
}
