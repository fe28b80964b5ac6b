import { isReservedProperty, PropertyName } from '../../protocol/index.js';
import type { OutgoingMessage, ReceivedMessage } from '../message-types.js';

/** Property of a moved message: `topic:messageId` of the one it was. The same for every copy, so that a copy made twice can be told. */
const MOVED_FROM = 'movedFrom';

/** The same message for another topic. What RocketMQ itself put into its properties stays behind. */
export function movedMessage(message: ReceivedMessage, topic: string): OutgoingMessage {
  const { body, tags, keys, flag } = message;
  const properties = new Map([...message.properties].filter(([name]) => !isReservedProperty(name)));
  properties.set(MOVED_FROM, `${message.topic}:${message.messageId}`);
  return { topic, body, tags, keys, flag, properties };
}

/** What decides the queue of the copy: the sharding key, or the first key. */
export function orderKey(message: ReceivedMessage): string | undefined {
  return message.properties.get(PropertyName.SHARDING_KEY) ?? message.keys[0];
}
