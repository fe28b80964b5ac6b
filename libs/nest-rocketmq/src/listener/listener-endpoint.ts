import type { ConsumeResult, ReceivedMessage } from 'rocketmq-core/client';
import type { ListenerSettings } from './listener-options.js';

/** What the consumer says of a call. */
export interface EndpointCall {
  readonly signal: AbortSignal;
}

/** One listener method, ready to be called: of a controller through the transport, or of a provider. */
export interface ListenerEndpoint {
  readonly settings: ListenerSettings;
  /** Before the first message. @throws what keeps the listener from working */
  readonly prepare?: () => Promise<void>;
  /** Handles one message, of a listener that takes no batches. Never rejects. */
  readonly handleOne: (message: ReceivedMessage, call: EndpointCall) => Promise<ConsumeResult>;
  /**
   * Handles one message, or those of a batch. Never rejects.
   * @returns what becomes of each, in their order
   */
  readonly handle: (messages: readonly [ReceivedMessage, ...ReceivedMessage[]], call: EndpointCall) => Promise<readonly ConsumeResult[]>;
}
