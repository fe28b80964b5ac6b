import type { RocketMQListenerOptions } from '../listener/listener-options.js';
import { declareListener } from './declare-listener.js';

/**
 * Makes a method the listener of a topic.
 *
 * On a controller the method is served by RocketMQServer (`app.connectMicroservice({ strategy: app.get(RocketMQServer) })`); on a provider nothing
 * else is needed. The message counts as consumed when the method returns (or its promise or stream ends) without an error, or returns `Ack`; `Retry()`
 * delivers it again, `Reject()` makes a dead letter of it; an error does what the outcome table and the retry policy say.
 *
 * The argument is the decoded payload, or what `@Payload()`, `@Ctx()` (the RocketMQContext) and the `@Message…` decorators ask for.
 *
 * @param options or the key of a listener that the module configures under `listeners`
 */
export function RocketMQListener(options: RocketMQListenerOptions | string): MethodDecorator {
  return declareListener(typeof options === 'string' ? { listener: options } : options);
}
