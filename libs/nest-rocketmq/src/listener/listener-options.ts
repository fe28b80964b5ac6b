import type { PushConsumerOptions } from 'rocketmq-core/client';
import type { Codec } from '../codec/codec.js';
import type { RetryPolicy } from '../outcome/retry-policy.js';
import type { Setting } from './setting.js';

/** Which messages of the topic: tags as in RocketMQ, `*` or `A || B`; or an SQL92 expression over the properties, which the broker evaluates. */
export type ListenerSelector =
  { readonly tag: Setting<string>; readonly sql?: never } | { readonly sql: Setting<string>; readonly tag?: never };

/** Where a group starts that has no offset yet. */
export type ConsumeFrom = 'first' | 'last' | { readonly timestamp: Date };

/** Several messages in one call. */
export interface BatchOptions {
  /** Messages of one queue in one call, 1 to 1024. A call gets as many as were fetched by then; nobody waits for more. */
  readonly size: number;
}

/** Further settings of the push consumer below. What listeners of one group say here must not differ. */
export type ConsumerTuning = Pick<
  PushConsumerOptions,
  | 'allocateMessageQueueStrategy'
  | 'consumeConcurrentlyMaxSpan'
  | 'followQueueDoubling'
  | 'localOffsetStoreDir'
  | 'lockIntervalMs'
  | 'lockMaxLiveTimeMs'
  | 'maxTimeConsumeContinuouslyMs'
  | 'messageDelayLevel'
  | 'onDropped'
  | 'persistConsumerOffsetIntervalMs'
  | 'pullBatchSize'
  | 'pullBatchSizeInBytes'
  | 'pullIntervalMs'
  | 'pullThresholdForQueue'
  | 'pullThresholdForTopic'
  | 'pullThresholdSizeForQueue'
  | 'pullThresholdSizeForTopic'
  | 'rebalanceIntervalMs'
  | 'suspendCurrentQueueTimeMs'
>;

/** What the consumer of a group needs to know; listeners that share a group must not contradict each other here. */
interface GroupOptions {
  /** Messages (or batches) of the group that are handled at the same time in this process, 1 to 1000. Default 20. */
  readonly concurrency?: Setting<number>;
  /** Default `last`: messages that are sent from now on. */
  readonly consumeFrom?: ConsumeFrom;
  /** Every process gets every message; one that fails is not delivered again. Default false. Not in order. */
  readonly broadcasting?: boolean;
  /** The handler gets an array of payloads and may return an array of outcomes. Default: one message a call. */
  readonly batch?: BatchOptions;
  /**
   * Failures after which a message is a dead letter, -1 to 2147483647. Default -1: what the group is set to on the broker, 16 unless it was changed; 16 in
   * order.
   */
  readonly maxReconsumeTimes?: Setting<number>;
  /** When the client below gives a call up, ms. Default 15 minutes. `handlerTimeoutMs` is the finer one. */
  readonly consumeTimeoutMs?: Setting<number>;
  readonly consumer?: ConsumerTuning;
}

/** What a listener may say, in its decorator or under `listeners` of the module. */
export interface ListenerConfiguration extends GroupOptions {
  /** One topic, or several whose messages are handled alike. */
  readonly topic?: Setting<string | readonly string[]>;
  /** The consumer group. Listeners that share a group share one consumer; each message reaches exactly one of them. */
  readonly group?: Setting<string>;
  /** Default: all tags. */
  readonly selector?: ListenerSelector;
  /** Default: the codec of the connection. */
  readonly codec?: Codec;
  /** What becomes of a message whose handler failed. Asked before the policy of the connection. */
  readonly retry?: RetryPolicy;
  /**
   * After this time the signal of the call fires and the message counts as failed, ms. In order the queue still waits for the handler. Default: never;
   * see `consumeTimeoutMs`.
   */
  readonly handlerTimeoutMs?: Setting<number>;
  /** Whether the listener consumes once the application is ready; otherwise when RocketMQListenerRegistry starts it. Default: as the connection says. */
  readonly autoStart?: Setting<boolean>;
}

export interface RocketMQListenerOptions extends ListenerConfiguration {
  /** Key under `listeners` of the module; what is said there comes before what is said here. */
  readonly listener?: string;
  /** Name in RocketMQListenerRegistry. Default `Class.method`. */
  readonly id?: string;
  /** Name of the connection. Default `default`. */
  readonly connection?: Setting<string>;
  /**
   * Whether guards, interceptors, pipes and filters that the application registered globally apply to this listener when it is a method of a
   * provider. Default false: those are usually written for HTTP. On controllers `inheritAppConfig` of `connectMicroservice` decides.
   */
  readonly globalEnhancers?: boolean;
}

/** What the decorators write: the options, and whose they are. */
export interface DeclaredListener extends RocketMQListenerOptions {
  /** `Class.method`. */
  readonly name: string;
  readonly orderly?: boolean;
  /** Where decorators beside it leave their metadata. */
  readonly method?: object;
  /** The group whose dead letters are meant. */
  readonly deadLettersOf?: Setting<string>;
}

/** A listener with everything resolved. */
export interface ListenerSettings extends Omit<
  ListenerConfiguration,
  'topic' | 'group' | 'selector' | 'concurrency' | 'maxReconsumeTimes' | 'consumeTimeoutMs' | 'handlerTimeoutMs' | 'autoStart'
> {
  readonly id: string;
  readonly name: string;
  readonly topics: readonly string[];
  readonly group: string;
  readonly selector: { readonly tag: string } | { readonly sql: string };
  readonly orderly: boolean;
  readonly concurrency?: number;
  readonly maxReconsumeTimes?: number;
  readonly consumeTimeoutMs?: number;
  readonly handlerTimeoutMs?: number;
  readonly autoStart?: boolean;
}
