import { inspect } from 'node:util';
import { ProtocolViolation } from '../base/index.js';
import {
  compressionType,
  decompress,
  formatHost,
  InspectedRecord,
  isCompressed,
  isRetryTopic,
  type MessageExt,
  type MessageQueue,
  offsetMessageId,
  PropertyName,
} from '../protocol/index.js';
import type { ReceivedMessage } from './message-types.js';

/** A message that came from a broker. */
export interface PulledMessage {
  readonly message: MessageExt;
  /** First offset and end of its queue, as the broker said with the pull; undefined when it did not come with one. */
  readonly bounds: { readonly minOffset: number; readonly maxOffset: number } | undefined;
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

/** One property. A record as it came is not taken apart for it. */
const propertyIn = (message: MessageExt, name: string): string | undefined =>
  message instanceof InspectedRecord ? message.property(name) : message.properties.get(name);

/** Whether a message that a listener got has a property: `properties` would make a map of all of them first. */
export const hasProperty = (message: Pick<ReceivedMessage, 'properties'>, name: string): boolean =>
  message instanceof Received ? Received.has(message, name) : message.properties.has(name);

/** UNIQ_KEY, or the offset id. */
export function messageIdOf(message: MessageExt): string {
  return propertyIn(message, PropertyName.UNIQ_KEY) ?? offsetMessageId(message.storeHost, message.physicalOffset);
}

/** The topic that a message was sent to before it failed for the first time. As Java: resetRetryAndNamespace. */
export function originalTopic(message: MessageExt): string {
  return (isRetryTopic(message.topic) ? message.properties.get(PropertyName.RETRY_TOPIC) : undefined) ?? message.topic;
}

/**
 * What the listener gets. It stays whole for as long as somebody keeps it; so does the answer to the pull it came with.
 * @throws ProtocolViolation when the body cannot be decompressed
 */
export function receivedMessage(pulled: PulledMessage, queue: MessageQueue): ReceivedMessage {
  return new Received(pulled, queue);
}

// Most listeners look at two or three of the fields: what each of the others costs would be paid for every message.
class Received implements ReceivedMessage {
  readonly reconsumeTimes: number;
  private readonly message: MessageExt;
  private readonly bounds: PulledMessage['bounds'];
  private readonly unpacked: Buffer | undefined;
  private ownProperties: Map<string, string> | undefined;

  constructor(
    { message, bounds, localFailures }: PulledMessage,
    readonly queue: MessageQueue,
  ) {
    this.message = message;
    this.bounds = bounds;
    this.reconsumeTimes = message.reconsumeTimes + localFailures;
    // Now: a body that cannot be read is never delivered.
    this.unpacked = isCompressed(message.sysFlag) ? plainBody(message) : undefined;
  }

  static has({ message, ownProperties }: Received, name: string): boolean {
    return ownProperties === undefined ? propertyIn(message, name) !== undefined : ownProperties.has(name);
  }

  get messageId(): string {
    return messageIdOf(this.message);
  }
  get offsetMessageId(): string {
    return offsetMessageId(this.message.storeHost, this.message.physicalOffset);
  }
  get topic(): string {
    return originalTopic(this.message);
  }
  get body(): Buffer {
    return this.unpacked ?? this.message.body;
  }
  get tags(): string | undefined {
    return propertyIn(this.message, PropertyName.TAGS);
  }
  get keys(): readonly string[] {
    return keysOf(this.message.properties);
  }
  /** A map of its own: whatever a listener does to it, the message goes back to the broker as it came. */
  get properties(): ReadonlyMap<string, string> {
    return (this.ownProperties ??= this.copyProperties());
  }
  get flag(): number {
    return this.message.flag;
  }
  get sysFlag(): number {
    return this.message.sysFlag;
  }
  get queueOffset(): number {
    return this.message.queueOffset;
  }
  get physicalOffset(): number {
    return this.message.physicalOffset;
  }
  get storeSize(): number {
    return this.message.storeSize;
  }
  get bornTimestamp(): number {
    return this.message.bornTimestamp;
  }
  get bornHost(): string {
    return formatHost(this.message.bornHost);
  }
  get storeTimestamp(): number {
    return this.message.storeTimestamp;
  }
  get storeHost(): string {
    return formatHost(this.message.storeHost);
  }
  get transactionId(): string | undefined {
    const { properties } = this.message;
    return properties.get(PropertyName.TRAN_MSG) === 'true' ? properties.get(PropertyName.UNIQ_KEY) : undefined;
  }

  /** All fields, as a plain object: what logs and JSON show, and what may be sent to another thread. */
  toJSON(): ReceivedMessage {
    return {
      ...{ messageId: this.messageId, offsetMessageId: this.offsetMessageId, topic: this.topic, body: this.body },
      ...{ tags: this.tags, keys: this.keys, properties: this.properties, flag: this.flag, sysFlag: this.sysFlag },
      ...{ queue: this.queue, queueOffset: this.queueOffset, physicalOffset: this.physicalOffset, storeSize: this.storeSize },
      ...{ bornTimestamp: this.bornTimestamp, bornHost: this.bornHost, storeTimestamp: this.storeTimestamp, storeHost: this.storeHost },
      ...{ reconsumeTimes: this.reconsumeTimes, transactionId: this.transactionId },
    };
  }

  [inspect.custom](): ReceivedMessage {
    return this.toJSON();
  }

  private copyProperties(): Map<string, string> {
    const properties = new Map(this.message.properties);
    if (this.bounds === undefined) return properties;
    properties.set(PropertyName.MIN_OFFSET, String(this.bounds.minOffset));
    return properties.set(PropertyName.MAX_OFFSET, String(this.bounds.maxOffset));
  }
}
