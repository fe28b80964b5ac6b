import { BaseRpcContext } from '@nestjs/microservices';
import type { ReceivedMessage } from 'rocketmq-core/client';
import type { Outcome } from '../outcome/outcome.js';

const brand = Symbol.for('nest-rocketmq.context');

export interface ContextParts {
  /** One, or those of a batch: never none. */
  readonly messages: readonly [ReceivedMessage, ...ReceivedMessage[]];
  readonly group: string;
  /** Of the listener, `Class.method`. */
  readonly listener: string;
  readonly connection: string;
  /** Made on demand: few handlers ask for it. */
  readonly signal: () => AbortSignal;
}

/** What a handler may know of the message beside its payload. Reached with `@Ctx()`. */
export class RocketMQContext extends BaseRpcContext<[ReceivedMessage, string]> {
  readonly [brand] = true;

  /** The original error of the handler or a pipe: Nest's filters replace it before a transport sees it. */
  failure: { readonly error: unknown } | undefined;
  /** What the handler said of the message: interceptors may replace what it returned. */
  outcome: Outcome | readonly unknown[] | undefined;
  /** Whether the method itself was called. */
  entered = false;

  constructor(private readonly parts: ContextParts) {
    super([parts.messages[0], parts.group]);
  }

  /** Of a batch the first one. */
  getMessage(): ReceivedMessage {
    return this.parts.messages[0];
  }
  /** All messages of a batch; otherwise the one. */
  getMessages(): readonly ReceivedMessage[] {
    return this.parts.messages;
  }
  getGroup(): string {
    return this.parts.group;
  }
  /** `Class.method` of the listener. */
  getListener(): string {
    return this.parts.listener;
  }
  /** Name of the connection. */
  getConnection(): string {
    return this.parts.connection;
  }
  getTopic(): string {
    return this.getMessage().topic;
  }
  getTag(): string | undefined {
    return this.getMessage().tags;
  }
  getKeys(): readonly string[] {
    return this.getMessage().keys;
  }
  /** Fires when the handler has run too long, when the queue goes to another consumer, and when a shutdown does not wait any longer. */
  getSignal(): AbortSignal {
    return this.parts.signal();
  }
  /** The topic: what names the operation in traces. */
  getPattern(): string {
    return this.getTopic();
  }
  /** The message properties, as plain text pairs. */
  getMetadata(): Record<string, string> {
    return Object.fromEntries(this.getMessage().properties);
  }
  /** 1 on the first delivery. */
  getAttempt(): number {
    return this.getMessage().reconsumeTimes + 1;
  }
}

/** Whether an RPC context (`ctx.switchToRpc().getContext()`) belongs to a RocketMQ message. */
export function isRocketMQContext(context: unknown): context is RocketMQContext {
  return typeof context === 'object' && context !== null && brand in context;
}
