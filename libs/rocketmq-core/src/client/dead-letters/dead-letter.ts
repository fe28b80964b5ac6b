import { isProtocolViolation } from '../../base/index.js';
import { type MessageExt, type MessageQueue, PropertyName } from '../../protocol/index.js';
import { DEAD_LETTER_REASON } from '../consumer/redelivery.js';
import type { ReceivedMessage } from '../message-types.js';
import { receivedMessage } from '../received-message.js';

/** Where a dead letter lies among those of its group. */
export interface DeadLetterPlace {
  readonly brokerName: string;
  readonly queueId: number;
  readonly queueOffset: number;
}

/** A message that its group gave up. */
export interface DeadLetter {
  readonly group: string;
  /** As it lies in the dead-letter topic. A body that cannot be decompressed is the stored one. `reconsumeTimes` counts the failures. */
  readonly message: ReceivedMessage;
  readonly place: DeadLetterPlace;
  /** The topic that it was sent to; undefined when the message does not say. */
  readonly originTopic: string | undefined;
  /** What the consumer said when it gave the message up. Consumers of Java say nothing. */
  readonly reason: string | undefined;
  /** The place from which an earlier redrive had brought it, as text; undefined when it died for the first time. */
  readonly redrivenFrom: string | undefined;
}

/** Property of a redriven message: the place of the dead letter it was. The same for every copy, so that a copy made twice can be told. */
export const REDRIVEN_FROM = 'redrivenFrom';

export const originTopicOf = ({ properties }: MessageExt): string | undefined =>
  properties.get(PropertyName.RETRY_TOPIC) ?? properties.get(PropertyName.DLQ_ORIGIN_TOPIC);

const placeOf = (queue: MessageQueue, { queueOffset }: MessageExt): DeadLetterPlace => ({
  brokerName: queue.brokerName,
  queueId: queue.queueId,
  queueOffset,
});

export function deadLetterOf(group: string, message: MessageExt, queue: MessageQueue): DeadLetter {
  return {
    group,
    message: readable(message, queue),
    place: placeOf(queue, message),
    originTopic: originTopicOf(message),
    reason: message.properties.get(DEAD_LETTER_REASON),
    redrivenFrom: message.properties.get(REDRIVEN_FROM),
  };
}

// Here is where messages end up that nobody can read, and one of them must not hide the others.
function readable(message: MessageExt, queue: MessageQueue): ReceivedMessage {
  const received = (from: MessageExt) => receivedMessage({ message: from, bounds: undefined, localFailures: 0 }, queue);
  try {
    return received(message);
  } catch (error) {
    if (!isProtocolViolation(error)) throw error;
    return received(Object.create(message, { sysFlag: { value: 0 } }) as MessageExt);
  }
}
