import { propertyProblem } from '../../protocol/index.js';
import { InvalidInput } from '../errors.js';
import type { TransactionListener } from '../transaction-types.js';
import { type ProducerOptions, type ProducerSettings, resolveProducerOptions } from './producer-options.js';
import { ranged } from './ranges.js';

/** Settings of a producer of transactional messages. */
export interface TransactionProducerOptions extends ProducerOptions {
  /** By name, at least one. All processes of the group have the same ones: any of them may be asked. */
  // The type of the argument is between the caller of `sendInTransaction` and the listener.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly listeners: Readonly<Record<string, TransactionListener<any>>>;
  /** Checks that run at once, 1 to 1000; default 16. Java has one thread. */
  readonly checkConcurrencyMax?: number;
  /** Checks that wait beside them, 0 to 100000; default 2000. Further ones are dropped: the broker asks again. As Java: checkRequestHoldMax. */
  readonly checkRequestHoldMax?: number;
  /** Topics whose brokers may ask from the start on, before anything was sent; default those of `createTopicKey`. */
  readonly topics?: readonly string[];
}

export interface TransactionSettings {
  readonly producer: ProducerSettings;
  readonly listeners: ReadonlyMap<string, TransactionListener>;
  readonly checkConcurrencyMax: number;
  readonly checkRequestHoldMax: number;
  readonly topics: readonly string[];
}

/** @throws InvalidInput */
export function resolveTransactionOptions(options: TransactionProducerOptions): TransactionSettings {
  const producer = resolveProducerOptions(options);
  const listeners = new Map(Object.entries(options.listeners));
  if (listeners.size === 0) throw new InvalidInput('listeners', 'a producer of transactional messages has at least one listener');
  for (const name of listeners.keys()) {
    const problem = propertyProblem('listener', name);
    if (problem !== undefined) throw new InvalidInput('listeners', `no listener can be called ${JSON.stringify(name)}: ${problem}`);
  }
  return {
    producer,
    listeners,
    checkConcurrencyMax: ranged('checkConcurrencyMax', options.checkConcurrencyMax, 16, [1, 1000]),
    checkRequestHoldMax: ranged('checkRequestHoldMax', options.checkRequestHoldMax, 2000, [0, 100_000]),
    topics: options.topics ?? [producer.createTopicKey],
  };
}
