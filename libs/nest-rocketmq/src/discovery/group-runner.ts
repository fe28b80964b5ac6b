import { Logger } from '@nestjs/common';
import type { BatchListener, BatchResult, ConsumeContext, ConsumeResult, PushConsumer, ReceivedMessage } from 'rocketmq-core/client';
import type { RocketMQConnection } from '../connection/rocketmq.connection.js';
import { planGroup, type GroupPlan } from '../coordination/group-coordinator.js';
import type { ListenerEndpoint } from '../listener/listener-endpoint.js';

/** `waiting` for its start, or stopped by hand. */
export type GroupState = 'waiting' | 'running' | 'paused' | 'drained';

interface Part {
  readonly endpoint: ListenerEndpoint | undefined;
  readonly messages: [ReceivedMessage, ...ReceivedMessage[]];
}

/** The listeners of one group and their one consumer. Whoever calls it does so one call after the other. */
export class GroupRunner {
  private readonly logger = new Logger(GroupRunner.name);
  private listeners: readonly ListenerEndpoint[] = [];
  private plan: GroupPlan;
  private consumer: PushConsumer | undefined;
  private current: GroupState = 'waiting';
  /** Said at run time, so that it outlives a restart. */
  private concurrency: number | undefined;

  /** @throws ListenerConflictError, InvalidInput */
  constructor(
    readonly group: string,
    private readonly connection: RocketMQConnection,
    endpoints: readonly ListenerEndpoint[],
  ) {
    this.plan = planGroup(group, endpoints);
    this.listeners = endpoints;
    this.createConsumer();
  }

  get endpoints(): readonly ListenerEndpoint[] {
    return this.listeners;
  }

  get state(): GroupState {
    return this.current;
  }

  /** Calls of handlers that run now. */
  get running(): number {
    return this.consumer?.runningListeners ?? 0;
  }

  /** Calls that may run at once. */
  get concurrencyMax(): number | undefined {
    return this.consumer?.concurrency ?? this.concurrency;
  }

  get topics(): readonly string[] {
    return [...this.plan.subscriptions.keys()];
  }

  /** Whether it is to consume as soon as the application is ready. A group starts as a whole. */
  get startsItself(): boolean {
    const { autoStart = true } = this.connection.options;
    return this.listeners.some(({ settings }) => settings.autoStart ?? autoStart);
  }

  /** @throws ListenerConflictError, InvalidInput; then nothing has changed */
  join(endpoints: readonly ListenerEndpoint[]): void {
    const listeners = [...this.listeners, ...endpoints];
    this.plan = planGroup(this.group, listeners);
    this.listeners = listeners;
    if (this.current === 'waiting') this.createConsumer();
  }

  /** @throws OperationFailed; the start may then be tried again */
  async start(): Promise<void> {
    if (this.current !== 'waiting') return;
    const consumer = this.consumer ?? this.createConsumer();
    await this.connection.start();
    await consumer.start();
    if (this.concurrency !== undefined) consumer.setConcurrency(this.concurrency);
    this.current = 'running';
  }

  /** With the listeners that it has now. */
  async restart(): Promise<void> {
    const before = this.current;
    await this.stop();
    await this.start();
    if (before === 'paused') this.pause();
  }

  /** Leaves the group; it may start again. */
  async stop(): Promise<void> {
    const { consumer } = this;
    this.consumer = undefined;
    if (this.current !== 'drained') this.current = 'waiting';
    await consumer?.shutdown(this.connection.drainTimeoutMs);
    this.connection.status.moves(this.group, false);
  }

  /** Stops for good. */
  async drain(): Promise<void> {
    this.current = 'drained';
    await this.stop();
  }

  /** No handler is called until `resume`; running ones end. The consumer stays in its group. */
  pause(): void {
    if (this.current !== 'running') return;
    this.consumer?.pause();
    this.current = 'paused';
  }

  resume(): void {
    if (this.current !== 'paused') return;
    this.consumer?.resume();
    this.current = 'running';
  }

  /** @param concurrency 1 to 1000 @throws InvalidInput */
  setConcurrency(concurrency: number): void {
    this.consumer?.setConcurrency(concurrency);
    this.concurrency = concurrency;
  }

  // Made before it starts: a setting that no consumer takes ends the start of the application, whatever its startup mode.
  private createConsumer(): PushConsumer {
    const { group, plan, connection } = this;
    const { subscriptions, consumer, batch } = plan;
    const onBatch: BatchListener = (messages, context) => this.deliverBatch(messages, context);
    this.consumer = connection.unwrap().pushConsumer({
      ...consumer,
      group,
      subscriptions,
      ...(batch ? { onBatch } : { onMessage: (message, context) => this.deliver(message, context) }),
    });
    this.consumer.onRebalance((moving) => connection.status.moves(group, moving));
    return this.consumer;
  }

  private deliver(message: ReceivedMessage, context: ConsumeContext): ConsumeResult | Promise<ConsumeResult> {
    const endpoint = this.plan.route(message);
    return endpoint === undefined ? this.unwanted(message) : endpoint.handleOne(message, context);
  }

  /** Neighbours that one listener takes are one call, one call after the other, so that a queue stays in order. */
  private async deliverBatch(messages: readonly ReceivedMessage[], context: ConsumeContext): Promise<BatchResult> {
    const parts: Part[] = [];
    for (const message of messages) {
      const endpoint = this.plan.route(message);
      const last = parts.at(-1);
      if (last !== undefined && last.endpoint === endpoint) last.messages.push(message);
      else parts.push({ endpoint, messages: [message] });
    }
    const results: ConsumeResult[] = [];
    for (const part of parts) {
      const overtakes = this.plan.consumer.orderly === true && results.some((result) => result !== undefined && 'retry' in result);
      results.push(...(overtakes ? part.messages.map(() => ({ retry: true })) : await this.deliverPart(part, context)));
    }
    return results;
  }

  private async deliverPart({ endpoint, messages }: Part, context: ConsumeContext): Promise<readonly ConsumeResult[]> {
    return endpoint === undefined ? messages.map((message) => this.unwanted(message)) : endpoint.handle(messages, context);
  }

  // Only a message of an earlier subscription gets here, by way of the retry topic. Nobody wants it, but nobody consumed it either.
  private unwanted({ messageId, topic, tags }: ReceivedMessage): ConsumeResult {
    this.logger.error(`no listener of ${this.group} takes ${messageId} of ${topic} with tag ${tags ?? '(none)'}: it is a dead letter`);
    return { deadLetter: true };
  }
}
