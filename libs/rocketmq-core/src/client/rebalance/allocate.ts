import { assert } from '../../base/index.js';
import type { MessageQueue } from '../../protocol/index.js';
import { compareQueues, compareText, queueKey } from '../message-queues.js';

export interface AllocationInput {
  readonly group: string;
  /** This consumer. */
  readonly clientId: string;
  /** All queues of the topic, in the order every member of the group uses. */
  readonly queues: readonly MessageQueue[];
  /** All members of the group, in the order every member uses. */
  readonly clientIds: readonly string[];
}

/** @returns the queues of `clientId`. All members must compute a partition of `queues` from the same input. */
export type AllocateFunction = (input: AllocationInput) => readonly MessageQueue[];

export type AllocateStrategy = 'AVG' | 'AVG_BY_CIRCLE' | AllocateFunction;

/** Contiguous parts; the first members get one more when it does not divide. As Java: AllocateMessageQueueAveragely. */
function averagely({ clientId, queues, clientIds }: AllocationInput): readonly MessageQueue[] {
  const index = clientIds.indexOf(clientId);
  const size = Math.floor(queues.length / clientIds.length);
  const rest = queues.length % clientIds.length;
  const start = index * size + Math.min(index, rest);
  return queues.slice(start, start + size + (index < rest ? 1 : 0));
}

/** Every n-th queue. As Java: AllocateMessageQueueAveragelyByCircle. */
function averagelyByCircle({ clientId, queues, clientIds }: AllocationInput): readonly MessageQueue[] {
  const index = clientIds.indexOf(clientId);
  return queues.filter((_, at) => at % clientIds.length === index);
}

/** Sorts, and applies the strategy. @returns nothing for a client that is not (yet) a member */
export function allocate(strategy: AllocateStrategy, input: AllocationInput): readonly MessageQueue[] {
  const clientIds = [...new Set(input.clientIds)].sort(compareText);
  if (!clientIds.includes(input.clientId)) return [];
  const sorted = { ...input, queues: input.queues.toSorted(compareQueues), clientIds };
  if (strategy === 'AVG') return averagely(sorted);
  if (strategy === 'AVG_BY_CIRCLE') return averagelyByCircle(sorted);
  const known = new Set(sorted.queues.map(queueKey));
  const chosen = strategy(sorted);
  assert(
    chosen.every((queue) => known.has(queueKey(queue))),
    'an allocation strategy returned a queue that is not in its input',
  );
  return chosen;
}
