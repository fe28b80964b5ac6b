import { availableParallelism } from 'node:os';
import { apacheLaneCapacities, Lanes, type LaneRules, type RemotingLimits } from '../../remoting/index.js';
import type { BrokerConfig } from '../config/broker-config.js';
import type { WriteGate } from './write-gate.js';

/** As Java, the capacities of the thread pools' queues: here of the lanes. */
function capacitiesOf(config: BrokerConfig): Readonly<Record<string, number>> {
  return {
    ...apacheLaneCapacities,
    send: config.sendThreadPoolQueueCapacity,
    pull: config.pullThreadPoolQueueCapacity,
    litePull: config.litePullThreadPoolQueueCapacity,
    ack: config.ackThreadPoolQueueCapacity,
    reply: config.replyThreadPoolQueueCapacity,
    query: config.queryThreadPoolQueueCapacity,
    clientManage: config.clientManagerThreadPoolQueueCapacity,
    consumerManage: config.consumerManagerThreadPoolQueueCapacity,
    heartbeat: config.heartbeatThreadPoolQueueCapacity,
    endTransaction: config.endTransactionPoolQueueCapacity,
    admin: config.adminBrokerThreadPoolQueueCapacity,
  };
}

/**
 * Requests that read from the disk are bounded like Java's threads, because each holds what it reads in memory. Sends wait while the store cannot
 * write; those that wait for a sync do not, as in Java, where a thread does not wait for it either.
 */
function rulesOf(config: BrokerConfig, writing: WriteGate): Readonly<Record<string, LaneRules>> {
  const processors = availableParallelism();
  const pulls = (setting: number) => ({ runningMax: setting || 16 + 2 * processors });
  return {
    send: { isOpen: () => writing.isOpen, rejects: () => writing.isBusy },
    pull: pulls(config.pullMessageThreadPoolNums),
    litePull: pulls(config.litePullMessageThreadPoolNums),
    query: { runningMax: config.queryMessageThreadPoolNums || 8 + processors },
  };
}

export interface BrokerLanesOptions {
  readonly config: BrokerConfig;
  readonly writing: WriteGate;
  /** Monotonic milliseconds. */
  readonly monotonic: () => number;
  /** Called when a lane has its first waiting request. */
  readonly onWaiting: () => void;
}

export function brokerLanes({ config, writing, monotonic, onWaiting }: BrokerLanesOptions): Lanes {
  return new Lanes(capacitiesOf(config), { rules: rulesOf(config, writing), monotonic, onWaiting });
}

/** What the connections of the broker's servers may take. */
export function connectionLimits(config: BrokerConfig): Partial<RemotingLimits> {
  return {
    connectionsMax: config.serverConnectionsMax,
    requestsMax: config.connectionRequestsMax,
    inputBytesMax: config.connectionInputSizeMax,
    inputBytesTotalMax: config.serverInputSizeMax,
    outputBytesMax: config.connectionOutputSizeMax,
    outputBytesTotalMax: config.serverOutputSizeMax,
    idleMs: config.serverChannelMaxIdleTimeSeconds * 1000,
  };
}
