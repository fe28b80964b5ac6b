import {
  type ConsumerRunningInfo,
  type ConsumeStatus,
  type MessageQueue,
  type ProcessQueueInfo,
  VERSION,
  versionName,
} from '../../protocol/index.js';
import type { PushConsumerSettings } from '../config/consumer-options.js';
import { subscriptionData } from '../instance/group-table.js';
import type { QueueFigures } from './assignment.js';
import type { QueueTimes } from './consume-figures.js';
import type { Subscription } from './subscription-table.js';

const MIB = 1024 * 1024;

export interface RunningInfoSources {
  readonly settings: PushConsumerSettings;
  readonly nameServers: readonly string[];
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly concurrency: number;
  readonly subscribed: readonly Subscription[];
  readonly queues: readonly QueueFigures[];
  readonly timesOf: (queue: MessageQueue) => QueueTimes;
  readonly statusOf: (topic: string) => ConsumeStatus;
}

/** What `mqadmin consumerStatus` shows of a consumer. As Java: DefaultMQPushConsumerImpl.consumerRunningInfo. */
export function runningInfo(sources: RunningInfoSources): ConsumerRunningInfo {
  const { settings, subscribed, queues, timesOf, statusOf } = sources;
  return {
    // Node runs listeners on one thread; which calls are under way says the queue table.
    jstack: '',
    properties: new Map([...propertiesOf(settings), ...identityOf(sources)]),
    subscriptionSet: subscribed.map(subscriptionData),
    mqTable: queues.map((figures) => [figures.queue, processQueueInfo(figures, timesOf(figures.queue))]),
    mqPopTable: [],
    statusTable: new Map(subscribed.map(({ topic }) => [topic, statusOf(topic)])),
    userConsumerInfo: new Map(),
  };
}

/** The names under which Java's tools look for them. */
function identityOf({ settings, nameServers, concurrency, startedAt }: RunningInfoSources): [string, string][] {
  return [
    ['PROP_NAMESERVER_ADDR', nameServers.map((address) => `${address};`).join('')],
    ['PROP_CLIENT_VERSION', versionName(VERSION)],
    ['PROP_CONSUME_TYPE', 'CONSUME_PASSIVELY'],
    ['PROP_CONSUMEORDERLY', String(settings.orderly)],
    ['PROP_THREADPOOL_CORE_SIZE', String(concurrency)],
    ['PROP_CONSUMER_START_TIMESTAMP', String(startedAt)],
  ];
}

function propertiesOf(settings: PushConsumerSettings): [string, string][] {
  const plain = [
    'messageModel',
    'consumeFromWhere',
    'consumeMessageBatchMaxSize',
    'consumeConcurrentlyMaxSpan',
    'maxReconsumeTimes',
    'pullBatchSize',
    'pullBatchSizeInBytes',
    'pullThresholdForQueue',
    'pullThresholdSizeForQueue',
  ] as const;
  return [['consumerGroup', settings.group], ...plain.map((name): [string, string] => [name, String(settings[name] ?? -1)])];
}

function processQueueInfo({ heldCount, heldBytes, heldFrom, heldTo, commitOffset }: QueueFigures, times: QueueTimes): ProcessQueueInfo {
  return {
    cachedMsgCount: heldCount,
    cachedMsgSizeInMiB: Math.floor(heldBytes / MIB),
    cachedMsgMinOffset: heldFrom ?? 0,
    cachedMsgMaxOffset: heldTo ?? 0,
    commitOffset: commitOffset ?? -1,
    droped: false,
    lastConsumeTimestamp: times.lastConsume,
    lastLockTimestamp: 0,
    lastPullTimestamp: times.lastPull,
    locked: false,
    transactionMsgCount: 0,
    transactionMsgMaxOffset: 0,
    transactionMsgMinOffset: 0,
    tryUnlockTimes: 0,
  };
}
