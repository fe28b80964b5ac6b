import { messageOf, OperationFailed } from '../../base/index.js';
import { isRetryTopic, ResponseCode } from '../../protocol/index.js';
import type { Clock, Logger, Timer } from '../../runtime/index.js';
import type { BrokerCalls } from '../instance/calls.js';
import type { RouteFinder } from '../instance/route-finder.js';
import type { RouteTable } from '../instance/route-table.js';
import { queueText } from '../message-queues.js';
import type { RemoteOffsets } from '../offsets/remote-offsets.js';
import type { HeldMessage, ProcessQueue } from './process-queue.js';
import { PULL_TIMEOUT_MS, pullHeader, type PullOutcome, pullOutcome } from './pull.js';
import { fullness, type WindowLimits } from './pull-limits.js';
import type { Subscription } from './subscription-table.js';

interface PullLimits {
  readonly pullBatchSize: number;
  readonly pullBatchSizeInBytes: number;
  readonly pullIntervalMs: number;
}

export interface PullLoopParts {
  readonly group: string;
  readonly processQueue: ProcessQueue;
  readonly subscription: () => Subscription | undefined;
  readonly limits: PullLimits;
  /** Asked before each pull: it changes with the number of queues. */
  readonly window: () => WindowLimits;
  readonly paused: () => boolean;
  readonly calls: Pick<BrokerCalls, 'pull'>;
  readonly table: Pick<RouteTable, 'readAddress'>;
  readonly routes: Pick<RouteFinder, 'refresh'>;
  readonly offsets: Pick<RemoteOffsets, 'read' | 'advance'>;
  readonly deliver: (held: readonly HeldMessage[]) => void;
  /** The broker has no such offset; the loop has ended. */
  readonly moved: (nextOffset: number) => void;
  /** The broker does not know this group or its subscription. */
  readonly forgotten: () => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Pauses, ms. As Java: DefaultMQPushConsumerImpl. */
const WHEN_FULL_MS = 50;
const WHEN_PAUSED_MS = 1000;
const WHEN_BROKER_LIMITS_MS = 20;
const WHEN_FAILED_MS = 3000;
const MASTER_ID = 0;

type Pause = { readonly ms: number; readonly until?: 'room' | 'resumed' } | 'ended' | undefined;

/** Pulls one queue: the next pull leaves when the answer to the last is there, so that messages are always on their way while there is room. */
export class PullLoop {
  private readonly ending = new AbortController();
  private running: Promise<void> | undefined;
  private brokerId = MASTER_ID;
  private pause: { readonly until: 'room' | 'resumed' | undefined; end(): void } | undefined;

  constructor(
    private readonly parts: PullLoopParts,
    private nextOffset: number,
  ) {
    // One listener that stays: Node drops the table of listeners with the last of them and makes a new one with the next, for each pull, and each old
    // table keeps the next one alive until a full collection, with the pull that listened.
    this.ending.signal.addEventListener('abort', () => undefined);
  }

  start(): void {
    this.running ??= this.run();
  }

  private isStopped(): boolean {
    return this.ending.signal.aborted;
  }

  /** Gives up a pull that is under way; resolves when nothing of the loop runs. */
  async stop(): Promise<void> {
    this.ending.abort();
    this.pause?.end();
    await this.running;
  }

  /** Messages were consumed. */
  progress(): void {
    if (this.pause?.until === 'room' && this.fills(0.5) === undefined) this.pause.end();
  }

  /** The consumer pulls again. */
  resumed(): void {
    if (this.pause?.until === 'resumed') this.pause.end();
  }

  private async run(): Promise<void> {
    for (let pause: Pause; pause !== 'ended'; pause = await this.step().catch((error: unknown) => this.failed(error))) {
      if (pause !== undefined) await this.sleep(pause.ms, pause.until);
    }
  }

  private async step(): Promise<Pause> {
    if (this.isStopped()) return 'ended';
    const { parts, nextOffset } = this;
    const { queue } = parts.processQueue;
    if (parts.paused()) return { ms: WHEN_PAUSED_MS, until: 'resumed' };
    const full = this.fills(1);
    if (full !== undefined) return { ms: WHEN_FULL_MS, until: 'room' };
    const subscription = parts.subscription();
    if (subscription === undefined) return { ms: WHEN_FAILED_MS };
    const broker = parts.table.readAddress(queue.brokerName, this.brokerId);
    if (broker === undefined) {
      await parts.routes.refresh(queue.topic);
      throw new OperationFailed('unavailable', `broker ${queue.brokerName} is not known`);
    }
    const { pullBatchSize, pullBatchSizeInBytes } = parts.limits;
    // Only a master keeps offsets.
    const committed = broker.brokerId === MASTER_ID ? parts.offsets.read(queue) : undefined;
    const header = pullHeader({
      group: parts.group,
      queue,
      queueOffset: nextOffset,
      subscription,
      maxMsgNums: pullBatchSize,
      maxMsgBytes: pullBatchSizeInBytes,
      commitOffset: committed === 0 ? undefined : committed,
    });
    const answer = await parts.calls.pull(broker.address, header, { timeoutMs: PULL_TIMEOUT_MS, signal: this.ending.signal });
    if (this.isStopped() || parts.processQueue.dropped) return 'ended';
    return this.apply(pullOutcome(answer, subscription));
  }

  private apply(outcome: PullOutcome): Pause {
    switch (outcome.kind) {
      case 'found':
        return this.found(outcome);
      case 'nothing':
        this.goTo(outcome);
        return undefined;
      case 'moved':
        this.parts.logger.log('warn', 'the broker has not the offset to go on from', { ...this.about, nextOffset: outcome.nextOffset });
        this.parts.moved(outcome.nextOffset);
        return 'ended';
      case 'refused':
        return this.refused(outcome);
    }
  }

  private found(outcome: PullOutcome & { kind: 'found' }): Pause {
    const { processQueue, deliver, limits } = this.parts;
    const held = processQueue.put(outcome.messages, outcome.bounds);
    this.goTo(outcome);
    if (held.length === 0) return undefined;
    deliver(held);
    const { pullIntervalMs } = limits;
    return pullIntervalMs > 0 ? { ms: pullIntervalMs } : undefined;
  }

  private goTo({ nextOffset, nextBrokerId }: { readonly nextOffset: number; readonly nextBrokerId: number }): void {
    const { processQueue, offsets } = this.parts;
    this.nextOffset = nextOffset;
    this.brokerId = nextBrokerId;
    // Nothing waits to be consumed, so the group has passed what other tags filled. As Java: correctTagsOffset.
    if (processQueue.count === 0) offsets.advance(processQueue.queue, nextOffset);
  }

  private refused({ code, remark }: PullOutcome & { kind: 'refused' }): Pause {
    if (code === ResponseCode.FLOW_CONTROL) return { ms: WHEN_BROKER_LIMITS_MS };
    if (code === ResponseCode.SUBSCRIPTION_NOT_EXIST || code === ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST) this.parts.forgotten();
    this.warn(`code ${code}: ${remark ?? 'no remark'}`);
    return { ms: WHEN_FAILED_MS };
  }

  private failed(error: unknown): Pause {
    if (this.isStopped()) return 'ended';
    this.warn(messageOf(error));
    return { ms: WHEN_FAILED_MS };
  }

  /** @returns which limit the held messages pass, at this share of the limits */
  private fills(share: number): 'count' | 'size' | 'span' | undefined {
    const { processQueue, window } = this.parts;
    return fullness(processQueue, window(), share);
  }

  private sleep(ms: number, until: 'room' | 'resumed' | undefined): Promise<void> {
    if (this.isStopped()) return Promise.resolve();
    return new Promise((resolve) => {
      const end = () => {
        timer.cancel();
        this.pause = undefined;
        resolve();
      };
      const timer: Timer = this.parts.clock.after(ms, end);
      this.pause = { until, end };
    });
  }

  private get about() {
    return { group: this.parts.group, queue: queueText(this.parts.processQueue.queue), offset: this.nextOffset };
  }

  private warn(reason: string): void {
    // A retry topic is not there before its first message: no reason to worry anybody. As Java: onException.
    const level = isRetryTopic(this.parts.processQueue.queue.topic) ? 'debug' : 'warn';
    this.parts.logger.log(level, 'pull failed', { ...this.about, reason });
  }
}
