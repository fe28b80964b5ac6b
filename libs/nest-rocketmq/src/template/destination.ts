import { isTopicRef, type TopicRef } from '../topics/topic-ref.js';

/** Where a message goes: `topic`, `topic:tag`, or a typed topic. */
export type Destination<In = unknown, Reply = unknown> = string | TopicRef<In, unknown, Reply>;

/** The parts of a destination. */
export type Place = Pick<TopicRef, 'topic'> & Partial<Pick<TopicRef, 'tag' | 'codec'>>;

export function placeOf(destination: string | Place): Place {
  if (typeof destination !== 'string') return destination;
  const colon = destination.indexOf(':');
  return colon < 0 ? { topic: destination } : { topic: destination.slice(0, colon), tag: destination.slice(colon + 1) };
}

export const isDestination = (value: unknown): value is Destination => typeof value === 'string' || isTopicRef(value);
