import { SetMetadata } from '@nestjs/common';
import type { Reflector } from '@nestjs/core';
import type { RocketMQListenerOptions } from './listener-options.js';

// Metadata keys of Nest are strings; the prefix keeps ours apart from those of others.
const LISTENER_METADATA = 'nest-rocketmq:listener';

/** Key in the `extras` of a handler under which RocketMQServer finds the options. */
export const LISTENER_EXTRAS = 'rocketmq';

export const markListener = (options: RocketMQListenerOptions) => SetMetadata(LISTENER_METADATA, options);

/** The only reader of our metadata keys. */
export class ListenerMetadata {
  constructor(private readonly reflector: Reflector) {}

  of(method: (...args: unknown[]) => unknown): RocketMQListenerOptions | undefined {
    return this.reflector.get<RocketMQListenerOptions | undefined>(LISTENER_METADATA, method);
  }
}
