import { RequestRejected } from '../../base/index.js';
import { ResponseCode, topicProblem, type TopicConfig } from '../../protocol/index.js';
import { alterAttributes, topicAttributes } from './attributes.js';
import type { TopicTable } from './topic-table.js';

/** A topic as an administrator wants it. */
export interface TopicWish extends Omit<TopicConfig, 'attributes'> {
  /** Signed keys: `+key` sets, `-key` removes. */
  readonly alterations: ReadonlyMap<string, string>;
}

export interface TopicChangeOptions {
  readonly topics: TopicTable;
  readonly isSystem: (topic: string) => boolean;
  readonly settings: { readonly validateSystemTopicWhenUpdateTopic: boolean; readonly enableMixedMessageType: boolean };
}

/** More queues than this are a slip of the hand; each would cost files and memory on every broker. */
const QUEUES_MAX = 65_535;
const PERM_MAX = 15;

function refuse(reason: string): never {
  throw new RequestRejected(ResponseCode.INVALID_PARAMETER, reason);
}

/**
 * What the topic is to become; undefined when it is that already. As Java: AdminBrokerProcessor.updateAndCreateTopic.
 * @throws RequestRejected when the wish cannot be fulfilled
 */
export function changedTopic(wish: TopicWish, { topics, isSystem, settings }: TopicChangeOptions): TopicConfig | undefined {
  const { alterations, ...rest } = wish;
  const problem = topicProblem(wish.topicName);
  if (problem !== undefined) refuse(problem);
  if (settings.validateSystemTopicWhenUpdateTopic && isSystem(wish.topicName)) {
    refuse(`The topic[${wish.topicName}] is conflict with system topic.`);
  }
  const queues = [wish.readQueueNums, wish.writeQueueNums];
  if (queues.some((count) => count < 0 || count > QUEUES_MAX)) refuse(`a topic has from 0 to ${QUEUES_MAX} queues`);
  if (wish.perm < 0 || wish.perm > PERM_MAX) refuse(`perm ${wish.perm} is none`);
  if (!settings.enableMixedMessageType && alterations.get('+message.type') === 'MIXED') refuse('MIXED message type is not supported.');
  const current = topics.find(wish.topicName);
  const config: TopicConfig = { ...rest, attributes: alterAttributes(topicAttributes, current?.attributes, alterations) };
  return current !== undefined && sameTopic(current, config) ? undefined : config;
}

function sameTopic(a: TopicConfig, b: TopicConfig): boolean {
  const sameAttributes =
    a.attributes.size === b.attributes.size && [...a.attributes].every(([key, value]) => b.attributes.get(key) === value);
  const fields = ['readQueueNums', 'writeQueueNums', 'perm', 'topicFilterType', 'topicSysFlag', 'order'] as const;
  return sameAttributes && fields.every((field) => a[field] === b[field]);
}
