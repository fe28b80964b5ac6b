import { AsyncLocalStorage } from 'node:async_hooks';
import type { RocketMQContext } from '../listener/rocketmq.context.js';

const key = Symbol.for('nest-rocketmq.delivery-scope');

/** What runs below a handler finds its delivery here. One for the process, because two copies of the package may have to share it. */
function scope(): AsyncLocalStorage<RocketMQContext> {
  const shared = globalThis as { [key]?: AsyncLocalStorage<RocketMQContext> };
  return (shared[key] ??= new AsyncLocalStorage());
}

export function inDelivery<T>(context: RocketMQContext, run: () => T): T {
  return scope().run(context, run);
}

/** The delivery that is being handled where this is called; undefined outside of a handler. */
export function currentDelivery(): RocketMQContext | undefined {
  return scope().getStore();
}

/** What a logger may add to every line that is written while a message is handled. */
export interface DeliveryLogFields {
  readonly topic: string;
  readonly messageId: string;
  readonly keys: readonly string[];
  readonly tag: string | undefined;
  readonly group: string;
  readonly listener: string;
  readonly attempt: number;
}

/** For the mixin of a logger: `pino({ mixin: () => deliveryLogFields() ?? {} })`. Undefined outside of a handler. */
export function deliveryLogFields(): DeliveryLogFields | undefined {
  const context = currentDelivery();
  return context === undefined ? undefined : logFieldsOf(context);
}

export function logFieldsOf(context: RocketMQContext): DeliveryLogFields {
  return {
    topic: context.getTopic(),
    messageId: context.getMessage().messageId,
    keys: context.getKeys(),
    tag: context.getTag(),
    group: context.getGroup(),
    listener: context.getListener(),
    attempt: context.getAttempt(),
  };
}
