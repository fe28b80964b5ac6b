import type { Clock } from '../../runtime/index.js';
import type { LitePullSettings } from '../config/lite-pull-options.js';
import { InvalidInput } from '../errors.js';
import { within } from '../instance/deadline.js';
import { queueText } from '../message-queues.js';
import type { GroupOffsets } from '../offsets/group-offsets.js';
import type { LitePullQueue } from './lite-pull-queue.js';

export interface LitePullCommitsParts {
  readonly settings: Pick<LitePullSettings, 'autoCommit' | 'autoCommitIntervalMs'>;
  readonly offsets: GroupOffsets;
  /** The queues of the consumer. */
  readonly queues: () => readonly LitePullQueue[];
  readonly clock: Clock;
}

/**
 * When and where a lite pull consumer commits. As Java: maybeAutoCommit and commit of DefaultLitePullConsumerImpl.
 *
 * Invariant: an offset is committed only when everything below it was handed out, and by itself only when the caller has come back for more since.
 */
export class LitePullCommits {
  private dueMs: number;

  constructor(private readonly parts: LitePullCommitsParts) {
    this.dueMs = parts.clock.monotonic();
  }

  /** The caller comes back for more: what it was given is consumed. */
  settle(): void {
    const { settings, offsets, queues, clock } = this.parts;
    for (const held of queues()) held.settle();
    if (!settings.autoCommit || clock.monotonic() < this.dueMs) return;
    this.dueMs = clock.monotonic() + settings.autoCommitIntervalMs;
    for (const held of queues()) this.note(held, held.consumedOffset);
    void offsets.commitAll();
  }

  /**
   * Commits the offsets, or what was handed out of the queues that have none, and waits for the answers.
   * @throws InvalidInput, CallRefused, OperationFailed
   */
  async commit(chosen: ReadonlyMap<LitePullQueue, number | undefined>): Promise<void> {
    for (const [held, offset] of chosen) {
      if (offset === undefined || (Number.isSafeInteger(offset) && offset >= 0)) continue;
      throw new InvalidInput('offset', `${offset} is no offset of ${queueText(held.queue)}`);
    }
    for (const [held, chosenOffset] of chosen) {
      const offset = chosenOffset ?? held.deliveredOffset;
      if (offset === undefined) continue;
      held.settleTo(offset);
      this.note(held, offset);
    }
    await Promise.all([...chosen.keys()].map(({ queue }) => this.parts.offsets.store(queue)));
  }

  /** The queue is given up. */
  async leave(held: LitePullQueue): Promise<void> {
    const { settings, offsets } = this.parts;
    if (settings.autoCommit) this.note(held, held.consumedOffset);
    await offsets.commit(held.queue);
    offsets.remove(held.queue);
  }

  /** The consumer ends. */
  async last(deadlineMs: number): Promise<void> {
    const { settings, offsets, queues, clock } = this.parts;
    if (settings.autoCommit) for (const held of queues()) this.note(held, held.consumedOffset);
    const done = Promise.all(queues().map(({ queue }) => offsets.commit(queue))).then(() => undefined);
    await within(done, { clock, timeoutMs: Math.max(1, deadlineMs), what: 'the last commit' }).catch(() => undefined);
  }

  private note({ queue }: LitePullQueue, offset: number | undefined): void {
    if (offset !== undefined) this.parts.offsets.set(queue, offset);
  }
}
