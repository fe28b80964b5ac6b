import { dlqTopic, type MessageExt, type MessageQueue, printProperties, PropertyName, retryTopic } from '../../protocol/index.js';
import { COMPRESSION_FLAGS, DEAD_LETTER_REASON, spentProperties } from '../consumer/redelivery.js';
import type { Payload } from '../producer/outgoing.js';
import { queueByKey } from '../producer/queue-choice.js';
import type { Target } from '../producer/sender.js';
import { originTopicOf, REDRIVEN_FROM } from './dead-letter.js';

/** `group`: the retry topic, so that only the group that failed gets it. `topic`: where it was sent to, so that every group gets it. */
export type RedriveTarget = 'group' | 'topic';

/** Requesters that waited for an answer are gone, and what the last life of the message was is over. */
const pastProperties = [
  ...([PropertyName.DLQ_ORIGIN_TOPIC, PropertyName.DLQ_ORIGIN_MESSAGE_ID, PropertyName.RECONSUME_TIME] as const),
  ...([PropertyName.MAX_RECONSUME_TIMES, PropertyName.CONSUME_START_TIME, PropertyName.CORRELATION_ID] as const),
  ...([PropertyName.REPLY_TO_CLIENT, PropertyName.TTL] as const),
  DEAD_LETTER_REASON,
];

export interface RedrivenMessage {
  readonly payload: Payload;
  readonly target: Target;
}

/**
 * The dead letter as a message that has not failed yet; with the id it always had.
 * @returns undefined when it does not say where it was sent to
 */
export function redrivenMessage(message: MessageExt, group: string, queue: MessageQueue, to: RedriveTarget): RedrivenMessage | undefined {
  const originTopic = originTopicOf(message);
  if (originTopic === undefined) return undefined;
  const properties = new Map(message.properties);
  for (const name of [...spentProperties, ...pastProperties]) properties.delete(name);
  if (to === 'topic') {
    properties.delete(PropertyName.RETRY_TOPIC);
    properties.delete(PropertyName.ORIGIN_MESSAGE_ID);
  } else properties.set(PropertyName.RETRY_TOPIC, originTopic);
  properties.set(REDRIVEN_FROM, `${dlqTopic(group)}@${queue.brokerName}:${queue.queueId}:${message.queueOffset}`);
  const shardingKey = to === 'topic' ? properties.get(PropertyName.SHARDING_KEY) : undefined;
  return {
    payload: {
      topic: to === 'topic' ? originTopic : retryTopic(group),
      flag: message.flag,
      sysFlag: message.sysFlag & COMPRESSION_FLAGS,
      properties: printProperties(properties),
      body: message.body,
      batch: false,
      reconsumeTimes: 0,
    },
    target: shardingKey === undefined ? 'any' : (queues) => queueByKey(queues, shardingKey),
  };
}
