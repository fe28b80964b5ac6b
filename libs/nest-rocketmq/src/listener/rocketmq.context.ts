import { BaseRpcContext } from '@nestjs/microservices';
import type { ReceivedMessage } from 'rocketmq-core/client';

const brand = Symbol.for('nest-rocketmq.context');

/** What a handler may know of the message beside its payload. Reached with `@Ctx()`. */
export class RocketMQContext extends BaseRpcContext<[ReceivedMessage, string, AbortSignal]> {
  readonly [brand] = true;

  /** The original error of the handler or a pipe: Nest's filters replace it before a transport sees it. */
  failure: { readonly error: unknown } | undefined;

  constructor(message: ReceivedMessage, group: string, signal: AbortSignal) {
    super([message, group, signal]);
  }

  getMessage(): ReceivedMessage {
    return this.args[0];
  }
  getGroup(): string {
    return this.args[1];
  }
  /** Fires when a shutdown does not wait any longer. */
  getSignal(): AbortSignal {
    return this.args[2];
  }
  /** The topic: what names the operation in traces. */
  getPattern(): string {
    return this.args[0].topic;
  }
  /** The message properties, as plain text pairs. */
  getMetadata(): Record<string, string> {
    return Object.fromEntries(this.args[0].properties);
  }
  /** 1 on the first delivery. */
  getAttempt(): number {
    return this.args[0].reconsumeTimes + 1;
  }
}

/** Whether an RPC context (`ctx.switchToRpc().getContext()`) belongs to a RocketMQ message. */
export function isRocketMQContext(context: unknown): context is RocketMQContext {
  return typeof context === 'object' && context !== null && brand in context;
}
