import { SetMetadata } from '@nestjs/common';
import type { Reflector } from '@nestjs/core';
import type { DeclaredListener } from './listener-options.js';

// Metadata keys of Nest are strings; the prefix keeps ours apart from those of others.
const LISTENER_METADATA = 'nest-rocketmq:listener';

/** Key in the `extras` of a handler under which RocketMQServer finds the options. */
export const LISTENER_EXTRAS = 'rocketmq';

export const markListener = (declared: DeclaredListener) => SetMetadata(LISTENER_METADATA, declared);

/** The only reader of our metadata keys. */
export class ListenerMetadata {
  constructor(private readonly reflector: Reflector) {}

  of(method: (...args: unknown[]) => unknown): DeclaredListener | undefined {
    return this.reflector.get<DeclaredListener | undefined>(LISTENER_METADATA, method);
  }
}
