import { messageOf } from '../../base/index.js';
import { newGroupProblem, parseDelayLevels, topicProblem } from '../../protocol/index.js';
import { InvalidInput } from '../errors.js';
import type { MessageSelector } from '../message-selector.js';
import type { BatchListener, MessageListener } from '../message-types.js';
import { type AllocateStrategy, isAllocateStrategy } from '../rebalance/allocate.js';
import { type BroadcastOptions, broadcastSettings } from './broadcast-options.js';
import { type OrderOptions, orderSettings } from './order-options.js';
import { duration, ranged } from './ranges.js';

/** Where a group starts in a queue for which the broker knows no offset of it. As Java: ConsumeFromWhere. */
export type ConsumeFromWhere = 'CONSUME_FROM_LAST_OFFSET' | 'CONSUME_FROM_FIRST_OFFSET' | 'CONSUME_FROM_TIMESTAMP';

/** Settings of a push consumer. Defaults as Java: DefaultMQPushConsumer, where the names are the same. */
export interface PushConsumerOptions extends OrderOptions, BroadcastOptions {
  /** Consumer group: 1 to 120 characters of `%|a-zA-Z0-9_-`. */
  readonly group: string;
  /** Topic to what is wanted of it: `*` for all, tags joined by `||`, or what `byTag` or `bySql` make. Members of one group must agree. */
  readonly subscriptions: ReadonlyMap<string, string | MessageSelector>;
  /** Called for each message; exactly one of `onMessage` and `onBatch` is given. */
  readonly onMessage?: MessageListener;
  /** Called for up to `consumeMessageBatchMaxSize` messages of one queue. */
  readonly onBatch?: BatchListener;
  /** Calls of the listener that may run at once, over all queues, 1 to 1000; default 20. */
  readonly concurrency?: number;
  /** Messages in one call of `onBatch`, 1 to 1024; default 1. */
  readonly consumeMessageBatchMaxSize?: number;
  /** Default CONSUME_FROM_LAST_OFFSET. */
  readonly consumeFromWhere?: ConsumeFromWhere;
  /** For CONSUME_FROM_TIMESTAMP: milliseconds since the epoch; default 30 minutes before the start. */
  readonly consumeTimestamp?: number;
  /**
   * `AVG` (default), `AVG_BY_CIRCLE`, `CONSISTENT_HASH`, what `allocateByConfig`, `allocateByMachineRoom`, `allocateNearby` and
   * `allocateByConsistentHash` make, or a function of one's own. Members of one group must agree.
   */
  readonly allocateMessageQueueStrategy?: AllocateStrategy;
  /** Messages that one pull asks for, 1 to 1024; default 32. */
  readonly pullBatchSize?: number;
  /** Bytes that one pull asks for; default 256 KiB. */
  readonly pullBatchSizeInBytes?: number;
  /** Pause after a pull that brought messages, ms, 0 to 65535; default 0. */
  readonly pullIntervalMs?: number;
  /** Messages held for one queue before pulling pauses, 1 to 65535; default 1000. */
  readonly pullThresholdForQueue?: number;
  /** Bodies held for one queue before pulling pauses, MiB, 1 to 1024; default 100. */
  readonly pullThresholdSizeForQueue?: number;
  /** As above for all queues of this consumer together, 1 to 6553500; default no such limit. */
  readonly pullThresholdForTopic?: number;
  /** As above, MiB, 1 to 102400; default no such limit. */
  readonly pullThresholdSizeForTopic?: number;
  /** Distance between the first and the last held offset of one queue before pulling pauses, 1 to 65535; default 2000. */
  readonly consumeConcurrentlyMaxSpan?: number;
  /**
   * Failures after which a message is a dead letter, -1 to 2147483647; default -1: `retryMaxTimes` of the group on the broker decides, 16 unless it was
   * changed. A Java consumer says 16 in that case, whatever its group is set to. Orderly consumers count themselves: -1 means 16, and 2147483647
   * what it means to a Java consumer: a queue waits for its message for ever.
   */
  readonly maxReconsumeTimes?: number;
  /** The delay levels of the brokers, as their setting of that name; default Apache's 18. A retry after exactly such a time waits at the level. */
  readonly messageDelayLevel?: string;
  /** After this time a call of the listener counts as failed, ms; default 15 minutes. */
  readonly consumeTimeoutMs?: number;
  /**
   * Whether new queues of a topic wait while its queues are being doubled (`admin.procedures.doubleQueues`), so that messages of one key stay in
   * order. Costs a question to a name server for each queue that is taken. Default false.
   */
  readonly followQueueDoubling?: boolean;
  /** Between two commits of the offsets, ms; default 5000. */
  readonly persistConsumerOffsetIntervalMs?: number;
}

type OptionalSetting = 'onDropped' | 'pullThresholdForTopic' | 'pullThresholdSizeForTopic' | 'consumeTimestamp' | 'maxReconsumeTimes';

export interface PushConsumerSettings extends Readonly<
  Required<Omit<PushConsumerOptions, 'onMessage' | 'onBatch' | 'messageDelayLevel' | OptionalSetting>>
> {
  readonly listener: BatchListener;
  readonly pullThresholdForTopic: number | undefined;
  readonly pullThresholdSizeForTopic: number | undefined;
  readonly consumeTimestamp: number | undefined;
  readonly maxReconsumeTimes: number | undefined;
  readonly onDropped: PushConsumerOptions['onDropped'] | undefined;
  /** Delays by level, ms: index 0 is level 1. */
  readonly levelsMs: readonly number[];
}

/** As Java: MessageStoreConfig.messageDelayLevel. */
const DELAY_LEVELS = '1s 5s 10s 30s 1m 2m 3m 4m 5m 6m 7m 8m 9m 10m 20m 30m 1h 2h';

/** @throws InvalidInput */
export function resolveConsumerOptions(options: PushConsumerOptions): PushConsumerSettings {
  const problem = newGroupProblem(options.group);
  if (problem !== undefined) throw new InvalidInput('group', problem);
  const maxReconsumeTimes = ranged('maxReconsumeTimes', options.maxReconsumeTimes, -1, [-1, 0x7fffffff]);
  return {
    group: options.group,
    subscriptions: checkedSubscriptions(options.subscriptions),
    ...listenerSettings(options),
    concurrency: ranged('concurrency', options.concurrency, 20, [1, 1000]),
    consumeFromWhere: options.consumeFromWhere ?? 'CONSUME_FROM_LAST_OFFSET',
    consumeTimestamp: options.consumeTimestamp,
    allocateMessageQueueStrategy: checkedStrategy(options.allocateMessageQueueStrategy),
    ...pullSettings(options),
    ...orderSettings(options),
    ...broadcastSettings(options),
    maxReconsumeTimes: maxReconsumeTimes === -1 ? undefined : maxReconsumeTimes,
    levelsMs: checkedLevels(options.messageDelayLevel ?? DELAY_LEVELS),
    consumeTimeoutMs: duration('consumeTimeoutMs', options.consumeTimeoutMs, 15 * 60_000),
    followQueueDoubling: options.followQueueDoubling ?? false,
    persistConsumerOffsetIntervalMs: duration('persistConsumerOffsetIntervalMs', options.persistConsumerOffsetIntervalMs, 5000, 10),
  };
}

function pullSettings(options: PushConsumerOptions) {
  const optional = (field: 'pullThresholdForTopic' | 'pullThresholdSizeForTopic', max: number) => {
    const value = options[field];
    return value === undefined ? undefined : ranged(field, value, value, [1, max]);
  };
  return {
    pullBatchSize: ranged('pullBatchSize', options.pullBatchSize, 32, [1, 1024]),
    pullBatchSizeInBytes: ranged('pullBatchSizeInBytes', options.pullBatchSizeInBytes, 256 * 1024, [1, 0x7fffffff]),
    pullIntervalMs: ranged('pullIntervalMs', options.pullIntervalMs, 0, [0, 65535]),
    pullThresholdForQueue: ranged('pullThresholdForQueue', options.pullThresholdForQueue, 1000, [1, 65535]),
    pullThresholdSizeForQueue: ranged('pullThresholdSizeForQueue', options.pullThresholdSizeForQueue, 100, [1, 1024]),
    pullThresholdForTopic: optional('pullThresholdForTopic', 6_553_500),
    pullThresholdSizeForTopic: optional('pullThresholdSizeForTopic', 102_400),
    consumeConcurrentlyMaxSpan: ranged('consumeConcurrentlyMaxSpan', options.consumeConcurrentlyMaxSpan, 2000, [1, 65535]),
  };
}

function checkedStrategy(strategy: AllocateStrategy = 'AVG'): AllocateStrategy {
  if (isAllocateStrategy(strategy)) return strategy;
  throw new InvalidInput('allocateMessageQueueStrategy', `${String(strategy)} is not a known allocation strategy`);
}

function checkedLevels(text: string): readonly number[] {
  try {
    return parseDelayLevels(text);
  } catch (error) {
    throw new InvalidInput('messageDelayLevel', messageOf(error));
  }
}

function checkedSubscriptions(subscriptions: PushConsumerOptions['subscriptions']): PushConsumerOptions['subscriptions'] {
  if (subscriptions.size === 0) throw new InvalidInput('subscriptions', 'a consumer subscribes to at least one topic');
  for (const topic of subscriptions.keys()) {
    const problem = topicProblem(topic);
    if (problem !== undefined) throw new InvalidInput('subscriptions', problem);
  }
  return new Map(subscriptions);
}

function listenerSettings(options: PushConsumerOptions) {
  const { onMessage, onBatch } = options;
  const consumeMessageBatchMaxSize = ranged('consumeMessageBatchMaxSize', options.consumeMessageBatchMaxSize, 1, [1, 1024]);
  if (onBatch !== undefined && onMessage === undefined) return { listener: onBatch, consumeMessageBatchMaxSize };
  if (onMessage === undefined || onBatch !== undefined) {
    throw new InvalidInput('onMessage', 'exactly one of onMessage and onBatch is expected');
  }
  const listener: BatchListener = ([message], context) => (message === undefined ? undefined : onMessage(message, context));
  return { listener, consumeMessageBatchMaxSize: 1 };
}
