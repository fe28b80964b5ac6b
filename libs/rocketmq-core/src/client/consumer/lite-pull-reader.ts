import { isOperationFailed, messageOf, OperationFailed } from '../../base/index.js';
import type { Clock, Logger } from '../../runtime/index.js';
import type { LitePullSettings } from '../config/lite-pull-options.js';
import { queueText } from '../message-queues.js';
import type { ReceivedMessage } from '../message-types.js';
import type { LitePullCommits } from './lite-pull-commits.js';
import { LitePullLine, type WaitLimits } from './lite-pull-line.js';
import type { LitePullQueue, WaitingMessage } from './lite-pull-queue.js';
import { messageIdOf, receivedMessage } from '../received-message.js';

export interface LitePullReaderParts {
  readonly settings: Pick<LitePullSettings, 'group'>;
  readonly commits: Pick<LitePullCommits, 'settle'>;
  /** Messages were handed out: there is room. */
  readonly progress: () => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Hands out what was pulled: in lots for `poll`, one by one for loops. */
export class LitePullReader {
  private readonly line: LitePullLine;
  private busy = false;
  private closed = false;

  constructor(private readonly parts: LitePullReaderParts) {
    this.line = new LitePullLine(parts.clock);
  }

  /** The queue has messages that may be handed out. */
  ready(held: LitePullQueue): void {
    this.line.add(held);
  }

  /** Ends what waits, for good. */
  close(): void {
    this.closed = true;
    this.line.close();
  }

  /** Up to `countMax` messages of one queue, none when time is up. @throws OperationFailed `aborted`, `refused` while another caller waits */
  async next(countMax: number, limits: WaitLimits): Promise<readonly ReceivedMessage[]> {
    if (this.busy) throw new OperationFailed('refused', 'another poll or loop of this consumer waits for messages');
    this.busy = true;
    try {
      this.parts.commits.settle();
      return await this.take(countMax, limits);
    } finally {
      this.busy = false;
    }
  }

  /** Ends when `signal` fires and when the reader is closed. */
  async *iterate(signal: AbortSignal | undefined): AsyncGenerator<ReceivedMessage, void, undefined> {
    for (;;) {
      const [message] = await this.next(1, { signal }).catch((error: unknown) => this.ended(error, signal));
      if (message === undefined) return;
      yield message;
    }
  }

  private ended(error: unknown, signal: AbortSignal | undefined): readonly ReceivedMessage[] {
    if (signal?.aborted === true && isOperationFailed(error) && error.reason === 'aborted') return [];
    throw error;
  }

  private async take(countMax: number, limits: WaitLimits): Promise<readonly ReceivedMessage[]> {
    const deadlineMs = limits.timeoutMs === undefined ? undefined : this.parts.clock.monotonic() + limits.timeoutMs;
    for (;;) {
      const timeoutMs = deadlineMs === undefined ? undefined : Math.max(0, deadlineMs - this.parts.clock.monotonic());
      const held = await this.line.next({ ...limits, timeoutMs });
      const messages = held === undefined ? [] : this.readable(held, held.take(countMax));
      if (held !== undefined) this.parts.progress();
      if (messages.length > 0 || this.closed || timeoutMs === 0) return messages;
      // Queues that had messages may have been given up or sought away meanwhile, and messages may be unreadable.
    }
  }

  /** What cannot be read is passed over: it would stand in the way of the queue for ever. */
  private readable({ queue }: LitePullQueue, taken: readonly WaitingMessage[]): ReceivedMessage[] {
    const readable: ReceivedMessage[] = [];
    for (const { message, bounds } of taken) {
      try {
        readable.push(receivedMessage({ message, bounds, localFailures: 0 }, queue));
      } catch (error) {
        const about = { group: this.parts.settings.group, queue: queueText(queue), messageId: messageIdOf(message) };
        this.parts.logger.log('error', 'a message cannot be read and is passed over', { ...about, error: messageOf(error) });
      }
    }
    return readable;
  }
}
