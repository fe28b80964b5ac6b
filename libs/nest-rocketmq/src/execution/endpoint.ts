import type { RocketMQConnection } from '../connection/rocketmq.connection.js';
import type { ListenerEndpoint } from '../listener/listener-endpoint.js';
import type { RocketMQListenerOptions } from '../listener/listener-options.js';
import { RocketMQContext } from '../listener/rocketmq.context.js';
import { errorOfOutcome } from './error-of-outcome.js';
import { runToEnd } from './run-to-end.js';

export interface EndpointParts {
  readonly name: string;
  readonly options: RocketMQListenerOptions;
  readonly connection: RocketMQConnection;
  /** The method with its enhancers around it. */
  readonly handler: (payload: unknown, context: RocketMQContext) => unknown;
  /** Wraps each call, for the processing hooks of a transport. */
  readonly around?: (context: RocketMQContext, run: () => Promise<void>) => Promise<void>;
}

/** The one execution core of controllers and providers: decode, call, wait for the very end, report the original error. */
export function endpointOf({ name, options, connection, handler, around }: EndpointParts): ListenerEndpoint {
  const codec = options.codec ?? connection.codec;
  return {
    name,
    options,
    handle: async (message, signal) => {
      const context = new RocketMQContext(message, options.group, signal);
      const run = async () => {
        const payload = await codec.decode(message.body, message);
        try {
          await runToEnd(() => handler(payload, context));
        } catch (outcome) {
          throw errorOfOutcome(context, outcome);
        }
      };
      await (around ? around(context, run) : run());
    },
  };
}
