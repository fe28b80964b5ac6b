import { SetMetadata } from '@nestjs/common';
import type { Reflector } from '@nestjs/core';
import type { RocketMQListenerOptions } from '../decorators/listener-options.js';

// Metadata keys of Nest are strings; the prefix keeps ours apart from those of others.
const LISTENER_METADATA = 'nest-rocketmq:listener';

export const markListener = (options: RocketMQListenerOptions) => SetMetadata(LISTENER_METADATA, options);

/** The only reader of our metadata keys. */
export class ListenerMetadata {
  constructor(private readonly reflector: Reflector) {}

  of(method: (...args: unknown[]) => unknown): RocketMQListenerOptions | undefined {
    return this.reflector.get<RocketMQListenerOptions | undefined>(LISTENER_METADATA, method);
  }
}
