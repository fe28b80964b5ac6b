import type { MessageQueue } from '../../protocol/index.js';
import type { LitePullHeader } from '../instance/calls.js';
import type { Subscription } from './subscription-table.js';

/** Bits of a pull's sysFlag: may be held, the subscription comes along, lite pull. As Java: PullSysFlag. */
const SYS_FLAG = 2 | 4 | 16;
const ANY_SIZE = 0x7fffffff;

export interface LitePullPlan {
  readonly group: string;
  readonly queue: MessageQueue;
  readonly queueOffset: number;
  readonly subscription: Subscription;
  readonly maxMsgNums: number;
  readonly suspendMs: number;
}

/** As Java: DefaultLitePullConsumerImpl.pullSyncImpl. */
export function litePullHeader({ group, queue, queueOffset, subscription, maxMsgNums, suspendMs }: LitePullPlan): LitePullHeader {
  return {
    consumerGroup: group,
    topic: queue.topic,
    queueId: queue.queueId,
    queueOffset,
    maxMsgNums,
    sysFlag: SYS_FLAG,
    commitOffset: 0,
    suspendTimeoutMillis: suspendMs,
    subscription: subscription.expression,
    subVersion: subscription.type === 'TAG' ? 0 : subscription.version,
    expressionType: subscription.type,
    maxMsgBytes: ANY_SIZE,
    bname: queue.brokerName,
  };
}
