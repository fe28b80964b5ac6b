import { OperationFailed } from '../../base/index.js';
import type { ConsumeMessageDirectlyResult, ConsumerRunningInfo, MessageExt, MessageQueue } from '../../protocol/index.js';
import { Loop, type Clock, type FileSystem, type Logger, type Random } from '../../runtime/index.js';
import type { PushConsumerSettings } from '../config/consumer-options.js';
import { ranged } from '../config/ranges.js';
import type { DoublingPlan } from '../doubling/doubling-plan.js';
import { QueueGates } from '../doubling/queue-gates.js';
import type { BrokerCalls } from '../instance/calls.js';
import type { Membership } from '../instance/membership.js';
import type { RouteFinder } from '../instance/route-finder.js';
import type { RouteTable } from '../instance/route-table.js';
import { groupMembers } from '../instance/group-members.js';
import { RebalanceLoop } from '../rebalance/rebalance-loop.js';
import { Assignment, type QueueFigures } from './assignment.js';
import type { AdministeredConsumer } from './admin-pushes.js';
import { ConsumeFigures } from './consume-figures.js';
import { type Consumption, consumptionOf } from './consumption.js';
import { deliverDirectly } from './direct-delivery.js';
import { checkFilters } from './filter-check.js';
import type { HeldMessage, ProcessQueue } from './process-queue.js';
import { queueLimits } from './pull-limits.js';
import { PullLoop } from './pull-loop.js';
import type { Redelivery } from './redelivery.js';
import { runningInfo } from './running-info.js';
import { startPosition } from './start-position.js';
import { type Subscription, SubscriptionTable } from './subscription-table.js';

export interface PushConsumerParts {
  readonly settings: PushConsumerSettings;
  readonly clientId: string;
  /** Name of this client's folder of offsets. */
  readonly localId: string;
  readonly calls: BrokerCalls;
  readonly table: RouteTable;
  readonly routes: RouteFinder;
  readonly membership: Membership & { /** Tells the brokers that the subscriptions changed. */ announce(): Promise<void> };
  readonly redelivery: Redelivery;
  readonly callTimeoutMs: number;
  readonly nameServers: () => readonly string[];
  readonly doublingPlan: (topic: string) => Promise<DoublingPlan | undefined>;
  readonly files: FileSystem;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

export type ConsumerState = 'created' | 'starting' | 'running' | 'paused' | 'stopped';

const SHUTDOWN_MS = 25_000;
const MASTER_ID = 0;
/** As Java: DefaultMQPushConsumer.consumeTimestamp. */
const HALF_HOUR_MS = 30 * 60_000;

/** Receives the messages of a group, with others of the group each its share of the queues. Made by `ClientInstance.pushConsumer`. */
export class PushConsumer implements AdministeredConsumer {
  readonly startedAt: number;
  private readonly subscriptions: SubscriptionTable;
  private readonly consumeFigures: ConsumeFigures;
  private readonly gates: QueueGates | undefined;
  private readonly consumption: Consumption;
  private readonly assignment: Assignment;
  private readonly rebalancing: RebalanceLoop;
  private readonly committing: Loop;
  private current: ConsumerState = 'created';
  private ended: Promise<void> | undefined;
  private introducing = false;
  private unwatch: () => void = () => undefined;
  private readonly rebalanceListeners = new Set<(moving: boolean) => void>();

  constructor(private readonly parts: PushConsumerParts) {
    const { settings, clock, logger, table, clientId } = parts;
    const { group } = settings;
    this.startedAt = clock.now();
    this.consumeFigures = new ConsumeFigures(clock);
    this.gates = settings.followQueueDoubling ? this.createGates() : undefined;
    this.subscriptions = new SubscriptionTable(this.isBroadcasting ? undefined : group, settings.subscriptions, clock.now());
    this.consumption = this.createConsumption();
    this.assignment = this.createAssignment();
    this.rebalancing = new RebalanceLoop({
      group,
      clientId,
      strategy: settings.allocateMessageQueueStrategy,
      topics: () => this.subscriptions.topics,
      queues: (topic) => table.subscribeQueues(topic),
      find: (topic) => parts.routes.refresh(topic),
      members: this.isBroadcasting ? undefined : (topic) => groupMembers(topic, { ...parts, group, timeoutMs: parts.callTimeoutMs }),
      apply: (topic, queues) => this.assignment.apply(topic, queues),
      changed: (topic) => this.queuesChanged(topic),
      moving: (moving) => this.tellOfRebalance(moving),
      periodMs: settings.rebalanceIntervalMs,
      clock,
      logger,
    });
    const run = () => this.consumption.offsets.commitAll();
    this.committing = new Loop({ name: 'offset commit', clock, logger, periodMs: settings.persistConsumerOffsetIntervalMs, run });
  }

  get group(): string {
    return this.parts.settings.group;
  }

  get state(): ConsumerState {
    return this.current;
  }

  /** Calls of the listener that run now. */
  get runningListeners(): number {
    return this.consumption.delivery.running;
  }

  /** Calls of the listener that may run at once. */
  get concurrency(): number {
    return this.consumption.delivery.concurrency;
  }

  /** What the heartbeats say. */
  get subscribed(): readonly Subscription[] {
    return this.subscriptions.all;
  }

  /** The queues that this consumer has at the moment. */
  figures(): readonly QueueFigures[] {
    return this.assignment.figures();
  }

  /**
   * Joins the group. Topics that do not exist yet are consumed when they appear.
   * @throws OperationFailed when no name server answers; the start may then be tried again
   * @throws CallRefused when a broker cannot filter as an SQL92 subscription wants it: 23 it cannot read the expression, 1 it does not filter so
   */
  async start(): Promise<void> {
    if (this.current !== 'created') throw new OperationFailed('closed', `consumer ${this.group} is ${this.current}, it starts once`);
    this.current = 'starting';
    const { routes, membership } = this.parts;
    this.unwatch = routes.watch(this.subscriptions.topics);
    try {
      await Promise.all(this.subscriptions.topics.map((topic) => routes.refresh(topic)));
      await checkFilters(this.subscribed, { ...this.parts, group: this.group, timeoutMs: this.parts.callTimeoutMs });
      this.assertStarting();
      await this.consumption.offsets.load();
      await membership.join();
    } catch (error) {
      this.unwatch();
      if (this.isCurrent('starting')) this.current = 'created';
      throw error;
    }
    this.assertStarting();
    this.current = 'running';
    this.listenToRoutes();
    this.consumption.delivery.start();
    this.consumption.locked?.locks.start();
    this.committing.start();
    this.rebalancing.start();
    this.gates?.start();
  }

  /** No call of the listener begins until `resume`; running ones end. The consumer stays in its group and keeps its queues. */
  pause(): void {
    if (this.current !== 'running') return;
    this.current = 'paused';
    this.consumption.delivery.pause();
  }

  resume(): void {
    if (this.current !== 'paused') return;
    this.current = 'running';
    this.consumption.delivery.resume();
    this.assignment.resumed();
  }

  /** @param concurrency 1 to 1000 */
  setConcurrency(concurrency: number): void {
    this.consumption.delivery.setConcurrency(ranged('concurrency', concurrency, concurrency, [1, 1000]));
  }

  /** Members or queues changed: shares the queues anew. */
  rebalance(): void {
    this.rebalancing.kick();
  }

  /** Runs with true when queues begin to move to or from this consumer, with false when it has what it should have. @returns a function that ends it */
  onRebalance(listener: (moving: boolean) => void): () => void {
    this.rebalanceListeners.add(listener);
    return () => void this.rebalanceListeners.delete(listener);
  }

  /**
   * Takes no more messages, waits for running listeners for up to `deadlineMs` (then their signals fire), commits and leaves the group. Idempotent.
   */
  shutdown(deadlineMs = SHUTDOWN_MS): Promise<void> {
    this.ended ??= this.end(deadlineMs);
    return this.ended;
  }

  resetOffsets(offsets: readonly (readonly [MessageQueue, number])[]): void {
    for (const [queue, nextOffset] of offsets) this.assignment.reset(queue, nextOffset);
  }

  offsetsOf(topic: string): [MessageQueue, number][] {
    return this.figures().flatMap(({ queue, commitOffset }) =>
      queue.topic === topic && commitOffset !== undefined ? [[queue, commitOffset]] : [],
    );
  }

  runningInfo(): ConsumerRunningInfo {
    const { consumeFigures, startedAt, concurrency, subscribed } = this;
    const { settings, nameServers } = this.parts;
    return runningInfo({
      ...{ settings, startedAt, concurrency, subscribed, nameServers: nameServers(), queues: this.figures() },
      timesOf: (queue) => consumeFigures.timesOf(queue),
      statusOf: (topic) => consumeFigures.statusOf(topic),
    });
  }

  consumeDirectly(message: MessageExt, brokerName: string): Promise<ConsumeMessageDirectlyResult> {
    const { settings, clock, logger } = this.parts;
    const { group, listener, orderly, consumeTimeoutMs } = settings;
    return deliverDirectly(message, brokerName, { group, listener, ordered: orderly, consumeTimeoutMs, clock, logger });
  }

  private async end(deadlineMs: number): Promise<void> {
    const joined = this.current === 'running' || this.current === 'paused' || this.current === 'starting';
    this.current = 'stopped';
    this.unwatch();
    if (!joined) return;
    // What was fetched but not begun is another member's soon.
    this.consumption.delivery.pause();
    await this.gates?.stop();
    await this.rebalancing.stop();
    await this.assignment.stopPulling();
    await this.consumption.delivery.stop(deadlineMs);
    await this.committing.stop();
    await Promise.all(this.assignment.figures().map(({ queue }) => this.consumption.offsets.commit(queue)));
    await this.assignment.close();
    await this.consumption.locked?.locks.stop();
    await this.parts.membership.leave();
  }

  private tellOfRebalance(moving: boolean): void {
    for (const listener of [...this.rebalanceListeners]) listener(moving);
  }

  private get isBroadcasting(): boolean {
    return this.parts.settings.messageModel === 'BROADCASTING';
  }

  private isCurrent(state: ConsumerState): boolean {
    return this.current === state;
  }

  private assertStarting(): void {
    if (!this.isCurrent('starting')) throw new OperationFailed('closed', `consumer ${this.group} was shut down while it started`);
  }

  private listenToRoutes(): void {
    const endOfWatching = this.unwatch;
    const endOfListening = this.parts.routes.onChange((topic) => {
      if (this.subscriptions.of(topic) !== undefined) this.rebalancing.kick();
    });
    this.unwatch = () => {
      endOfListening();
      endOfWatching();
    };
  }

  /** Every queue of a broker that forgot this client notices it; one heartbeat helps all of them. */
  private introduceAgain(): void {
    if (this.introducing) return;
    this.introducing = true;
    void this.parts.membership.announce().finally(() => (this.introducing = false));
  }

  private createConsumption(): Consumption {
    return consumptionOf({
      ...this.parts,
      listener: this.parts.settings.listener,
      figures: this.consumeFigures,
      progress: (processQueue) => this.assignment.progress(processQueue),
      lost: (queue) => this.assignment.lost(queue),
    });
  }

  private createGates(): QueueGates {
    const { doublingPlan: plan, calls, table, callTimeoutMs: timeoutMs, clock, logger } = this.parts;
    const { group } = this;
    return new QueueGates({
      ...{ group, plan, clock, logger },
      consumed: async (queue) => {
        const broker = table.readAddress(queue.brokerName, MASTER_ID);
        if (broker === undefined) throw new OperationFailed('unavailable', `broker ${queue.brokerName} is not known`);
        return calls.consumerOffset(broker.address, { group, queue }, { timeoutMs });
      },
      opened: () => this.assignment.resumed(),
    });
  }

  private createAssignment(): Assignment {
    const { settings, calls, table, clock, logger, callTimeoutMs } = this.parts;
    const { consumeFromWhere, consumeTimestamp = clock.now() - HALF_HOUR_MS } = settings;
    const { offsets } = this.consumption;
    const keep = (queue: MessageQueue, offset: number) => {
      offsets.set(queue, offset);
      return offsets.commit(queue);
    };
    const position = { consumeFromWhere, consumeTimestamp, offsets, keep, calls, table, timeoutMs: callTimeoutMs };
    return new Assignment({
      group: this.group,
      offsets,
      delivery: this.consumption.delivery,
      custody: this.consumption.locked?.custody,
      startPosition: (queue) => startPosition(queue, position),
      pulling: (processQueue, startOffset, moved) => this.createPullLoop(processQueue, startOffset, moved),
      givenUp: () => this.rebalancing.kick(),
      logger,
    });
  }

  private createPullLoop(processQueue: ProcessQueue, startOffset: number, moved: (nextOffset: number) => void): PullLoop {
    const { table, routes, clock, logger, settings } = this.parts;
    const { committable, offsets } = this.consumption;
    const { queue } = processQueue;
    this.gates?.taken(queue);
    // Nobody else remembers where this consumer began.
    if (this.isBroadcasting) offsets.advance(queue, startOffset);
    const parts = {
      group: this.group,
      processQueue,
      subscription: () => this.subscriptions.of(processQueue.queue.topic),
      limits: settings,
      window: () => queueLimits(settings, this.assignment.size),
      paused: () => this.current === 'paused' || this.gates?.isClosed(queue) === true,
      calls: this.consumeFigures.measuredPulls(this.parts.calls, queue),
      table,
      routes,
      offsets: {
        read: (one: MessageQueue) => committable(one),
        advance: (one: MessageQueue, offset: number) => offsets.advance(one, offset),
      },
      deliver: (held: readonly HeldMessage[]) => {
        this.consumeFigures.pulled(queue.topic, held.length);
        this.consumption.delivery.submit(processQueue, held);
      },
      moved,
      forgotten: () => this.introduceAgain(),
      clock,
      logger,
    };
    return new PullLoop(parts, startOffset);
  }

  private async queuesChanged(topic: string): Promise<void> {
    this.subscriptions.renew(topic, this.parts.clock.now());
    await this.parts.membership.announce();
  }
}
