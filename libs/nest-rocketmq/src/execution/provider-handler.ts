import { ApplicationConfig, type ContextId, ExternalContextCreator, type ModulesContainer } from '@nestjs/core';
import { EmptyError } from 'rxjs';
import type { RocketMQContext } from '../listener/rocketmq.context.js';
import { PARAM_METADATA, paramValue } from './message-params.js';

interface ProviderMethod {
  readonly instance: object;
  readonly method: (...args: unknown[]) => unknown;
  readonly methodName: string;
  /** Of the message, for what is request-scoped. */
  readonly contextId?: ContextId;
}

type RpcHandler = (payload: unknown, context: RocketMQContext) => Promise<unknown>;

/** Gives methods of providers the guards, interceptors, pipes and filters that controllers have. */
export class ProviderHandlers {
  private readonly withoutGlobals: ExternalContextCreator;

  constructor(
    modules: ModulesContainer,
    private readonly withGlobals: ExternalContextCreator,
  ) {
    // Nest keeps global enhancers in the application config, so a creator with an empty one applies only those of the class and the method.
    const container = { getModules: () => modules, applicationConfig: new ApplicationConfig() };
    type Container = Parameters<typeof ExternalContextCreator.fromContainer>[0];
    this.withoutGlobals = ExternalContextCreator.fromContainer(container as unknown as Container);
  }

  create({ instance, method, methodName, contextId }: ProviderMethod, globalEnhancers: boolean): RpcHandler {
    const creator = globalEnhancers ? this.withGlobals : this.withoutGlobals;
    const factory = { exchangeKeyForValue: paramValue };
    const all = { guards: true, interceptors: true, filters: true };
    const handler = creator.create(instance, method, methodName, PARAM_METADATA, factory, contextId, undefined, all, 'rpc') as RpcHandler;
    return async (payload, context) => {
      try {
        return await handler(payload, context);
      } catch (error) {
        // Nest takes the last value of the stream and throws when there is none: an interceptor that ends it without one has succeeded. An
        // EmptyError of the method itself was seen by our innermost interceptor.
        if (error instanceof EmptyError && context.failure === undefined) return undefined;
        throw error;
      }
    };
  }
}
