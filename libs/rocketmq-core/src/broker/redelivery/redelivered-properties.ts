import { type MessageExt, offsetMessageId, PropertyName } from '../../protocol/index.js';

/** What asks the broker for a time. */
const timers = [
  PropertyName.TIMER_DELAY_SEC,
  PropertyName.TIMER_DELAY_MS,
  PropertyName.TIMER_DELIVER_MS,
  PropertyName.TIMER_DEL_UNIQKEY,
] as const;

/**
 * The properties of a failed message that waits for its next delivery. Where it came from stays the first topic and the first id, however often it fails.
 */
export function retryProperties(message: MessageExt, delayLevel: number): Map<string, string> {
  const properties = new Map(message.properties);
  const once = (name: string, value: string) => {
    if (!properties.has(name)) properties.set(name, value);
  };
  once(PropertyName.RETRY_TOPIC, message.topic);
  once(PropertyName.ORIGIN_MESSAGE_ID, offsetMessageId(message.storeHost, message.physicalOffset));
  properties.set(PropertyName.WAIT, 'false');
  // The level wins over the timer that brought the message here. As Java: HookUtils.checkIfTimerMessage.
  for (const name of timers) properties.delete(name);
  return properties.set(PropertyName.DELAY, String(delayLevel));
}

/**
 * The properties of a dead letter: those of a failed message, and where a gRPC client looks for its origin (Java reads the two, and nothing of it
 * writes them).
 */
export function deadLetterProperties(failed: ReadonlyMap<string, string>): Map<string, string> {
  const properties = new Map(failed);
  for (const name of timers) properties.delete(name);
  const topic = properties.get(PropertyName.RETRY_TOPIC);
  if (topic !== undefined) properties.set(PropertyName.DLQ_ORIGIN_TOPIC, topic);
  const messageId = properties.get(PropertyName.ORIGIN_MESSAGE_ID);
  if (messageId !== undefined) properties.set(PropertyName.DLQ_ORIGIN_MESSAGE_ID, messageId);
  return properties.set(PropertyName.DELAY, '0');
}
