import { type ConsumerRunningInfo, type ProcessQueueInfo, VERSION, versionName } from '../../protocol/index.js';
import { subscriptionData } from '../instance/group-table.js';
import type { QueueFigures } from './assignment.js';
import type { PushConsumer } from './push-consumer.js';

const MIB = 1024 * 1024;

/** What `mqadmin consumerStatus` shows of a consumer. As Java: DefaultMQPushConsumerImpl.consumerRunningInfo. */
export function runningInfo(consumer: PushConsumer, nameServers: readonly string[]): ConsumerRunningInfo {
  return {
    properties: new Map([
      ['PROP_NAMESERVER_ADDR', nameServers.join(';')],
      ['PROP_CLIENT_VERSION', versionName(VERSION)],
      ['PROP_CONSUME_TYPE', 'CONSUME_PASSIVELY'],
      ['PROP_CONSUMEORDERLY', 'false'],
      ['PROP_THREADPOOL_CORE_SIZE', String(consumer.concurrency)],
      ['PROP_CONSUMER_START_TIMESTAMP', String(consumer.startedAt)],
    ]),
    subscriptionSet: consumer.subscribed.map(subscriptionData),
    mqTable: consumer.figures().map((figures) => [figures.queue, processQueueInfo(figures)]),
    mqPopTable: [],
    statusTable: new Map(),
    userConsumerInfo: new Map(),
  };
}

function processQueueInfo({ heldCount, heldBytes, heldFrom, heldTo, commitOffset }: QueueFigures): ProcessQueueInfo {
  return {
    cachedMsgCount: heldCount,
    cachedMsgSizeInMiB: Math.floor(heldBytes / MIB),
    cachedMsgMinOffset: heldFrom ?? 0,
    cachedMsgMaxOffset: heldTo ?? 0,
    commitOffset: commitOffset ?? -1,
    droped: false,
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
