import { formatHost, isRetryTopic, type MessageExt, type MessageQueue, offsetMessageId, PropertyName } from '../../protocol/index.js';
import type { ReceivedMessage } from '../message-types.js';
import { keysOf, plainBody } from '../received-parts.js';
import type { HeldMessage } from './process-queue.js';

/** UNIQ_KEY, or the offset id. */
export function messageIdOf(message: MessageExt): string {
  return message.properties.get(PropertyName.UNIQ_KEY) ?? offsetMessageId(message.storeHost, message.physicalOffset);
}

/** The topic that a message was sent to before it failed for the first time. As Java: resetRetryAndNamespace. */
export function originalTopic(message: MessageExt): string {
  return (isRetryTopic(message.topic) ? message.properties.get(PropertyName.RETRY_TOPIC) : undefined) ?? message.topic;
}

/**
 * What the listener gets.
 * @throws ProtocolViolation when the body cannot be decompressed
 */
export function receivedMessage({ message, bounds, localFailures }: HeldMessage, queue: MessageQueue): ReceivedMessage {
  const properties = new Map(message.properties);
  properties.set(PropertyName.MIN_OFFSET, String(bounds.minOffset));
  properties.set(PropertyName.MAX_OFFSET, String(bounds.maxOffset));
  const prepared = properties.get(PropertyName.TRAN_MSG) === 'true';
  return {
    messageId: messageIdOf(message),
    offsetMessageId: offsetMessageId(message.storeHost, message.physicalOffset),
    topic: originalTopic(message),
    body: plainBody(message),
    tags: properties.get(PropertyName.TAGS),
    keys: keysOf(properties),
    properties,
    flag: message.flag,
    sysFlag: message.sysFlag,
    queue,
    queueOffset: message.queueOffset,
    physicalOffset: message.physicalOffset,
    storeSize: message.storeSize,
    bornTimestamp: message.bornTimestamp,
    bornHost: formatHost(message.bornHost),
    storeTimestamp: message.storeTimestamp,
    storeHost: formatHost(message.storeHost),
    reconsumeTimes: message.reconsumeTimes + localFailures,
    transactionId: prepared ? properties.get(PropertyName.UNIQ_KEY) : undefined,
  };
}
