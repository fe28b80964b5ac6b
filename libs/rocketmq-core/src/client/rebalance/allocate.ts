import { assert } from '../../base/index.js';
import type { MessageQueue } from '../../protocol/index.js';
import { compareQueues, compareText, queueKey } from '../message-queues.js';
import type { AllocateFunction, AllocationInput } from './allocation.js';
import { allocateByConsistentHash } from './consistent-hash.js';

/** One of the strategies that need nothing but the input, or a function: see `allocateByConfig` and its neighbours, or one of your own. */
export type AllocateStrategy = 'AVG' | 'AVG_BY_CIRCLE' | 'CONSISTENT_HASH' | AllocateFunction;

/** Contiguous parts; the first members get one more when it does not divide. As Java: AllocateMessageQueueAveragely. */
const averagely: AllocateFunction = ({ clientId, queues, clientIds }) => {
  const index = clientIds.indexOf(clientId);
  const size = Math.floor(queues.length / clientIds.length);
  const rest = queues.length % clientIds.length;
  const start = index * size + Math.min(index, rest);
  return queues.slice(start, start + size + (index < rest ? 1 : 0));
};

/** Every n-th queue. As Java: AllocateMessageQueueAveragelyByCircle. */
const averagelyByCircle: AllocateFunction = ({ clientId, queues, clientIds }) => {
  const index = clientIds.indexOf(clientId);
  return queues.filter((_, at) => at % clientIds.length === index);
};

const named = new Map<AllocateStrategy, AllocateFunction>([
  ['AVG', averagely],
  ['AVG_BY_CIRCLE', averagelyByCircle],
  ['CONSISTENT_HASH', allocateByConsistentHash()],
]);

export const isAllocateStrategy = (value: unknown): value is AllocateStrategy =>
  typeof value === 'function' || (typeof value === 'string' && named.has(value as AllocateStrategy));

export function allocateFunction(strategy: AllocateStrategy): AllocateFunction {
  const found = typeof strategy === 'function' ? strategy : named.get(strategy);
  assert(found !== undefined, 'the strategy was checked');
  return found;
}

/** Sorts, and applies the strategy. @returns nothing for a client that is not (yet) a member */
export function allocate(strategy: AllocateStrategy, input: AllocationInput): readonly MessageQueue[] {
  const clientIds = [...new Set(input.clientIds)].sort(compareText);
  if (!clientIds.includes(input.clientId)) return [];
  const sorted = { ...input, queues: input.queues.toSorted(compareQueues), clientIds };
  const chosen = allocateFunction(strategy)(sorted);
  if (typeof strategy !== 'function') return chosen;
  const known = new Set(sorted.queues.map(queueKey));
  assert(
    chosen.every((queue) => known.has(queueKey(queue))),
    'an allocation strategy returned a queue that is not in its input',
  );
  return chosen;
}
