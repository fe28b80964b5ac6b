import { Logger } from '@nestjs/common';
import type { ConsumeContext, ConsumeResult, PushConsumer, ReceivedMessage } from 'rocketmq-core/client';
import type { RocketMQConnection } from '../connection/rocketmq.connection.js';
import { planGroup, type GroupPlan } from '../coordination/group-coordinator.js';
import type { ListenerEndpoint } from '../listener/listener-endpoint.js';
import { startPosition } from '../coordination/start-position.js';
import { DRAIN_TIMEOUT_MS } from '../rocketmq.options.js';

type Phase = 'waiting' | 'running' | 'drained';

/** Owns the consumers of one connection: one for each group, started together, drained together. */
export class ConsumerOrchestrator {
  private readonly logger = new Logger(ConsumerOrchestrator.name);
  private readonly endpoints = new Map<string, ListenerEndpoint[]>();
  private readonly consumers = new Map<string, PushConsumer>();
  private phase: Phase = 'waiting';
  // Starts, additions and the drain change the same consumers: they run one after the other.
  private tail: Promise<void> = Promise.resolve();

  constructor(private readonly connection: RocketMQConnection) {}

  /** Checks and keeps the listeners; consumes once `start` was called, at once when it was. */
  async add(endpoints: readonly ListenerEndpoint[]): Promise<void> {
    const groups = new Set(endpoints.map((endpoint) => endpoint.options.group));
    for (const group of groups) {
      const joined = [...(this.endpoints.get(group) ?? []), ...endpoints.filter((endpoint) => endpoint.options.group === group)];
      planGroup(group, joined);
      this.endpoints.set(group, joined);
    }
    if (this.phase === 'running') await this.inTurn(() => this.restart([...groups]));
  }

  async start(): Promise<void> {
    if (this.phase !== 'waiting') return;
    this.phase = 'running';
    await this.inTurn(() => this.restart([...this.endpoints.keys()]));
  }

  /** Stops fetching, waits for running handlers up to the deadline, commits, leaves the groups. Idempotent. */
  async drain(): Promise<void> {
    this.phase = 'drained';
    await this.inTurn(async () => {
      await Promise.all([...this.consumers.values()].map((consumer) => consumer.shutdown(this.drainTimeoutMs)));
      this.consumers.clear();
    });
  }

  private get drainTimeoutMs(): number {
    return this.connection.options.drainTimeoutMs ?? DRAIN_TIMEOUT_MS;
  }

  private inTurn(task: () => Promise<void>): Promise<void> {
    const result = this.tail.then(task);
    this.tail = result.catch(() => undefined);
    return result;
  }

  private async restart(groups: readonly string[]): Promise<void> {
    for (const group of groups) {
      if (this.phase !== 'running') return;
      await this.consumers.get(group)?.shutdown(this.drainTimeoutMs);
      const plan = planGroup(group, this.endpoints.get(group) ?? []);
      const consumer = await this.consumer(plan);
      this.consumers.set(group, consumer);
      await consumer.start();
    }
  }

  private async consumer(plan: GroupPlan): Promise<PushConsumer> {
    const client = await this.connection.start();
    return client.pushConsumer({
      group: plan.group,
      subscriptions: plan.subscriptions,
      ...(plan.concurrency === undefined ? {} : { concurrency: plan.concurrency }),
      ...startPosition(plan.consumeFrom),
      onMessage: (message, context) => this.deliver(plan, message, context),
    });
  }

  private async deliver(plan: GroupPlan, message: ReceivedMessage, context: ConsumeContext): Promise<ConsumeResult> {
    const endpoint = plan.route(message.topic, message.tags);
    if (endpoint === undefined) {
      // Only a message of an earlier subscription gets here, by way of the retry topic. Nobody wants it, but nobody consumed it either.
      this.logger.warn(
        `no listener of ${plan.group} takes ${message.messageId} of ${message.topic} with tag ${message.tags ?? '(none)'}: it is a dead letter`,
      );
      return { deadLetter: true };
    }
    await endpoint.handle(message, context.signal);
    return undefined;
  }
}
