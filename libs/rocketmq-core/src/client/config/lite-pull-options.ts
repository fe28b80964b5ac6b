import { newGroupProblem } from '../../protocol/index.js';
import { InvalidInput } from '../errors.js';
import type { AllocateStrategy } from '../rebalance/allocate.js';
import { type BroadcastOptions, broadcastSettings } from './broadcast-options.js';
import type { ConsumeFromWhere } from './consumer-options.js';
import { duration, ranged } from './ranges.js';

/** Settings of a lite pull consumer. Defaults as Java: DefaultLitePullConsumer, where the names are the same. */
export interface LitePullConsumerOptions extends Pick<BroadcastOptions, 'messageModel' | 'localOffsetStoreDir'> {
  /** Consumer group: 1 to 120 characters of `%|a-zA-Z0-9_-`. */
  readonly group: string;
  /** Default CONSUME_FROM_LAST_OFFSET. */
  readonly consumeFromWhere?: ConsumeFromWhere;
  /** For CONSUME_FROM_TIMESTAMP: milliseconds since the epoch; default 30 minutes before the start. */
  readonly consumeTimestamp?: number;
  /** How subscribed queues are shared; default `AVG`. Members of one group must agree. */
  readonly allocateMessageQueueStrategy?: AllocateStrategy;
  /** Messages that one pull asks for and one poll gives, 1 to 1024; default 10. */
  readonly pullBatchSize?: number;
  /** Messages held for all queues before pulling pauses, 1 to 6553500; default 10000. */
  readonly pullThresholdForAll?: number;
  /** Messages held for one queue before pulling pauses, 1 to 65535; default 1000. */
  readonly pullThresholdForQueue?: number;
  /** Bodies held for one queue before pulling pauses, MiB, 1 to 1024; default 100. */
  readonly pullThresholdSizeForQueue?: number;
  /** Distance between the first and the last held offset of one queue before pulling pauses, 1 to 65535; default 2000. */
  readonly consumeMaxSpan?: number;
  /** Whether polling commits what earlier polls gave; default true. */
  readonly autoCommit?: boolean;
  /** Between two such commits, ms; default 5000. */
  readonly autoCommitIntervalMs?: number;
  /** How long a poll without a time-out of its own waits, ms; default 5000. */
  readonly pollTimeoutMs?: number;
  /** How long a broker may hold a pull that finds nothing, ms; default 20000. */
  readonly brokerSuspendMaxTimeMs?: number;
  /** How long the answer to such a pull is waited for, ms; not below the former; default 30000. */
  readonly consumerTimeoutMsWhenSuspend?: number;
  /** Between two rounds that share subscribed queues anew when nothing has told of a change, ms; default 20000. */
  readonly rebalanceIntervalMs?: number;
  /** Pause after a pull that failed, ms; default 1000. */
  readonly pullTimeDelayMsWhenException?: number;
}

export interface LitePullSettings extends Readonly<Required<Omit<LitePullConsumerOptions, 'consumeTimestamp'>>> {
  readonly consumeTimestamp: number | undefined;
}

/** @throws InvalidInput */
export function resolveLitePullOptions(options: LitePullConsumerOptions): LitePullSettings {
  const problem = newGroupProblem(options.group);
  if (problem !== undefined) throw new InvalidInput('group', problem);
  return {
    group: options.group,
    ...modelOf(options),
    consumeFromWhere: options.consumeFromWhere ?? 'CONSUME_FROM_LAST_OFFSET',
    consumeTimestamp: options.consumeTimestamp,
    allocateMessageQueueStrategy: options.allocateMessageQueueStrategy ?? 'AVG',
    pullBatchSize: ranged('pullBatchSize', options.pullBatchSize, 10, [1, 1024]),
    pullThresholdForAll: ranged('pullThresholdForAll', options.pullThresholdForAll, 10_000, [1, 6_553_500]),
    pullThresholdForQueue: ranged('pullThresholdForQueue', options.pullThresholdForQueue, 1000, [1, 65_535]),
    pullThresholdSizeForQueue: ranged('pullThresholdSizeForQueue', options.pullThresholdSizeForQueue, 100, [1, 1024]),
    consumeMaxSpan: ranged('consumeMaxSpan', options.consumeMaxSpan, 2000, [1, 65_535]),
    autoCommit: options.autoCommit ?? true,
    autoCommitIntervalMs: duration('autoCommitIntervalMs', options.autoCommitIntervalMs, 5000, 10),
    ...times(options),
  };
}

function modelOf(options: LitePullConsumerOptions) {
  const { messageModel, localOffsetStoreDir } = broadcastSettings(options);
  return { messageModel, localOffsetStoreDir };
}

function times(options: LitePullConsumerOptions) {
  const brokerSuspendMaxTimeMs = duration('brokerSuspendMaxTimeMs', options.brokerSuspendMaxTimeMs, 20_000);
  const consumerTimeoutMsWhenSuspend = duration('consumerTimeoutMsWhenSuspend', options.consumerTimeoutMsWhenSuspend, 30_000);
  if (consumerTimeoutMsWhenSuspend < brokerSuspendMaxTimeMs) {
    throw new InvalidInput('consumerTimeoutMsWhenSuspend', 'consumerTimeoutMsWhenSuspend is below brokerSuspendMaxTimeMs');
  }
  return {
    pollTimeoutMs: duration('pollTimeoutMs', options.pollTimeoutMs, 5000, 0),
    brokerSuspendMaxTimeMs,
    consumerTimeoutMsWhenSuspend,
    rebalanceIntervalMs: duration('rebalanceIntervalMs', options.rebalanceIntervalMs, 20_000, 10),
    pullTimeDelayMsWhenException: duration('pullTimeDelayMsWhenException', options.pullTimeDelayMsWhenException, 1000),
  };
}
