import type { MessageQueue } from '../../protocol/index.js';
import { type Logger, SerialQueue } from '../../runtime/index.js';
import { queueKey, queueText } from '../message-queues.js';
import type { LitePullLoop } from './lite-pull-loop.js';
import { LitePullQueue } from './lite-pull-queue.js';

interface Entry {
  readonly held: LitePullQueue;
  readonly pulling: LitePullLoop;
}

export interface LitePullAssignmentParts {
  readonly group: string;
  readonly pulling: (held: LitePullQueue) => LitePullLoop;
  /** The queue was given up and its pull has ended: what is to be committed is committed now. */
  readonly leave: (held: LitePullQueue) => Promise<void>;
  readonly logger: Logger;
}

/**
 * The queues of a lite pull consumer: takes and gives up.
 *
 * Invariant: changes are made one after the other, and a queue that is given up hands nothing out any more before its offset is committed.
 */
export class LitePullAssignment {
  private readonly entries = new Map<string, Entry>();
  private readonly changes = new SerialQueue();
  private running = false;
  private closed = false;

  constructor(private readonly parts: LitePullAssignmentParts) {}

  get all(): readonly LitePullQueue[] {
    return [...this.entries.values()].map(({ held }) => held);
  }

  /** Messages that all queues hold. */
  get heldCount(): number {
    let count = 0;
    for (const { held } of this.entries.values()) count += held.count;
    return count;
  }

  find(queue: MessageQueue): LitePullQueue | undefined {
    return this.entries.get(queueKey(queue))?.held;
  }

  /** Pulls begin. */
  start(): void {
    this.running = true;
    for (const { pulling } of this.entries.values()) pulling.start();
  }

  /** Makes the queues those that are wanted: all of them, or those of one topic. */
  apply(wanted: readonly MessageQueue[], topic?: string): Promise<{ readonly changed: boolean; readonly complete: boolean }> {
    return this.changes.run(async () => {
      if (this.closed) return { changed: false, complete: true };
      const keys = new Set(wanted.map(queueKey));
      const surplus = [...this.entries].filter(([key, { held }]) => (topic === undefined || held.queue.topic === topic) && !keys.has(key));
      await Promise.all(surplus.map(([key, entry]) => this.giveUp(key, entry)));
      const missing = wanted.filter((queue) => !this.entries.has(queueKey(queue)));
      for (const queue of missing) this.take(queue);
      return { changed: surplus.length > 0 || missing.length > 0, complete: true };
    });
  }

  /** The queue goes on from another offset, or was paused or resumed. */
  redirect(queue: MessageQueue): void {
    this.entries.get(queueKey(queue))?.pulling.redirect();
  }

  /** Messages were handed out: there may be room, also for other queues. */
  progress(): void {
    for (const { pulling } of this.entries.values()) pulling.progress();
  }

  /** Ends the pulls, for good. The queues and their offsets stay for the closing commit. */
  async stopPulling(): Promise<void> {
    this.closed = true;
    await this.changes.drained();
    await Promise.all([...this.entries.values()].map(({ pulling }) => pulling.stop()));
  }

  /** Forgets everything. */
  close(): void {
    for (const { held } of this.entries.values()) held.drop();
    this.entries.clear();
  }

  private take(queue: MessageQueue): void {
    if (this.closed) return;
    const held = new LitePullQueue(queue);
    const pulling = this.parts.pulling(held);
    this.entries.set(queueKey(queue), { held, pulling });
    this.parts.logger.log('info', 'queue taken', { group: this.parts.group, queue: queueText(queue) });
    if (this.running) pulling.start();
  }

  private async giveUp(key: string, { held, pulling }: Entry): Promise<void> {
    this.entries.delete(key);
    held.drop();
    await pulling.stop();
    await this.parts.leave(held);
    this.parts.logger.log('info', 'queue given up', { group: this.parts.group, queue: queueText(held.queue) });
  }
}
