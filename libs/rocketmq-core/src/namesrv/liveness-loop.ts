import type { Peer } from '../remoting/index.js';
import { type Clock, type Logger, Loop } from '../runtime/index.js';
import type { BrokerRegistry } from './broker-registry.js';

export interface LivenessLoopOptions {
  readonly registry: BrokerRegistry;
  readonly peers: () => Iterable<Peer>;
  readonly periodMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Drops silent brokers and their connections. As Java: RouteInfoManager.scanNotActiveBroker. */
export function livenessLoop({ registry, peers, periodMs, clock, logger }: LivenessLoopOptions): Loop {
  const run = () => {
    const silent = new Set(registry.dropSilent().map(({ peerId }) => peerId));
    if (silent.size === 0) return;
    for (const peer of peers()) if (silent.has(peer.id)) peer.close('the broker was silent for too long');
  };
  return new Loop({ name: 'search for silent brokers', clock, logger, periodMs, run });
}
