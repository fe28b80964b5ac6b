import { ContextIdFactory, type ModuleRef } from '@nestjs/core';
import type { RocketMQContext } from '../listener/rocketmq.context.js';
import type { ProviderHandlers } from './provider-handler.js';

export type RequestScopedToken = string | symbol | (abstract new (...parts: never[]) => unknown);

interface RequestScopedParts {
  readonly moduleRef: ModuleRef;
  readonly handlers: Pick<ProviderHandlers, 'create'>;
  /** Of the provider. */
  readonly token: RequestScopedToken;
  readonly methodName: string;
  readonly globalEnhancers: boolean;
}

/** The `REQUEST` of a message: what Nest gives the request-scoped controllers of its transports. */
function requestOf(data: unknown, context: RocketMQContext) {
  const pattern = context.getPattern();
  return { pattern, data, context, getPattern: () => pattern, getData: () => data, getContext: () => context };
}

/**
 * Calls a method of a request-scoped provider: for each message (or batch) a new instance, and of everything that it needs and that is request-scoped,
 * too.
 */
export function requestScopedHandler({ moduleRef, handlers, token, methodName, globalEnhancers }: RequestScopedParts) {
  return async (payload: unknown, context: RocketMQContext): Promise<unknown> => {
    const contextId = ContextIdFactory.create();
    moduleRef.registerRequestByContextId(requestOf(payload, context), contextId);
    const instance = await moduleRef.resolve<object>(token, contextId, { strict: false });
    const method = (instance as Record<string, (...args: unknown[]) => unknown>)[methodName];
    if (method === undefined) throw new Error(`${String(token)} has no method ${methodName}`);
    return handlers.create({ instance, method, methodName, contextId }, globalEnhancers)(payload, context);
  };
}
