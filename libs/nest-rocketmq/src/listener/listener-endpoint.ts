import type { ReceivedMessage } from 'rocketmq-core/client';
import type { RocketMQListenerOptions } from './listener-options.js';

/** One listener method, ready to be called: of a controller through the transport, or of a provider. */
export interface ListenerEndpoint {
  /** `Class.method`, for messages. */
  readonly name: string;
  readonly options: RocketMQListenerOptions;
  /** Settles with the handler; rejects with the original error. */
  readonly handle: (message: ReceivedMessage, signal: AbortSignal) => Promise<void>;
}
