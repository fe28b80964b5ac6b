import type { MessageQueue } from '../../protocol/index.js';
import { queueKey } from '../message-queues.js';
import type { AllocateFunction } from './allocation.js';

/**
 * The queues that are listed, whoever else is in the group: the operator sees to it that each queue has one consumer.
 * Listed queues of other topics, and such as do not exist, are left out. As Java: AllocateMessageQueueByConfig.
 */
export function allocateByConfig(listed: readonly MessageQueue[]): AllocateFunction {
  const wanted = new Set(listed.map(queueKey));
  return ({ queues }) => queues.filter((queue) => wanted.has(queueKey(queue)));
}
