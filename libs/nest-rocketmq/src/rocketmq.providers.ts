import type { InjectionToken, Provider } from '@nestjs/common';
import { DiscoveryService, ExternalContextCreator, ModuleRef, ModulesContainer, Reflector } from '@nestjs/core';
import { RocketMQConnection } from './connection/rocketmq.connection.js';
import { ConsumerOrchestrator } from './discovery/consumer.orchestrator.js';
import { startLastAndEndFirst } from './discovery/hook-order.js';
import { RocketMQDeadLetters } from './dead-letters/rocketmq.dead-letters.js';
import { ListenerExplorer } from './discovery/listener.explorer.js';
import { RocketMQListenerRegistry } from './discovery/listener.registry.js';
import { ConfiguredListeners } from './listener/configured-listeners.js';
import { ListenerMetadata } from './listener/listener.metadata.js';
import type { ResolvingParts } from './listener/resolve-listener.js';
import { ReadyGate } from './discovery/ready-gate.js';
import { ProviderHandlers } from './execution/provider-handler.js';
import { RocketMQLifecycle } from './rocketmq.lifecycle.js';
import type { RocketMQModuleOptions } from './rocketmq.options.js';
import {
  configuredListenersToken,
  connectionToken,
  deadLettersToken,
  DEFAULT_CONNECTION,
  OPTIONS_TOKEN,
  orchestratorToken,
  registryToken,
  serverToken,
  templateToken,
} from './rocketmq.tokens.js';
import { RocketMQTemplate } from './template/rocketmq.template.js';
import { TransactionListenerExplorer } from './discovery/transaction-listener.explorer.js';
import { TransactionSender } from './transaction/transaction-sender.js';
import { RocketMQServer } from './transport/rocketmq.server.js';

/** What resolves the settings of listeners; seen by the module alone. */
const RESOLVING = 'nest-rocketmq:resolving';

const explorer: Provider = {
  provide: ListenerExplorer,
  inject: [DiscoveryService, Reflector, ModulesContainer, ExternalContextCreator, RESOLVING, ModuleRef],
  useFactory: (...parts: [DiscoveryService, Reflector, ModulesContainer, ExternalContextCreator, ResolvingParts, ModuleRef]) => {
    const [discovery, reflector, modules, contexts, resolving, moduleRef] = parts;
    return new ListenerExplorer({
      ...{ discovery, resolving, moduleRef },
      metadata: new ListenerMetadata(reflector),
      handlers: new ProviderHandlers(modules, contexts),
    });
  },
};

// The classes themselves are tokens of the default connection, so that most applications inject by type.
const aliases: Provider[] = [
  { provide: RocketMQConnection, useExisting: connectionToken() },
  { provide: RocketMQTemplate, useExisting: templateToken() },
  { provide: RocketMQServer, useExisting: serverToken() },
  { provide: RocketMQListenerRegistry, useExisting: registryToken() },
  { provide: RocketMQDeadLetters, useExisting: deadLettersToken() },
];

function listenerProviders(name: string): Provider[] {
  const connection = connectionToken(name);
  const orchestrator = orchestratorToken(name);
  const configured = configuredListenersToken(name);
  return [
    explorer,
    {
      provide: configured,
      inject: [OPTIONS_TOKEN],
      useFactory: ({ listeners }: RocketMQModuleOptions) => new ConfiguredListeners(listeners || {}),
    },
    {
      provide: RESOLVING,
      inject: [configured, ModuleRef],
      useFactory: (listeners: ConfiguredListeners, moduleRef: ModuleRef): ResolvingParts => ({
        configured: listeners,
        source: { get: (token) => moduleRef.get(token, { strict: false }) },
      }),
    },
    { provide: orchestrator, inject: [connection], useFactory: (to: RocketMQConnection) => new ConsumerOrchestrator(to) },
    {
      provide: registryToken(name),
      inject: [connection, orchestrator],
      useFactory: (to: RocketMQConnection, consumers: ConsumerOrchestrator) => new RocketMQListenerRegistry(to, consumers),
    },
    {
      provide: deadLettersToken(name),
      inject: [connection, orchestrator],
      useFactory: (to: RocketMQConnection, consumers: ConsumerOrchestrator) => new RocketMQDeadLetters(to, consumers),
    },
  ];
}

/** Everything of one connection. */
export function connectionProviders(name: string): Provider[] {
  const connection = connectionToken(name);
  const orchestrator = orchestratorToken(name);
  return [
    ReadyGate,
    { provide: connection, inject: [OPTIONS_TOKEN], useFactory: (options: RocketMQModuleOptions) => new RocketMQConnection(name, options) },
    ...listenerProviders(name),
    {
      provide: TransactionSender,
      inject: [connection, DiscoveryService, Reflector, RESOLVING],
      useFactory: (...parts: [RocketMQConnection, DiscoveryService, Reflector, ResolvingParts]) => {
        const [to, discovery, reflector, { source }] = parts;
        const listeners = new TransactionListenerExplorer({ discovery, reflector, source });
        return new TransactionSender(to, () => listeners.listenersOf(name));
      },
    },
    {
      provide: templateToken(name),
      inject: [connection, TransactionSender],
      useFactory: (to: RocketMQConnection, transactions: TransactionSender) => new RocketMQTemplate(to, transactions),
    },
    {
      provide: serverToken(name),
      inject: [connection, orchestrator, ReadyGate, RESOLVING],
      useFactory: (...parts: [RocketMQConnection, ConsumerOrchestrator, ReadyGate, ResolvingParts]) => {
        const [to, consumers, gate, resolving] = parts;
        return new RocketMQServer({ connection: to, orchestrator: consumers, gate, resolving });
      },
    },
    {
      provide: RocketMQLifecycle,
      inject: [connection, orchestrator, ReadyGate, ListenerExplorer, serverToken(name), ModulesContainer],
      useFactory: (...parts: [RocketMQConnection, ConsumerOrchestrator, ReadyGate, ListenerExplorer, RocketMQServer, ModulesContainer]) => {
        const [to, consumers, gate, listeners, server, modules] = parts;
        startLastAndEndFirst(modules, connection);
        return new RocketMQLifecycle({ connection: to, orchestrator: consumers, gate, explorer: listeners, server });
      },
    },
    ...(name === DEFAULT_CONNECTION ? aliases : []),
  ];
}

export function exportedTokens(name: string): InjectionToken[] {
  const tokens: InjectionToken[] = [
    ...[connectionToken(name), templateToken(name), serverToken(name)],
    ...[registryToken(name), deadLettersToken(name), configuredListenersToken(name)],
  ];
  const classes = [RocketMQConnection, RocketMQTemplate, RocketMQServer, RocketMQListenerRegistry, RocketMQDeadLetters];
  return name === DEFAULT_CONNECTION ? [...tokens, ...classes] : tokens;
}
