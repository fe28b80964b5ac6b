import { type SubscriptionGroupConfig, VersionGate } from '../../protocol/index.js';

export interface RetryLimitRequest {
  /** Of the client. */
  readonly version: number;
  readonly maxReconsumeTimes: number | undefined;
}

/** Failures after which a message is a dead letter: what the consumer says, else what its group says. As Java: consumerSendMsgBack. */
export function retryLimit({ retryMaxTimes }: SubscriptionGroupConfig, { version, maxReconsumeTimes }: RetryLimitRequest): number {
  return version >= VersionGate.MAX_RECONSUME_TIMES ? (maxReconsumeTimes ?? retryMaxTimes) : retryMaxTimes;
}
