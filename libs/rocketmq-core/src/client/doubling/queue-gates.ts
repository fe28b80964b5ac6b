import { messageOf } from '../../base/index.js';
import { isRetryTopic, type MessageQueue } from '../../protocol/index.js';
import { Loop, type Clock, type Logger } from '../../runtime/index.js';
import { queueKey, queueText } from '../message-queues.js';
import { type DoublingPlan, precondition } from './doubling-plan.js';

export interface QueueGatesParts {
  readonly group: string;
  /** The plan of a topic. @returns undefined when it has none */
  readonly plan: (topic: string) => Promise<DoublingPlan | undefined>;
  /** How far the group is, as the broker knows. */
  readonly consumed: (queue: MessageQueue) => Promise<number | undefined>;
  /** At least one queue may be consumed that might not before. */
  readonly opened: () => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

const POLL_MS = 1000;

/**
 * Holds new queues of a topic whose queues are being doubled until the group has consumed what the old ones held: messages of one key moved from
 * queue i to queue i + n. Every queue is closed from when it is taken until the plan was asked for.
 */
export class QueueGates {
  private readonly closed = new Map<string, MessageQueue>();
  private readonly loop: Loop;

  constructor(private readonly parts: QueueGatesParts) {
    const { clock, logger } = parts;
    this.loop = new Loop({ name: 'gates of queues', clock, logger, periodMs: POLL_MS, run: () => this.look() });
  }

  start(): void {
    this.loop.start();
  }

  stop(): Promise<void> {
    return this.loop.stop();
  }

  taken(queue: MessageQueue): void {
    if (isRetryTopic(queue.topic)) return;
    this.closed.set(queueKey(queue), queue);
    this.loop.kick();
  }

  isClosed(queue: MessageQueue): boolean {
    return this.closed.has(queueKey(queue));
  }

  private async look(): Promise<void> {
    if (this.closed.size === 0) return;
    let hasOpened = false;
    const plans = new Map<string, DoublingPlan | undefined>();
    for (const [key, queue] of [...this.closed]) {
      try {
        if (!plans.has(queue.topic)) plans.set(queue.topic, await this.parts.plan(queue.topic));
        if (!(await this.mayOpen(queue, plans.get(queue.topic)))) continue;
        this.closed.delete(key);
        hasOpened = true;
      } catch (error) {
        const { logger, group } = this.parts;
        logger.log('warn', 'a queue is not consumed: it is not known whether it may be', {
          group,
          queue: queueText(queue),
          error: messageOf(error),
        });
      }
    }
    if (hasOpened) this.parts.opened();
  }

  private async mayOpen(queue: MessageQueue, plan: DoublingPlan | undefined): Promise<boolean> {
    const needed = plan && precondition(plan, queue);
    if (needed === undefined) return true;
    if (needed === 'closed') return false;
    return needed.offset === 0 || ((await this.parts.consumed(needed.queue)) ?? 0) >= needed.offset;
  }
}
