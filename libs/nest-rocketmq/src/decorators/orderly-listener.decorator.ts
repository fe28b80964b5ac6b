import type { RocketMQListenerOptions } from '../listener/listener-options.js';
import { declareListener } from './declare-listener.js';

/**
 * A listener that gets the messages of each queue one after the other; those of other queues at the same time, up to `concurrency`. Send with a sharding
 * key, so that what belongs together is in one queue.
 *
 * A message whose handler fails stops its queue (1 s, doubling up to 30 s, or what `Retry({ delayMs })` says) and is delivered again; after
 * `maxReconsumeTimes` failures, 16 by default, it is a dead letter and the queue goes on.
 *
 * @param options or the key of a listener that the module configures under `listeners`
 */
export function OrderlyListener(options: Omit<RocketMQListenerOptions, 'broadcasting'> | string): MethodDecorator {
  return declareListener({ ...(typeof options === 'string' ? { listener: options } : options), orderly: true });
}
