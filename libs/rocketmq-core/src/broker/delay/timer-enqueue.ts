import { javaHashCode, PropertyName, TIMER_TOPIC, type MessageExt } from '../../protocol/index.js';
import type { Logger } from '../../runtime/index.js';
import type { MessageStore, TimerFiles, TimerStart } from '../../store/index.js';
import type { QueueReader } from '../writing/queue-reader.js';
import type { Delivery } from './delivery.js';
import type { TopicCountTable } from '../saving/topic-count-table.js';
import { deliveredDraft, NEVER_ENQUEUED } from './timer-drafts.js';

export interface TimerEnqueueOptions {
  readonly files: TimerFiles;
  readonly store: Pick<MessageStore, 'minQueueOffset' | 'maxQueueOffset'>;
  readonly reader: Pick<QueueReader, 'read'>;
  readonly delivery: Delivery;
  readonly counts: TopicCountTable;
  readonly now: () => number;
  /** Resolves when the event loop has served others. */
  readonly nextTurn: () => Promise<void>;
  readonly logger: Logger;
}

/** Milliseconds. */
export interface Ticks {
  /** The present one. */
  readonly writeTimeMs: number;
  /** The first whose delivery has not begun. */
  readonly openFromMs: number;
}

const BATCH_MESSAGES = 256;

/** When a message in the timer's topic is due, ms; NaN when it does not say. */
export const outMsOfMessage = (message: MessageExt): number => Number(message.properties.get(PropertyName.TIMER_OUT_MS) ?? NaN);
const isRecall = (message: MessageExt): boolean => message.properties.has(PropertyName.TIMER_DEL_UNIQKEY);

/** Brings messages from the timer's topic into the wheel. As Java: TimerMessageStore.enqueue and its services. */
export class TimerEnqueue {
  /** Messages below it wait in the wheel or are delivered. */
  queueOffset = 0;
  /** Messages that came since the start. */
  total = 0;
  private start: TimerStart | undefined;

  constructor(private readonly options: TimerEnqueueOptions) {}

  startAt(start: TimerStart | undefined): void {
    const { store, logger } = this.options;
    this.start = start;
    const wanted = start?.queueOffset ?? store.minQueueOffset(TIMER_TOPIC, 0);
    this.queueOffset = Math.min(Math.max(wanted, store.minQueueOffset(TIMER_TOPIC, 0)), store.maxQueueOffset(TIMER_TOPIC, 0));
    if (this.queueOffset === wanted) return;
    logger.log('warn', `timer: offset ${wanted} is outside its queue, going on at ${this.queueOffset}`);
  }

  /** Messages that are stored but not yet in the wheel. */
  get behind(): number {
    return Math.max(0, this.options.store.maxQueueOffset(TIMER_TOPIC, 0) - this.queueOffset);
  }

  /**
   * Takes what has come. What became due while the broker was away waits, too, until its tick is delivered: a recall behind it counts.
   * @returns false when the store refused an overdue one: the same messages are looked at again
   */
  async run({ writeTimeMs, openFromMs }: Ticks, isStopped: () => boolean): Promise<boolean> {
    const { reader, files } = this.options;
    const oldestMs = Math.max(openFromMs, writeTimeMs - files.halfTurnMs);
    while (this.behind > 0 && !isStopped()) {
      const read = await reader.read({ topic: TIMER_TOPIC, queueId: 0, queueOffset: this.queueOffset, maxMessages: BATCH_MESSAGES });
      const fresh = read.messages.filter((message) => this.isNew(message));
      const overdue = fresh.filter((message) => outMsOfMessage(message) < oldestMs && !isRecall(message));
      // Before the units: an offset passes a message only when it is delivered or waits.
      if (!(await this.deliverOverdue(overdue))) return false;
      for (const message of fresh) if (outMsOfMessage(message) >= oldestMs) this.add(message, writeTimeMs);
      this.queueOffset = Math.max(read.nextOffset, this.queueOffset + (read.messages.length === 0 ? 1 : 0));
      files.commit();
      this.total += fresh.length;
      await this.options.nextTurn();
    }
    return true;
  }

  private isNew(message: MessageExt): boolean {
    const outMs = outMsOfMessage(message);
    if (!Number.isSafeInteger(outMs) || outMs < 0) {
      const { queueOffset, physicalOffset } = message;
      this.options.logger.log('error', 'a message in the timer does not say when it is due', { queueOffset, physicalOffset });
      return false;
    }
    const { start } = this;
    if (start === undefined) return true;
    return !start.isWaiting(message.physicalOffset) && (message.queueOffset >= start.deliveredBelow || outMs >= start.readTimeMs);
  }

  private async deliverOverdue(messages: readonly MessageExt[]): Promise<boolean> {
    const { delivery, now } = this.options;
    if (messages.length === 0) return true;
    const wait = { enqueuedMs: NEVER_ENQUEUED, nowMs: now() };
    return (await delivery.deliver(messages, (message) => deliveredDraft(message, wait))) === undefined;
  }

  private add(message: MessageExt, writeTimeMs: number): void {
    const topic = message.properties.get(PropertyName.REAL_TOPIC) ?? '';
    const { physicalOffset, storeSize: size } = message;
    const isDelete = isRecall(message);
    const topicHash = javaHashCode(topic);
    this.options.files.add({ outMs: outMsOfMessage(message), writeTimeMs, isDelete, physicalOffset, size, topicHash });
    this.options.counts.add(topic, isDelete ? -1 : 1);
  }
}
