import { UseInterceptors } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import { KeepErrorInterceptor } from '../execution/keep-error.interceptor.js';
import { LISTENER_EXTRAS, markListener } from '../listener/listener.metadata.js';
import type { DeclaredListener } from '../listener/listener-options.js';
import { ROCKETMQ_TRANSPORT } from '../rocketmq.tokens.js';
import { MarkEntry } from './mark-entry.js';

/** What the decorators of listeners have in common. */
export function declareListener(options: Omit<DeclaredListener, 'name'>): MethodDecorator {
  return (target, propertyKey, descriptor) => {
    const method = String(propertyKey);
    MarkEntry(target, propertyKey, descriptor);
    const declared: DeclaredListener = {
      ...options,
      name: `${target.constructor.name}.${method}`,
      ...(typeof descriptor.value === 'function' && { method: descriptor.value }),
    };
    // Handlers are told apart by their registration and not by the pattern, which may not be known before the start.
    const pattern = typeof options.topic === 'string' ? options.topic : declared.name;
    const decorators = [
      markListener(declared),
      // The typed overloads of Nest 12 want an event map; the pattern form is what is meant.
      EventPattern(pattern, ROCKETMQ_TRANSPORT, { [LISTENER_EXTRAS]: declared }) as MethodDecorator,
      UseInterceptors(KeepErrorInterceptor),
    ];
    for (const decorate of decorators) decorate(target, propertyKey, descriptor);
  };
}
