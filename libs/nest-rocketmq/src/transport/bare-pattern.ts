import type { DeclaredListener, RocketMQListenerOptions } from '../listener/listener-options.js';
import { placeOf } from '../template/destination.js';
import { isTopicRef } from '../topics/topic-ref.js';

/** What may stand in the extras of `@EventPattern` and `@MessagePattern`. */
export interface RocketMQPatternExtras extends Omit<RocketMQListenerOptions, 'topic' | 'selector' | 'listener' | 'globalEnhancers'> {
  readonly orderly?: boolean;
}

interface Place {
  readonly topic: string;
  readonly tag?: string | undefined;
}

function placeIn(pattern: unknown): Place | undefined {
  if (typeof pattern === 'string') return placeOf(pattern);
  if (isTopicRef(pattern)) return pattern;
  const { topic, tag } = (typeof pattern === 'object' && pattern !== null ? pattern : {}) as Partial<Record<keyof Place, unknown>>;
  return typeof topic === 'string' ? { topic, tag: typeof tag === 'string' ? tag : undefined } : undefined;
}

/**
 * The listener that a handler of Nest's own decorators is: the pattern is the destination, `topic`, `topic:tag` or `{ topic, tag }`, the extras are the
 * options.
 * @returns undefined when the pattern is no destination, or when no group is said
 */
export function bareListener(
  pattern: unknown,
  extras: RocketMQPatternExtras,
  defaultGroup: string | undefined,
): DeclaredListener | undefined {
  const place = placeIn(pattern);
  const group = extras.group ?? defaultGroup;
  if (place === undefined || group === undefined) return undefined;
  const { topic, tag } = place;
  const name = tag === undefined ? topic : `${topic}:${tag}`;
  return { ...extras, name, topic, group, ...(tag === undefined ? {} : { selector: { tag } }) };
}
