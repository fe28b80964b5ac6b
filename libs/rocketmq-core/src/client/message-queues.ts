import type { MessageQueue } from '../protocol/index.js';

/** Text order as Java: String.compareTo, by UTF-16 units. */
export const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** As Java: MessageQueue.compareTo. */
export function compareQueues(a: MessageQueue, b: MessageQueue): number {
  return compareText(a.topic, b.topic) || compareText(a.brokerName, b.brokerName) || a.queueId - b.queueId;
}

/** Identity of a queue as the key of a Map. */
export const queueKey = (queue: MessageQueue): string => `${queue.topic}\n${queue.brokerName}\n${queue.queueId}`;

/** `topic@broker:id`, for logs and messages. */
export const queueText = (queue: MessageQueue): string => `${queue.topic}@${queue.brokerName}:${queue.queueId}`;

export function byBroker(queues: readonly MessageQueue[]): ReadonlyMap<string, readonly MessageQueue[]> {
  const groups = new Map<string, MessageQueue[]>();
  for (const queue of queues) {
    const group = groups.get(queue.brokerName);
    if (group === undefined) groups.set(queue.brokerName, [queue]);
    else group.push(queue);
  }
  return groups;
}
