import { type ConsumerRunningInfo, type ProcessQueueInfo, VERSION, versionName } from '../../protocol/index.js';
import type { LitePullSettings } from '../config/lite-pull-options.js';
import { subscriptionData } from '../instance/group-table.js';
import type { LitePullQueue } from './lite-pull-queue.js';
import type { Subscription } from './subscription-table.js';

const MIB = 1024 * 1024;

export interface LitePullInfoSources {
  readonly settings: LitePullSettings;
  readonly nameServers: readonly string[];
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly subscribed: readonly Subscription[];
  readonly queues: readonly LitePullQueue[];
  readonly committed: (held: LitePullQueue) => number | undefined;
}

/** What `mqadmin consumerStatus` shows of a lite pull consumer. As Java: DefaultLitePullConsumerImpl.consumerRunningInfo. */
export function litePullRunningInfo({
  settings,
  nameServers,
  startedAt,
  subscribed,
  queues,
  committed,
}: LitePullInfoSources): ConsumerRunningInfo {
  return {
    jstack: '',
    properties: new Map([
      ['consumerGroup', settings.group],
      ['PROP_NAMESERVER_ADDR', nameServers.map((address) => `${address};`).join('')],
      ['PROP_CLIENT_VERSION', versionName(VERSION)],
      ['PROP_CONSUME_TYPE', 'CONSUME_ACTIVELY'],
      ['PROP_CONSUMEORDERLY', 'false'],
      ['PROP_THREADPOOL_CORE_SIZE', '1'],
      ['PROP_CONSUMER_START_TIMESTAMP', String(startedAt)],
    ]),
    subscriptionSet: subscribed.map(subscriptionData),
    mqTable: queues.map((held) => [held.queue, queueInfo(held, committed(held))]),
    mqPopTable: [],
    statusTable: new Map(),
    userConsumerInfo: new Map(),
  };
}

function queueInfo(held: LitePullQueue, committed: number | undefined): ProcessQueueInfo {
  return {
    cachedMsgCount: held.count,
    cachedMsgSizeInMiB: Math.floor(held.bytes / MIB),
    cachedMsgMinOffset: held.firstHeld ?? 0,
    cachedMsgMaxOffset: held.lastHeld ?? 0,
    commitOffset: committed ?? -1,
    droped: held.dropped,
    lastConsumeTimestamp: 0,
    lastLockTimestamp: 0,
    lastPullTimestamp: 0,
    locked: false,
    transactionMsgCount: 0,
    transactionMsgMaxOffset: 0,
    transactionMsgMinOffset: 0,
    tryUnlockTimes: 0,
  };
}
