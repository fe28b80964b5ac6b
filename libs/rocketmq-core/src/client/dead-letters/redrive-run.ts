import { messageOf } from '../../base/index.js';
import type { MessageExt, MessageQueue } from '../../protocol/index.js';
import { type Clock, sleep } from '../../runtime/index.js';
import type { OffsetAdmin } from '../admin/offsets.js';
import type { Sender } from '../producer/sender.js';
import type { QueueReader } from '../reading/queue-reader.js';
import { deadLetterOf } from './dead-letter.js';
import { type RedriveLock, RENEW_MS } from './redrive-lock.js';
import { isChosen, type RedriveFate, type RedriveResult, type RedriveSettings } from './redrive-options.js';
import { redrivenMessage } from './redriven-payload.js';

/** A queue of dead letters, as far as it went when the run began: what dies again meanwhile is for the next run. */
export interface DeadLetterQueue {
  readonly queue: MessageQueue;
  readonly minOffset: number;
  readonly maxOffset: number;
}

export interface RedriveRunParts {
  readonly settings: RedriveSettings;
  readonly queues: readonly DeadLetterQueue[];
  readonly reader: Pick<QueueReader, 'read'>;
  /** In whose name messages are read. */
  readonly readingGroup: string;
  readonly offsets: Pick<OffsetAdmin, 'consumerOffset' | 'commit'>;
  readonly sender: Pick<Sender, 'send'>;
  readonly lock: Pick<RedriveLock, 'hold'> | undefined;
  readonly clock: Clock;
  /** For one send with its attempts, ms. */
  readonly sendTimeoutMs: number;
}

const PAGE = 32;
const SECOND_MS = 1000;

/**
 * One pass over the dead letters of a group. Each message is sent, then the offset of the progress group is moved behind it, and only then comes the
 * next one: when the process dies in between, one message is sent twice, with the same `redrivenFrom`. A broker that crashes forgets what it has not
 * written of the offsets, up to `flushConsumerOffsetInterval`.
 */
export class RedriveRun {
  private readonly counts: Record<RedriveFate, number> = { redriven: 0, left: 0, unroutable: 0 };
  private readonly startedMs: number;

  constructor(private readonly parts: RedriveRunParts) {
    this.startedMs = parts.clock.monotonic();
  }

  async run(): Promise<RedriveResult> {
    try {
      for (const queue of this.parts.queues) if (!(await this.through(queue))) break;
      return this.result(this.ending());
    } catch (error) {
      if (this.aborted) return this.result('aborted');
      return { ...this.result('failed'), error: error instanceof Error ? error : new Error(messageOf(error)) };
    }
  }

  private get aborted(): boolean {
    return this.parts.settings.signal?.aborted === true;
  }

  private get full(): boolean {
    return this.counts.redriven >= this.parts.settings.limit;
  }

  private ending(): RedriveResult['ended'] {
    if (this.aborted) return 'aborted';
    return this.full ? 'limit' : 'all';
  }

  /** @returns whether the run goes on with the next queue */
  private async through({ queue, minOffset, maxOffset }: DeadLetterQueue): Promise<boolean> {
    const { settings, offsets, reader, readingGroup, lock } = this.parts;
    const { from, progressGroup, dryRun, signal } = settings;
    const passed = from === 'first' ? undefined : await offsets.consumerOffset(progressGroup, queue);
    let offset = Math.max(minOffset, passed ?? minOffset);
    while (offset < maxOffset && !this.aborted && !this.full) {
      await lock?.hold();
      const countMax = Math.min(PAGE, maxOffset - offset);
      const page = await reader.read({ group: readingGroup, queue, queueOffset: offset, countMax }, signal);
      const next = await this.each(page.messages, queue, offset);
      // A page without messages, at a gap: the broker says where it goes on.
      const reached = page.messages.length === 0 ? page.nextOffset : next;
      if (reached <= offset) break;
      offset = reached;
      if (!dryRun) await offsets.commit(progressGroup, queue, offset);
    }
    return !this.aborted && !this.full;
  }

  /** @returns the offset behind the last message that was dealt with */
  private async each(messages: readonly MessageExt[], queue: MessageQueue, offset: number): Promise<number> {
    const { settings, offsets } = this.parts;
    let next = offset;
    for (const message of messages) {
      if (this.aborted || this.full) break;
      const letter = deadLetterOf(settings.group, message, queue);
      const fate = (await isChosen(settings, letter)) ? await this.redrive(message, queue) : 'left';
      this.counts[fate] += 1;
      next = message.queueOffset + 1;
      if (fate === 'redriven' && !settings.dryRun) await offsets.commit(settings.progressGroup, queue, next);
      await settings.onEach?.(letter, fate);
    }
    return next;
  }

  private async redrive(message: MessageExt, queue: MessageQueue): Promise<RedriveFate> {
    const { settings, sender, sendTimeoutMs } = this.parts;
    const redriven = redrivenMessage(message, settings.group, queue, settings.to);
    if (redriven === undefined) return 'unroutable';
    if (settings.dryRun) return 'redriven';
    await this.pace();
    // Not with the signal: whether the message was sent would then be unknown.
    await sender.send(redriven.payload, redriven.target, { timeoutMs: sendTimeoutMs });
    return 'redriven';
  }

  /** Waits until the rate allows another message. @throws OperationFailed `aborted` */
  private async pace(): Promise<void> {
    const { clock, lock, settings } = this.parts;
    const { ratePerSecond, signal } = settings;
    if (ratePerSecond === undefined) return lock?.hold();
    const dueMs = this.startedMs + (this.counts.redriven * SECOND_MS) / ratePerSecond;
    for (let leftMs = dueMs - clock.monotonic(); leftMs > 0; leftMs = dueMs - clock.monotonic()) {
      await sleep(clock, Math.min(leftMs, RENEW_MS), signal);
      await lock?.hold();
    }
  }

  private result(ended: RedriveResult['ended']): RedriveResult {
    const { redriven, left, unroutable } = this.counts;
    return { seen: redriven + left + unroutable, redriven, left, unroutable, ended };
  }
}
