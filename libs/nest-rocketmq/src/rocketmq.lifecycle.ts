import { Logger, type OnApplicationBootstrap, type OnApplicationShutdown, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import type { RocketMQConnection } from './connection/rocketmq.connection.js';
import type { ConsumerOrchestrator } from './discovery/consumer.orchestrator.js';
import type { ListenerExplorer } from './discovery/listener.explorer.js';
import type { ReadyGate } from './discovery/ready-gate.js';
import type { RocketMQServer } from './transport/rocketmq.server.js';

export interface LifecycleParts {
  readonly connection: RocketMQConnection;
  readonly orchestrator: ConsumerOrchestrator;
  readonly gate: ReadyGate;
  readonly explorer: ListenerExplorer;
  readonly server: RocketMQServer;
}

/**
 * When what happens: listeners are found and checked in `onModuleInit`, consuming starts in `onApplicationBootstrap`, consumers drain in
 * `onModuleDestroy` (while databases and other modules still work), producers and connections end in `onApplicationShutdown`. Last of all modules at the
 * start, first at the end: see `discovery/hook-order.ts`.
 */
export class RocketMQLifecycle implements OnModuleInit, OnApplicationBootstrap, OnModuleDestroy, OnApplicationShutdown {
  private readonly logger = new Logger(RocketMQLifecycle.name);

  constructor(private readonly parts: LifecycleParts) {}

  async onModuleInit(): Promise<void> {
    const { explorer, orchestrator, connection } = this.parts;
    await orchestrator.add(explorer.providerListeners(connection));
  }

  async onApplicationBootstrap(): Promise<void> {
    try {
      await this.begin();
    } catch (error) {
      // Nest calls no hook of an application whose start has failed.
      await this.parts.connection.close();
      throw error;
    }
  }

  private async begin(): Promise<void> {
    const { connection, explorer, gate, orchestrator, server } = this.parts;
    // First the listeners on controllers join, so that all are checked before one consumes, and each group starts once.
    await gate.pass();
    await orchestrator.start();
    const unserved = !server.isListening && connection.options.listeners !== false;
    const waiting = !unserved ? [] : explorer.controllerListeners(connection.name);
    if (waiting.length > 0)
      this.logger.log(`${waiting.join(', ')} will consume once a microservice with the strategy RocketMQServer is started`);
  }

  async onModuleDestroy(): Promise<void> {
    await this.parts.orchestrator.drain();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.parts.connection.close();
  }
}
