import type { ReceivedMessage, ReplyMessage, SendResult } from '../../../src/client/index.js';
import type { Seen, Sent } from './party.js';

/** The element of a list that is dealt out in turns. */
export const dealt = <T>(list: readonly T[] | undefined, number: number): T | undefined => list?.[number % list.length];

export const numberOf = (key: string): number => Number(key.slice(key.lastIndexOf('-') + 1));

export const seenOf = (message: ReceivedMessage): Seen => ({
  key: message.keys.join(' '),
  topic: message.topic,
  body: message.body.toString(),
  tags: message.tags,
  messageId: message.messageId,
  queueId: message.queue.queueId,
  queueOffset: message.queueOffset,
  reconsumeTimes: message.reconsumeTimes,
  bornTimestamp: message.bornTimestamp,
  storeTimestamp: message.storeTimestamp,
  seenAtMs: Date.now(),
  properties: Object.fromEntries(message.properties),
});

/** A reply is in no queue. */
export const seenReplyOf = (message: ReplyMessage): Seen => ({
  key: message.keys.join(' '),
  topic: message.topic,
  body: message.body.toString(),
  tags: message.tags,
  messageId: message.messageId ?? '',
  queueId: -1,
  queueOffset: -1,
  reconsumeTimes: 0,
  bornTimestamp: message.bornTimestamp,
  storeTimestamp: message.storeTimestamp,
  seenAtMs: Date.now(),
  properties: Object.fromEntries(message.properties),
});

export const sentOf = (key: string, result: SendResult): Sent => ({
  key,
  status: result.status,
  messageId: result.messageId,
  queueId: result.queue.queueId,
  queueOffset: result.queueOffset,
  transactionId: result.transactionId,
  recallHandle: result.recallHandle,
});
