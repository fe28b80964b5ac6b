import type { Codec } from '../codec/codec.js';

const brand = Symbol.for('nest-rocketmq.topic');

/** One kind of message: where it goes, how it is written, and the types of its payload and reply. Made by `defineTopics`. */
export interface TopicRef<In = unknown, Out = In, Reply = unknown> {
  readonly topic: string;
  /** Without: messages of every tag on the listening side, none on the sending side. */
  readonly tag: string | undefined;
  readonly codec: Codec;
  readonly [brand]: TopicTypes<In, Out, Reply>;
}

/** The types of a topic; there is no value of it. */
interface TopicTypes<In, Out, Reply> {
  /** As a function, so that a topic of a wider payload does not pass for one of a narrower. */
  readonly send?: (payload: In) => void;
  readonly receive?: Out;
  readonly reply?: Reply;
}

/** What senders to the topic give. */
export type PayloadOf<R> = R extends TopicRef<infer In, unknown, unknown> ? In : never;
/** What listeners of the topic get. */
export type ReceivedOf<R> = R extends TopicRef<never, infer Out, unknown> ? Out : never;
/** What a request to the topic is answered with. */
export type ReplyOf<R> = R extends TopicRef<never, unknown, infer Reply> ? Reply : never;

export const topicRef = <In, Out, Reply>(parts: Pick<TopicRef, 'topic' | 'tag' | 'codec'>): TopicRef<In, Out, Reply> => ({
  ...parts,
  [brand]: {},
});

export const isTopicRef = (value: unknown): value is TopicRef => typeof value === 'object' && value !== null && brand in value;
