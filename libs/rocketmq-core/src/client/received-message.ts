import { ProtocolViolation } from '../base/index.js';
import {
  compressionType,
  decompress,
  formatHost,
  isCompressed,
  isRetryTopic,
  type MessageExt,
  type MessageQueue,
  offsetMessageId,
  PropertyName,
} from '../protocol/index.js';
import type { ReceivedMessage } from './message-types.js';

/** A message that came with a pull. */
export interface PulledMessage {
  readonly message: MessageExt;
  /** First offset and end of its queue, as the broker said with the pull. */
  readonly bounds: { readonly minOffset: number; readonly maxOffset: number };
  /** Deliveries of this process that failed and could not be handed back to the broker. */
  readonly localFailures: number;
}

/** What one body may become, bytes: far above what producers send, far below what hurts. */
const BODY_SIZE_MAX = 64 * 1024 * 1024;

/** @throws ProtocolViolation when the body cannot be decompressed */
export function plainBody(message: Pick<MessageExt, 'body' | 'sysFlag'>): Buffer {
  if (!isCompressed(message.sysFlag)) return message.body;
  const type = compressionType(message.sysFlag);
  if (type === undefined) throw new ProtocolViolation('the body is compressed in a way that is not known');
  return decompress(message.body, type, BODY_SIZE_MAX);
}

export function keysOf(properties: ReadonlyMap<string, string>): readonly string[] {
  const text = properties.get(PropertyName.KEYS);
  return text === undefined ? [] : text.split(' ').filter((key) => key !== '');
}

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
export function receivedMessage({ message, bounds, localFailures }: PulledMessage, queue: MessageQueue): ReceivedMessage {
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
