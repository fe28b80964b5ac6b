import { resolveLitePullOptions, type LitePullConsumerOptions } from './lite-pull-options.js';

describe('resolveLitePullOptions', () => {
  it('has the defaults of the Java client', () => {
    expect(resolveLitePullOptions({ group: 'G' })).toMatchObject({
      ...{ messageModel: 'CLUSTERING', consumeFromWhere: 'CONSUME_FROM_LAST_OFFSET', allocateMessageQueueStrategy: 'AVG' },
      ...{
        pullBatchSize: 10,
        pullThresholdForAll: 10_000,
        pullThresholdForQueue: 1000,
        pullThresholdSizeForQueue: 100,
        consumeMaxSpan: 2000,
      },
      ...{ autoCommit: true, autoCommitIntervalMs: 5000, pollTimeoutMs: 5000, brokerSuspendMaxTimeMs: 20_000 },
      ...{ consumerTimeoutMsWhenSuspend: 30_000, pullTimeDelayMsWhenException: 1000, rebalanceIntervalMs: 20_000 },
    });
  });

  it.each([
    ['group', { group: 'a b' }],
    ['pullBatchSize', { pullBatchSize: 0 }],
    ['pullThresholdForAll', { pullThresholdForAll: 6_553_501 }],
    ['autoCommitIntervalMs', { autoCommitIntervalMs: 1 }],
    ['messageModel', { messageModel: 'OTHER' as never }],
    ['consumerTimeoutMsWhenSuspend', { brokerSuspendMaxTimeMs: 20_000, consumerTimeoutMsWhenSuspend: 19_999 }],
  ] satisfies readonly (readonly [string, Partial<LitePullConsumerOptions>])[])('refuses a wrong %s', (field, options) => {
    const resolve = () => resolveLitePullOptions({ group: 'G', ...options });
    expect(resolve).toThrow(expect.objectContaining({ name: 'InvalidInput', field }));
  });
});
