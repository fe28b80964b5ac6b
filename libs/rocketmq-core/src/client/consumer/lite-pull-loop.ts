import { messageOf, OperationFailed } from '../../base/index.js';
import { ResponseCode } from '../../protocol/index.js';
import type { Clock, Logger } from '../../runtime/index.js';
import type { LitePullSettings } from '../config/lite-pull-options.js';
import type { BrokerCalls } from '../instance/calls.js';
import type { RouteFinder } from '../instance/route-finder.js';
import type { RouteTable } from '../instance/route-table.js';
import { queueText } from '../message-queues.js';
import type { LitePullQueue } from './lite-pull-queue.js';
import { litePullHeader } from './lite-pull-request.js';
import { type PullOutcome, pullOutcome } from './pull.js';
import { fullness } from './pull-limits.js';
import type { Subscription } from './subscription-table.js';

type Limits = Pick<
  LitePullSettings,
  | 'pullBatchSize'
  | 'pullThresholdForAll'
  | 'pullThresholdForQueue'
  | 'pullThresholdSizeForQueue'
  | 'consumeMaxSpan'
  | 'brokerSuspendMaxTimeMs'
  | 'consumerTimeoutMsWhenSuspend'
  | 'pullTimeDelayMsWhenException'
>;

export interface LitePullLoopParts {
  readonly group: string;
  readonly held: LitePullQueue;
  readonly settings: Limits;
  readonly subscription: (topic: string) => Subscription | undefined;
  /** Messages that all queues of the consumer hold. */
  readonly heldInAll: () => number;
  /** Where the group stands in the queue. @throws OperationFailed */
  readonly startOffset: () => Promise<number>;
  /** Messages came. */
  readonly arrived: (held: LitePullQueue) => void;
  readonly calls: Pick<BrokerCalls, 'litePull'>;
  readonly table: Pick<RouteTable, 'readAddress'>;
  readonly routes: Pick<RouteFinder, 'refresh'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Pauses, ms. As Java: DefaultLitePullConsumerImpl. */
const WHEN_FULL_MS = 50;
const WHEN_PAUSED_MS = 1000;
const WHEN_BROKER_LIMITS_MS = 20;
const WHEN_NOT_STARTED_MS = 3000;
const MASTER_ID = 0;

/** Pulls one queue of a lite pull consumer while there is room for what it holds. As Java: PullTaskImpl. */
export class LitePullLoop {
  private running: Promise<void> | undefined;
  private brokerId = MASTER_ID;
  private stopped = false;
  /** Ends the pull or the pause that is under way. */
  private interruption = new AbortController();
  private endPause: (() => void) | undefined;

  constructor(private readonly parts: LitePullLoopParts) {}

  start(): void {
    this.running ??= this.run();
  }

  /** Gives up a pull that is under way; resolves when nothing of the loop runs. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.redirect();
    await this.running;
  }

  /** The queue goes on from another offset, or was paused or resumed: a pull that is under way is given up. */
  redirect(): void {
    this.interruption.abort();
    this.endPause?.();
  }

  /** Messages were handed out. */
  progress(): void {
    if (this.endPause !== undefined && !this.parts.held.paused && !this.isFull()) this.endPause();
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      this.interruption = new AbortController();
      const pauseMs = await this.step().catch((error: unknown) => this.failed(error));
      if (pauseMs > 0) await this.pause(pauseMs);
    }
  }

  /** @returns how long to pause, ms */
  private async step(): Promise<number> {
    const { held } = this.parts;
    if (held.paused) return WHEN_PAUSED_MS;
    if (this.isFull()) return WHEN_FULL_MS;
    const subscription = this.parts.subscription(held.queue.topic);
    if (subscription === undefined || !(await this.hasStarted())) return WHEN_NOT_STARTED_MS;
    return this.pullOnce(subscription);
  }

  private async pullOnce(subscription: Subscription): Promise<number> {
    const { held } = this.parts;
    const { pullOffset, course } = held;
    if (this.isStopped() || pullOffset === undefined) return 0;
    const outcome = await this.pull(pullOffset, subscription);
    // Since then somebody sought another offset, or the queue is another's.
    if (this.isStopped() || held.dropped || held.course !== course) return 0;
    return outcome.kind === 'refused' ? this.refused(outcome) : this.advance(outcome);
  }

  private async hasStarted(): Promise<boolean> {
    const { held, startOffset } = this.parts;
    if (held.pullOffset !== undefined) return true;
    const { course } = held;
    try {
      const offset = await startOffset();
      if (held.course === course && !held.dropped) held.seek(offset);
      return true;
    } catch (error) {
      if (!this.stopped) this.warn('a queue is not started', messageOf(error));
      return false;
    }
  }

  private async pull(queueOffset: number, subscription: Subscription): Promise<PullOutcome> {
    const { group, held, settings, calls, table, routes } = this.parts;
    const { queue } = held;
    const broker = table.readAddress(queue.brokerName, this.brokerId);
    if (broker === undefined) {
      await routes.refresh(queue.topic);
      throw new OperationFailed('unavailable', `broker ${queue.brokerName} is not known`);
    }
    const { pullBatchSize: maxMsgNums, brokerSuspendMaxTimeMs: suspendMs, consumerTimeoutMsWhenSuspend: timeoutMs } = settings;
    const header = litePullHeader({ group, queue, queueOffset, subscription, maxMsgNums, suspendMs });
    const answer = await calls.litePull(broker.address, header, { timeoutMs, signal: this.interruption.signal });
    return pullOutcome(answer, subscription);
  }

  private advance(outcome: Exclude<PullOutcome, { kind: 'refused' }>): number {
    const { held, arrived } = this.parts;
    if (outcome.kind === 'moved') this.warn('the broker has not the offset to go on from', `it says ${outcome.nextOffset}`);
    else this.brokerId = outcome.nextBrokerId;
    if (outcome.kind !== 'found') held.passTo(outcome.nextOffset);
    else {
      held.put(outcome.messages, outcome.bounds, outcome.nextOffset);
      if (outcome.messages.length > 0) arrived(held);
    }
    return 0;
  }

  private refused({ code, remark }: Extract<PullOutcome, { kind: 'refused' }>): number {
    if (code === ResponseCode.FLOW_CONTROL) return WHEN_BROKER_LIMITS_MS;
    this.warn('pull failed', `code ${code}: ${remark ?? 'no remark'}`);
    return this.parts.settings.pullTimeDelayMsWhenException;
  }

  private isStopped(): boolean {
    return this.stopped;
  }

  private isFull(): boolean {
    const { held, heldInAll, settings } = this.parts;
    const { pullThresholdForAll, pullThresholdForQueue: count, pullThresholdSizeForQueue: sizeMib, consumeMaxSpan: span } = settings;
    return heldInAll() > pullThresholdForAll || fullness(held, { count, sizeMib, span }) !== undefined;
  }

  private failed(error: unknown): number {
    if (this.stopped || this.interruption.signal.aborted) return 0;
    this.warn('pull failed', messageOf(error));
    return this.parts.settings.pullTimeDelayMsWhenException;
  }

  private pause(ms: number): Promise<void> {
    if (this.stopped) return Promise.resolve();
    return new Promise((resolve) => {
      const end = () => {
        timer.cancel();
        this.endPause = undefined;
        resolve();
      };
      const timer = this.parts.clock.after(ms, end);
      this.endPause = end;
    });
  }

  private warn(message: string, reason: string): void {
    const { group, held, logger } = this.parts;
    logger.log('warn', message, { group, queue: queueText(held.queue), offset: held.pullOffset, reason });
  }
}
