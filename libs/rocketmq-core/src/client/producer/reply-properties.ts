import { PropertyName, replyTopic } from '../../protocol/index.js';
import { InvalidInput } from '../errors.js';
import type { OutgoingMessage, ReceivedMessage, ReplyAddress } from '../message-types.js';
import { hasProperty } from '../received-message.js';

/** Value of MSG_TYPE. As Java: MixAll.REPLY_MESSAGE_FLAG. */
const REPLY = 'reply';

type Properties = readonly (readonly [name: string, value: string])[];

/** What makes a message a request. As Java: DefaultMQProducerImpl.prepareSendRequest. */
export function requestProperties({ correlationId, clientId }: ReplyAddress, timeoutMs: number): Properties {
  return [
    [PropertyName.CORRELATION_ID, correlationId],
    [PropertyName.REPLY_TO_CLIENT, clientId],
    [PropertyName.TTL, String(Math.ceil(timeoutMs))],
  ];
}

/** What makes a message a reply. */
export function replyProperties({ correlationId, clientId, ttl }: ReplyAddress): Properties {
  return [
    [PropertyName.MSG_TYPE, REPLY],
    [PropertyName.CORRELATION_ID, correlationId],
    [PropertyName.REPLY_TO_CLIENT, clientId],
    ...(ttl === undefined ? [] : ([[PropertyName.TTL, ttl]] as const)),
  ];
}

/** Whether somebody waits for a reply to the message. */
export function expectsReply(message: Pick<ReceivedMessage, 'properties'>): boolean {
  // Asked for every message that a framework delivers, and nearly always answered by the first of the three.
  return (
    hasProperty(message, PropertyName.CORRELATION_ID) &&
    hasProperty(message, PropertyName.REPLY_TO_CLIENT) &&
    hasProperty(message, PropertyName.CLUSTER)
  );
}

/**
 * The message that answers `request`, to be sent with any producer of the same cluster. As Java: MessageUtil.createReplyMessage.
 * @param body at least one byte
 * @throws InvalidInput when nobody waits for a reply
 */
export function createReply(
  { properties }: Pick<ReceivedMessage, 'properties'>,
  body: OutgoingMessage['body'],
  more: Pick<OutgoingMessage, 'tags' | 'keys' | 'properties' | 'flag'> = {},
): OutgoingMessage {
  const known = (name: string): string => {
    const value = properties.get(name);
    if (value === undefined) throw new InvalidInput('request', `the message is no request: it has no property ${name}`);
    return value;
  };
  const topic = replyTopic(known(PropertyName.CLUSTER));
  const replyTo = {
    correlationId: known(PropertyName.CORRELATION_ID),
    clientId: known(PropertyName.REPLY_TO_CLIENT),
    ttl: properties.get(PropertyName.TTL),
  };
  return { ...more, topic, body, replyTo };
}
