import { SetMetadata, type Type } from '@nestjs/common';
import type { RocketMQContext } from '../listener/rocketmq.context.js';
import type { IdempotencyStore } from './idempotency-store.js';

export interface IdempotentOptions {
  /** The store, or the token of a provider that is one. */
  readonly store: IdempotencyStore | Type<IdempotencyStore> | string | symbol;
  /** What is done once in the group. Undefined: this message is handled without. Default: the id that the producer gave the message. */
  readonly key?: (payload: never, context: RocketMQContext) => string | undefined;
  /** How long it is remembered that a message was handled, ms. Default 24 hours. */
  readonly ttlMs?: number;
  /** How long a handler that began may take before another delivery begins, ms, for stores that need it. Default 5 minutes. */
  readonly leaseMs?: number;
}

const IDEMPOTENT_METADATA = 'nest-rocketmq:idempotent';

export const markIdempotent = (options: IdempotentOptions) => SetMetadata(IDEMPOTENT_METADATA, options);

export function idempotentOptionsOf(method: object): IdempotentOptions | undefined {
  return Reflect.getMetadata(IDEMPOTENT_METADATA, method) as IdempotentOptions | undefined;
}
