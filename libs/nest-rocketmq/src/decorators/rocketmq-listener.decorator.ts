import { applyDecorators, UseInterceptors } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import { LISTENER_EXTRAS, markListener } from '../listener/listener.metadata.js';
import { KeepErrorInterceptor } from '../execution/keep-error.interceptor.js';
import { ROCKETMQ_TRANSPORT } from '../rocketmq.tokens.js';
import type { RocketMQListenerOptions } from '../listener/listener-options.js';

/**
 * Makes a method the listener of a topic.
 *
 * On a controller the method is served by RocketMQServer (`app.connectMicroservice({ strategy: app.get(RocketMQServer) })`); on a provider nothing
 * else is needed. The message counts as consumed when the method returns (or its promise or stream ends) without an error; otherwise it is
 * delivered again.
 *
 * The argument is the decoded payload, or what `@Payload()` and `@Ctx()` (the RocketMQContext) ask for.
 */
export function RocketMQListener(options: RocketMQListenerOptions): MethodDecorator {
  return applyDecorators(
    markListener(options),
    // The typed overloads of Nest 12 want an event map; the pattern form is what is meant.
    EventPattern(options.topic, ROCKETMQ_TRANSPORT, { [LISTENER_EXTRAS]: options }) as MethodDecorator,
    UseInterceptors(KeepErrorInterceptor),
  );
}
