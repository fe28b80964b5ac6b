import type { InjectionToken, Provider } from '@nestjs/common';
import { DiscoveryService, ExternalContextCreator, ModulesContainer, Reflector } from '@nestjs/core';
import { RocketMQConnection } from './connection/rocketmq.connection.js';
import { ConsumerOrchestrator } from './discovery/consumer.orchestrator.js';
import { ListenerExplorer } from './discovery/listener.explorer.js';
import { ListenerMetadata } from './listener/listener.metadata.js';
import { ReadyGate } from './discovery/ready-gate.js';
import { ProviderHandlers } from './execution/provider-handler.js';
import { RocketMQLifecycle } from './rocketmq.lifecycle.js';
import type { RocketMQModuleOptions } from './rocketmq.options.js';
import { connectionToken, DEFAULT_CONNECTION, OPTIONS_TOKEN, orchestratorToken, serverToken, templateToken } from './rocketmq.tokens.js';
import { RocketMQTemplate } from './template/rocketmq.template.js';
import { RocketMQServer } from './transport/rocketmq.server.js';

const explorer: Provider = {
  provide: ListenerExplorer,
  inject: [DiscoveryService, Reflector, ModulesContainer, ExternalContextCreator],
  useFactory: (discovery: DiscoveryService, reflector: Reflector, modules: ModulesContainer, contexts: ExternalContextCreator) =>
    new ListenerExplorer({ discovery, metadata: new ListenerMetadata(reflector), handlers: new ProviderHandlers(modules, contexts) }),
};

// The classes themselves are tokens of the default connection, so that most applications inject by type.
const aliases: Provider[] = [
  { provide: RocketMQConnection, useExisting: connectionToken() },
  { provide: RocketMQTemplate, useExisting: templateToken() },
  { provide: RocketMQServer, useExisting: serverToken() },
];

/** Everything of one connection. */
export function connectionProviders(name: string): Provider[] {
  const connection = connectionToken(name);
  const orchestrator = orchestratorToken(name);
  return [
    ReadyGate,
    explorer,
    { provide: connection, inject: [OPTIONS_TOKEN], useFactory: (options: RocketMQModuleOptions) => new RocketMQConnection(name, options) },
    { provide: templateToken(name), inject: [connection], useFactory: (to: RocketMQConnection) => new RocketMQTemplate(to) },
    { provide: orchestrator, inject: [connection], useFactory: (to: RocketMQConnection) => new ConsumerOrchestrator(to) },
    {
      provide: serverToken(name),
      inject: [connection, orchestrator, ReadyGate],
      useFactory: (to: RocketMQConnection, consumers: ConsumerOrchestrator, gate: ReadyGate) =>
        new RocketMQServer({ connection: to, orchestrator: consumers, gate }),
    },
    {
      provide: RocketMQLifecycle,
      inject: [connection, orchestrator, ReadyGate, ListenerExplorer, serverToken(name)],
      useFactory: (...parts: [RocketMQConnection, ConsumerOrchestrator, ReadyGate, ListenerExplorer, RocketMQServer]) => {
        const [to, consumers, gate, listeners, server] = parts;
        return new RocketMQLifecycle({ connection: to, orchestrator: consumers, gate, explorer: listeners, server });
      },
    },
    ...(name === DEFAULT_CONNECTION ? aliases : []),
  ];
}

export function exportedTokens(name: string): InjectionToken[] {
  const tokens: InjectionToken[] = [connectionToken(name), templateToken(name), serverToken(name)];
  return name === DEFAULT_CONNECTION ? [...tokens, RocketMQConnection, RocketMQTemplate, RocketMQServer] : tokens;
}
