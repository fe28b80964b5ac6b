import type { MessageQueue } from '../../protocol/index.js';

/** Where name servers keep the plans; the key is the topic. */
export const DOUBLING_NAMESPACE = 'NEST_QUEUE_DOUBLING';

/** A topic whose queues are being doubled. */
export interface DoublingPlan {
  /** Queues on each broker before. */
  readonly from: number;
  /** By broker and old queue, the end that it had when the last producer had the new route; undefined while producers may have the old one. */
  readonly barriers: ReadonlyMap<string, number> | undefined;
}

export const barrierKey = ({ brokerName, queueId }: Pick<MessageQueue, 'brokerName' | 'queueId'>): string => `${brokerName}:${queueId}`;

/** `n`, or `n;broker:queue:offset,...` when the barriers are known. */
export function printPlan({ from, barriers }: DoublingPlan): string {
  if (barriers === undefined) return String(from);
  return `${from};${[...barriers].map(([key, offset]) => `${key}:${offset}`).join(',')}`;
}

/** @returns undefined for a text that is no plan */
export function parsePlan(text: string): DoublingPlan | undefined {
  const [head = '', rest] = text.split(';');
  const from = Number(head);
  if (!/^\d+$/.test(head) || from < 1) return undefined;
  if (rest === undefined) return { from, barriers: undefined };
  const barriers = new Map<string, number>();
  for (const part of rest.split(',').filter((one) => one !== '')) {
    const [, key, offset] = /^([^:]+:\d+):(\d+)$/.exec(part) ?? [];
    if (key === undefined || offset === undefined) return undefined;
    barriers.set(key, Number(offset));
  }
  return { from, barriers };
}

/**
 * What has to be consumed before a queue may be.
 * @returns undefined when nothing has: `closed` when that is not known yet
 */
export function precondition(
  plan: DoublingPlan,
  queue: MessageQueue,
): { readonly queue: MessageQueue; readonly offset: number } | 'closed' | undefined {
  if (queue.queueId < plan.from || queue.queueId >= plan.from * 2) return undefined;
  if (plan.barriers === undefined) return 'closed';
  const before = { ...queue, queueId: queue.queueId - plan.from };
  // A broker that has no barrier had no such queue.
  const offset = plan.barriers.get(barrierKey(before));
  return offset === undefined ? undefined : { queue: before, offset };
}
