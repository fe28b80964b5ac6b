import { MetadataScanner, type DiscoveryService, type ModuleRef } from '@nestjs/core';
import type { RocketMQConnection } from '../connection/rocketmq.connection.js';
import { directCall } from '../execution/direct-call.js';
import { Endpoint } from '../execution/endpoint.js';
import type { ProviderHandlers } from '../execution/provider-handler.js';
import { requestScopedHandler, type RequestScopedToken } from '../execution/request-scoped-handler.js';
import { idempotentCallOf } from '../idempotency/idempotent-call.js';
import type { ListenerEndpoint } from '../listener/listener-endpoint.js';
import type { ListenerMetadata } from '../listener/listener.metadata.js';
import type { DeclaredListener } from '../listener/listener-options.js';
import { resolveListener, type ResolvingParts } from '../listener/resolve-listener.js';
import { settled } from '../listener/setting.js';
import { DEFAULT_CONNECTION } from '../rocketmq.tokens.js';

type Method = (...args: unknown[]) => unknown;
type Wrapper = ReturnType<DiscoveryService['getProviders']>[number];

interface ExplorerParts {
  readonly discovery: DiscoveryService;
  readonly metadata: ListenerMetadata;
  readonly handlers: ProviderHandlers;
  readonly resolving: ResolvingParts;
  readonly moduleRef: ModuleRef;
}

interface FoundMethod {
  readonly method: Method;
  readonly methodName: string;
  readonly globalEnhancers: boolean;
}

/** Finds listeners; starts nothing. */
export class ListenerExplorer {
  private readonly scanner = new MetadataScanner();

  constructor(private readonly parts: ExplorerParts) {}

  /**
   * The listeners on providers that name this connection.
   * @throws ListenerConfigurationError
   */
  providerListeners(connection: RocketMQConnection): ListenerEndpoint[] {
    return this.parts.discovery.getProviders().flatMap((wrapper) =>
      this.marked(wrapper, connection.name).map(({ methodName, method, declared }) => {
        // The class that is provided may inherit the method.
        const name = `${wrapper.name}.${methodName}`;
        const settings = resolveListener({ ...declared, name }, this.parts.resolving);
        const idempotent = idempotentCallOf({ ...declared, name }, settings.batch !== undefined, this.parts.resolving.source);
        const found = { method, methodName, globalEnhancers: declared.globalEnhancers ?? false };
        const direct = this.directOf(wrapper, found);
        const handler = direct ?? this.handlerOf(wrapper, found);
        return new Endpoint({ settings, connection, handler, idempotent, isDirect: direct !== undefined });
      }),
    );
  }

  /** Names of the listeners on controllers: they are served by RocketMQServer. */
  controllerListeners(connection: string): string[] {
    return this.parts.discovery
      .getControllers()
      .flatMap((wrapper) => this.marked(wrapper, connection).map(({ methodName }) => `${wrapper.name}.${methodName}`));
  }

  /** Undefined when Nest has something to do before and after the method, or an instance to make for it. */
  private directOf(wrapper: Wrapper, { method, methodName, globalEnhancers }: FoundMethod) {
    if (globalEnhancers || !wrapper.isDependencyTreeStatic()) return undefined;
    return directCall({ instance: wrapper.instance as object, method, methodName });
  }

  private handlerOf(wrapper: Wrapper, { method, methodName, globalEnhancers }: FoundMethod) {
    const { handlers, moduleRef } = this.parts;
    const { instance, token } = wrapper as { instance: object; token: RequestScopedToken };
    if (wrapper.isDependencyTreeStatic()) return handlers.create({ instance, method, methodName }, globalEnhancers);
    return requestScopedHandler({ moduleRef, handlers, token, methodName, globalEnhancers });
  }

  private marked(wrapper: Wrapper, connection: string): { methodName: string; method: Method; declared: DeclaredListener }[] {
    const { metatype } = wrapper;
    // A factory or a value has no decorated class of its own.
    if (typeof metatype !== 'function' || wrapper.inject) return [];
    const prototype = metatype.prototype as Record<string, Method> | undefined;
    if (!prototype) return [];
    return this.scanner.getAllMethodNames(prototype).flatMap((methodName) => {
      const method = prototype[methodName];
      const declared = method && this.parts.metadata.of(method);
      return method && declared && this.isOf(declared, connection) ? [{ methodName, method, declared }] : [];
    });
  }

  private isOf(declared: DeclaredListener, connection: string): boolean {
    return (settled(declared.connection, this.parts.resolving.source) ?? DEFAULT_CONNECTION) === connection;
  }
}
