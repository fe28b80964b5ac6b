import type { Codec } from '../codec/codec.js';

/** Which messages of the topic. Tags as in RocketMQ: `*` or `A || B`. */
export interface TagSelector {
  readonly tag: string;
}

/** Where a group starts that has no offset yet. */
export type ConsumeFrom = 'first' | 'last' | { readonly timestamp: Date };

export interface RocketMQListenerOptions {
  readonly topic: string;
  /** The consumer group. Listeners that share a group share one consumer; each message reaches exactly one of them. */
  readonly group: string;
  /** Default: all tags. */
  readonly selector?: TagSelector;
  /** Messages of the group that are handled at the same time in this process, 1 to 1000. Default 20. */
  readonly concurrency?: number;
  /** Default `last`: messages that are sent from now on. */
  readonly consumeFrom?: ConsumeFrom;
  /** Name of the connection. Default `default`. */
  readonly connection?: string;
  /** Default: the codec of the connection. */
  readonly codec?: Codec;
  /**
   * Whether guards, interceptors, pipes and filters that the application registered globally apply to this listener when it is a method of a
   * provider. Default false: those are usually written for HTTP. On controllers `inheritAppConfig` of `connectMicroservice` decides.
   */
  readonly globalEnhancers?: boolean;
}
