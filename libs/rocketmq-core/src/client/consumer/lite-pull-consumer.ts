import { OperationFailed, RequestRejected } from '../../base/index.js';
import { type ConsumerRunningInfo, type MessageQueue, ResponseCode } from '../../protocol/index.js';
import type { Clock, Logger, Random } from '../../runtime/index.js';
import type { LitePullSettings } from '../config/lite-pull-options.js';
import { duration } from '../config/ranges.js';
import { InvalidInput } from '../errors.js';
import type { BrokerCalls, CallLimits } from '../instance/calls.js';
import type { GroupConsumer } from './group-consumer.js';
import type { Membership } from '../instance/membership.js';
import type { RouteFinder } from '../instance/route-finder.js';
import type { RouteTable } from '../instance/route-table.js';
import { compareQueues, queueText } from '../message-queues.js';
import type { MessageSelector } from '../message-selector.js';
import type { ReceivedMessage } from '../message-types.js';
import type { GroupOffsets } from '../offsets/group-offsets.js';
import { groupMembers } from '../instance/group-members.js';
import { RebalanceLoop } from '../rebalance/rebalance-loop.js';
import { checkFilters } from './filter-check.js';
import { LitePullAssignment } from './lite-pull-assignment.js';
import { LitePullCommits } from './lite-pull-commits.js';
import { type WaitLimits } from './lite-pull-line.js';
import { LitePullLoop } from './lite-pull-loop.js';
import { LitePullPositions } from './lite-pull-positions.js';
import type { LitePullQueue } from './lite-pull-queue.js';
import { LitePullReader } from './lite-pull-reader.js';
import { litePullRunningInfo } from './lite-pull-running-info.js';
import { LitePullSubscriptions } from './lite-pull-subscriptions.js';
import type { ConsumerState } from './push-consumer.js';
import { startPosition } from './start-position.js';
import type { Subscription } from './subscription-table.js';

export interface LitePullConsumerParts {
  readonly settings: LitePullSettings;
  readonly clientId: string;
  readonly calls: BrokerCalls;
  readonly table: RouteTable;
  readonly routes: RouteFinder;
  readonly offsets: GroupOffsets;
  readonly membership: Membership & { /** Tells the brokers that the subscriptions changed. */ announce(): Promise<void> };
  readonly callTimeoutMs: number;
  readonly nameServers: () => readonly string[];
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** What one call waits for: its own time, or until a signal fires. */
export interface PullCallLimits {
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** Told of all queues of a topic that can be read, after they changed. */
export type QueuesListener = (topic: string, queues: readonly MessageQueue[]) => void;

const SHUTDOWN_MS = 25_000;
/** As Java: DefaultLitePullConsumer.consumeTimestamp. */
const HALF_HOUR_MS = 30 * 60_000;

/**
 * Gives messages when it is asked for them. It either subscribes to topics and shares their queues with its group, or reads the queues that it is
 * assigned. Made by `ClientInstance.litePullConsumer`.
 */
export class LitePullConsumer implements AsyncIterable<ReceivedMessage>, GroupConsumer {
  readonly startedAt: number;
  private readonly subscriptions = new LitePullSubscriptions();
  private readonly assigned: LitePullAssignment;
  private readonly reader: LitePullReader;
  private readonly commits: LitePullCommits;
  private readonly positions: LitePullPositions;
  private readonly rebalancing: RebalanceLoop;
  private readonly watches = new Map<string, () => void>();
  private readonly listening = new Set<() => void>();
  private current: Exclude<ConsumerState, 'paused'> = 'created';
  private ended: Promise<void> | undefined;

  constructor(private readonly parts: LitePullConsumerParts) {
    const { settings, offsets, clock, logger } = parts;
    const { group } = settings;
    this.startedAt = clock.now();
    this.positions = new LitePullPositions(parts);
    this.assigned = new LitePullAssignment({
      group,
      pulling: (held) => this.createLoop(held),
      leave: (held) => this.commits.leave(held),
      logger,
    });
    const queues = () => this.assigned.all;
    this.commits = new LitePullCommits({ settings, offsets, queues, clock });
    this.reader = new LitePullReader({ settings, commits: this.commits, progress: () => this.assigned.progress(), clock, logger });
    this.rebalancing = this.createRebalancing();
  }

  get group(): string {
    return this.parts.settings.group;
  }

  get state(): ConsumerState {
    return this.current;
  }

  /** What the heartbeats say. */
  get subscribed(): readonly Subscription[] {
    return this.subscriptions.all;
  }

  /** The queues that this consumer reads now. */
  get assignment(): readonly MessageQueue[] {
    return this.assigned.all.map(({ queue }) => queue);
  }

  /**
   * Joins the group.
   * @throws OperationFailed when no name server answers; the start may then be tried again
   * @throws CallRefused when a broker cannot filter as an SQL92 subscription wants it: 23 it cannot read the expression, 1 it does not filter so
   */
  async start(): Promise<void> {
    if (this.current !== 'created') throw new OperationFailed('closed', `consumer ${this.group} is ${this.current}, it starts once`);
    this.current = 'starting';
    const { routes, membership, offsets } = this.parts;
    try {
      await offsets.load();
      await Promise.all(this.subscriptions.topics.map((topic) => this.follow(topic)));
      await checkFilters(this.subscribed, { ...this.parts, group: this.group, timeoutMs: this.parts.callTimeoutMs });
      this.assertStarting();
      await membership.join();
    } catch (error) {
      this.unfollowAll();
      if (this.isCurrent('starting')) this.current = 'created';
      throw error;
    }
    this.assertStarting();
    this.current = 'running';
    this.listening.add(routes.onChange((topic) => this.subscriptions.topics.includes(topic) && this.rebalancing.kick()));
    this.assigned.start();
    this.rebalancing.start();
  }

  /**
   * Ends what waits, commits what is due and leaves the group. What was handed out and not committed is delivered again. Idempotent.
   * @param deadlineMs for the goodbyes: brokers that do not answer are not waited for longer
   */
  shutdown(deadlineMs = SHUTDOWN_MS): Promise<void> {
    this.ended ??= this.end(deadlineMs);
    return this.ended;
  }

  /**
   * Takes part in reading the topic, from now on or from the start on.
   * @param selector `*` for all, tags joined by `||`, or what `byTag` or `bySql` make
   * @throws InvalidInput; OperationFailed `refused` for a consumer that queues are assigned to
   */
  async subscribe(topic: string, selector: string | MessageSelector = '*'): Promise<void> {
    this.assertNotStopped();
    this.subscriptions.add(topic, selector, this.parts.clock.now());
    if (this.current !== 'running') return;
    await this.follow(topic);
    await this.parts.membership.announce();
    this.rebalancing.kick();
  }

  /** Gives the queues of the topic up. */
  async unsubscribe(topic: string): Promise<void> {
    this.assertNotStopped();
    if (!this.subscriptions.remove(topic)) return;
    this.unfollow(topic);
    await this.assigned.apply([], topic);
    if (this.current === 'running') await this.parts.membership.announce();
  }

  /**
   * Reads these queues and no others, whatever the rest of the group does.
   * @throws OperationFailed `refused` for a consumer that subscribes
   */
  async assign(queues: readonly MessageQueue[]): Promise<void> {
    this.assertNotStopped();
    this.subscriptions.choose('assign');
    await this.assigned.apply(queues);
  }

  /** What is wanted of the assigned queues of a topic; `*` without. Counts from the next pull on. @throws as `subscribe` */
  filterAssigned(topic: string, selector: string | MessageSelector): void {
    this.subscriptions.filter(topic, selector, this.parts.clock.now());
  }

  /**
   * Up to `pullBatchSize` messages of one queue; none when there are none in time, or when the consumer is shut down meanwhile. What earlier polls gave
   * counts as consumed. One poll at a time.
   * @param timeoutMs 0 does not wait; default `pollTimeoutMs`
   * @throws OperationFailed `aborted`, `closed`, and `refused` while another poll waits
   */
  async poll(timeoutMs?: number, { signal }: { readonly signal?: AbortSignal } = {}): Promise<readonly ReceivedMessage[]> {
    this.assertRunning();
    const { pollTimeoutMs, pullBatchSize } = this.parts.settings;
    return this.reader.next(pullBatchSize, { timeoutMs: duration('timeoutMs', timeoutMs, pollTimeoutMs, 0), signal });
  }

  /**
   * Messages one by one, until `signal` fires or the consumer is shut down. Asking for the next message says that the last one is consumed; a loop that
   * ends by `break` or by an error leaves its last message to be delivered again, unless it was committed.
   * @throws OperationFailed `closed` when the consumer does not run, `refused` while another loop or poll waits
   */
  messages({ signal }: { readonly signal?: AbortSignal } = {}): AsyncIterableIterator<ReceivedMessage> {
    this.assertRunning();
    return this.reader.iterate(signal);
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<ReceivedMessage> {
    return this.messages();
  }

  /**
   * Commits everything that was handed out, of all queues or of the given ones; or the given offsets. Waits for the answers.
   * @throws InvalidInput for a queue that this consumer does not read; CallRefused, OperationFailed
   */
  async commit(what?: readonly MessageQueue[] | ReadonlyMap<MessageQueue, number>): Promise<void> {
    this.assertRunning();
    await this.commits.commit(this.chosen(what));
  }

  /** Where the group stands: what was committed here, else what the broker has. @returns undefined when it has nothing */
  async committed(queue: MessageQueue): Promise<number | undefined> {
    this.assertRunning();
    const { offsets } = this.parts;
    return offsets.read(queue) ?? (await offsets.fetch(queue));
  }

  /** The offset behind what was handed out. @returns undefined until the queue has started */
  position(queue: MessageQueue): number | undefined {
    return this.heldOf(queue).deliveredOffset;
  }

  /**
   * Goes on from another offset. What was fetched is forgotten; the next commit says the new place.
   * @throws InvalidInput when the queue has no such offset or is not read by this consumer; CallRefused, OperationFailed
   */
  async seek(queue: MessageQueue, offset: number, limits: PullCallLimits = {}): Promise<void> {
    this.assertRunning();
    this.heldOf(queue);
    await this.positions.check(queue, offset, this.limitsOf(limits));
    this.goTo(queue, offset);
  }

  /** @throws as `seek` */
  async seekToBegin(queue: MessageQueue, limits: PullCallLimits = {}): Promise<void> {
    this.assertRunning();
    this.heldOf(queue);
    this.goTo(queue, await this.positions.begin(queue, this.limitsOf(limits)));
  }

  /** @throws as `seek` */
  async seekToEnd(queue: MessageQueue, limits: PullCallLimits = {}): Promise<void> {
    this.assertRunning();
    this.heldOf(queue);
    this.goTo(queue, await this.positions.end(queue, this.limitsOf(limits)));
  }

  /** Nothing of these queues is fetched or handed out until `resume`. A queue that is given up and taken again is not paused. */
  pause(queues: readonly MessageQueue[]): void {
    this.setPaused(queues, true);
  }

  resume(queues: readonly MessageQueue[]): void {
    this.setPaused(queues, false);
  }

  /** All queues of the topic that can be read. @throws OperationFailed when no name server answers, or `unavailable` for an unknown topic */
  async fetchMessageQueues(topic: string): Promise<readonly MessageQueue[]> {
    this.assertRunning();
    const { routes, table } = this.parts;
    await routes.refresh(topic);
    const queues = table.subscribeQueues(topic);
    if (queues.length === 0) throw new OperationFailed('unavailable', `topic ${topic} has no queue that can be read`);
    return queues;
  }

  /** The first offset that was stored at or after `timestamp` (milliseconds since the epoch). @throws CallRefused, OperationFailed */
  async offsetForTimestamp(queue: MessageQueue, timestamp: number, limits: PullCallLimits = {}): Promise<number> {
    this.assertRunning();
    return this.positions.at(queue, timestamp, this.limitsOf(limits));
  }

  /** Calls `listener` whenever the queues of the topic that can be read have changed. @returns a function that ends it */
  onQueuesChanged(topic: string, listener: QueuesListener): () => void {
    const { routes, table } = this.parts;
    let known = table.subscribeQueues(topic);
    const changed = (which: string): void => {
      const queues = table.subscribeQueues(topic);
      if (
        which !== topic ||
        (queues.length === known.length && queues.every((queue, at) => compareQueues(queue, known[at] ?? queue) === 0))
      )
        return;
      known = queues;
      listener(topic, queues);
    };
    const ends = [routes.watch([topic]), routes.onChange(changed)];
    const end = () => {
      for (const one of ends.splice(0)) one();
      this.listening.delete(end);
    };
    this.listening.add(end);
    return end;
  }

  /** Members or queues changed: shares the queues anew. */
  rebalance(): void {
    this.rebalancing.kick();
  }

  /** As Java: MQClientInstance.resetOffset, which leaves lite pull consumers out. */
  resetOffsets(offsets: readonly (readonly [MessageQueue, number])[]): void {
    for (const [queue, offset] of offsets) if (this.assigned.find(queue) !== undefined) this.goTo(queue, offset);
  }

  /** Where this consumer is in the queues of a topic. */
  offsetsOf(topic: string): readonly (readonly [MessageQueue, number])[] {
    return this.assigned.all
      .filter(({ queue }) => queue.topic === topic)
      .flatMap(({ queue, deliveredOffset }) => (deliveredOffset === undefined ? [] : [[queue, deliveredOffset] as const]));
  }

  runningInfo(): ConsumerRunningInfo {
    return litePullRunningInfo({
      settings: this.parts.settings,
      nameServers: this.parts.nameServers(),
      startedAt: this.startedAt,
      subscribed: this.subscribed,
      queues: this.assigned.all,
      committed: ({ queue }) => this.parts.offsets.read(queue),
    });
  }

  /** There is no listener to call. @throws RequestRejected always */
  consumeDirectly(): never {
    throw new RequestRejected(ResponseCode.SYSTEM_ERROR, `The Consumer Group <${this.group}> not exist in this consumer`);
  }

  private async end(deadlineMs: number): Promise<void> {
    const joined = this.current !== 'created';
    this.current = 'stopped';
    this.reader.close();
    this.unfollowAll();
    for (const end of [...this.listening]) end();
    this.listening.clear();
    if (!joined) return;
    await this.rebalancing.stop();
    await this.assigned.stopPulling();
    await this.commits.last(deadlineMs);
    this.assigned.close();
    await this.parts.membership.leave();
  }

  private goTo(queue: MessageQueue, offset: number): void {
    this.heldOf(queue).seek(offset);
    this.assigned.redirect(queue);
  }

  private setPaused(queues: readonly MessageQueue[], paused: boolean): void {
    for (const queue of queues) {
      const held = this.heldOf(queue);
      held.pause(paused);
      this.assigned.redirect(queue);
      if (!paused) this.reader.ready(held);
    }
  }

  private chosen(what: Parameters<LitePullConsumer['commit']>[0]): ReadonlyMap<LitePullQueue, number | undefined> {
    if (what === undefined) return new Map(this.assigned.all.map((held) => [held, undefined]));
    const wanted: Iterable<readonly [MessageQueue, number | undefined]> =
      what instanceof Map ? what : [...what].map((queue) => [queue as MessageQueue, undefined]);
    return new Map([...wanted].map(([queue, offset]) => [this.heldOf(queue), offset]));
  }

  /** @throws InvalidInput for a queue that this consumer does not read */
  private heldOf(queue: MessageQueue): LitePullQueue {
    const held = this.assigned.find(queue);
    if (held !== undefined) return held;
    throw new InvalidInput('queue', `${queueText(queue)} is not read by this consumer now`);
  }

  private limitsOf({ timeoutMs, signal }: WaitLimits): CallLimits {
    return { timeoutMs: duration('timeoutMs', timeoutMs, this.parts.callTimeoutMs), signal };
  }

  private async follow(topic: string): Promise<void> {
    const { routes } = this.parts;
    if (!this.watches.has(topic)) this.watches.set(topic, routes.watch([topic]));
    await routes.refresh(topic);
  }

  private unfollow(topic: string): void {
    this.watches.get(topic)?.();
    this.watches.delete(topic);
  }

  private unfollowAll(): void {
    for (const topic of [...this.watches.keys()]) this.unfollow(topic);
  }

  private createLoop(held: LitePullQueue): LitePullLoop {
    const { settings, calls, table, routes, offsets, callTimeoutMs, clock, logger } = this.parts;
    const { group, consumeFromWhere, consumeTimestamp = clock.now() - HALF_HOUR_MS } = settings;
    return new LitePullLoop({
      group,
      held,
      settings,
      subscription: (topic) => this.subscriptions.of(topic),
      heldInAll: () => this.assigned.heldCount,
      startOffset: () => startPosition(held.queue, { consumeFromWhere, consumeTimestamp, offsets, calls, table, timeoutMs: callTimeoutMs }),
      arrived: () => this.reader.ready(held),
      calls,
      table,
      routes,
      clock,
      logger,
    });
  }

  private createRebalancing(): RebalanceLoop {
    const { settings, clientId, calls, table, routes, random, callTimeoutMs: timeoutMs, clock, logger } = this.parts;
    const { group, allocateMessageQueueStrategy: strategy, messageModel } = settings;
    const broadcasting = messageModel === 'BROADCASTING';
    return new RebalanceLoop({
      group,
      clientId,
      strategy,
      topics: () => this.subscriptions.topics,
      queues: (topic) => table.subscribeQueues(topic),
      find: (topic) => routes.refresh(topic),
      members: (topic) => (broadcasting ? Promise.resolve([clientId]) : groupMembers(topic, { group, table, calls, random, timeoutMs })),
      apply: (topic, queues) => this.assigned.apply(queues, topic),
      changed: () => Promise.resolve(),
      periodMs: settings.rebalanceIntervalMs,
      clock,
      logger,
    });
  }

  private isCurrent(state: ConsumerState): boolean {
    return this.current === state;
  }

  private assertStarting(): void {
    if (!this.isCurrent('starting')) throw new OperationFailed('closed', `consumer ${this.group} was shut down while it started`);
  }

  private assertNotStopped(): void {
    if (this.current === 'stopped') throw new OperationFailed('closed', `consumer ${this.group} was shut down`);
  }

  private assertRunning(): void {
    if (this.current === 'running') return;
    throw new OperationFailed('closed', `consumer ${this.group} ${this.current === 'stopped' ? 'was shut down' : 'was not started'}`);
  }
}
