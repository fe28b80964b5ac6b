import type { ClientOptions, PushConsumerOptions } from '../../../src/client/index.js';
import { type JavaConf } from '../../../testing/java-cluster.js';

/** TEST_DEFAULTS runs the scenarios with Apache's own times. */
export const hasShortTimes = process.env.TEST_DEFAULTS !== '1';

/** A consumer that waits for its turn, a check or a retry has it within this time. */
export const patienceMs = hasShortTimes ? 90_000 : 240_000;

/**
 * How often a broker asks about a transaction. Apache counts the questions that it has nobody to ask: with a second between them its 15 are over
 * before a client on a busy machine has noticed a restart.
 */
export const transactionCheckMax = hasShortTimes ? 60 : 15;

// What the scenarios need and is off by default.
const switches: JavaConf = { enablePropertyFilter: true, recallMessageEnable: true, updateBrokerConfigEnable: true };

/** Keys of broker.conf, for Apache's broker and for ours. */
export const brokerSettings: JavaConf = hasShortTimes
  ? {
      ...switches,
      transactionTimeOut: 1000,
      transactionCheckInterval: 1000,
      transactionCheckMax,
      transactionOpBatchInterval: 200,
      // Level 3 is the first that a retry takes.
      messageDelayLevel: '1s 2s 1s 1s 1s 1s 1s 1s 1s 1s 1s 1s 1s 1s 1s 1s 1s 4s',
      flushConsumerOffsetInterval: 1000,
      flushDelayOffsetInterval: 1000,
    }
  : switches;

/** System properties of an Apache broker. */
export const javaBrokerProperties: readonly string[] = [];

/** System properties of the Java client. unlockDelayTimeMills stays: a queue would be unlocked while its listener runs. */
export const javaClientProperties: readonly string[] = hasShortTimes
  ? ['-Drocketmq.client.rebalance.waitInterval=1000', '-Drocketmq.client.rebalance.lockInterval=1000']
  : [];

/** A busy machine may take longer over an answer than the 3 s of both clients. */
export const answerTimeoutMs = 20_000;

export const ourClientSettings: Partial<ClientOptions> = {
  mqClientApiTimeoutMs: answerTimeoutMs,
  ...(hasShortTimes && { pollNameServerIntervalMs: 1000, heartbeatBrokerIntervalMs: 1000 }),
};

export const ourConsumerSettings: Partial<PushConsumerOptions> = hasShortTimes
  ? { persistConsumerOffsetIntervalMs: 1000, rebalanceIntervalMs: 1000, lockIntervalMs: 1000 }
  : {};
