import { PropertyName, SCHEDULE_TOPIC, TRANS_HALF_TOPIC, type MessageExt } from '../../protocol/index.js';
import type { Clock, Logger } from '../../runtime/index.js';
import type { MessageDraft, MessageStore } from '../../store/index.js';
import type { StatsTable } from '../stats/stats-table.js';
import { draftOf } from '../writing/draft-of.js';
import type { MessageWriter } from '../writing/message-writer.js';
import type { QueueReader } from '../writing/queue-reader.js';
import { Delivery } from './delivery.js';
import { queueOfLevel } from './level-redirect.js';
import type { LevelTable } from './level-table.js';

export interface LevelDeliveryParts {
  readonly levels: LevelTable;
  readonly store: Pick<MessageStore, 'minQueueOffset' | 'maxQueueOffset'>;
  readonly reader: Pick<QueueReader, 'read'>;
  readonly writer: Pick<MessageWriter, 'append'>;
  readonly stats: Pick<StatsTable, 'countPut'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface LevelDeliveryOptions extends LevelDeliveryParts {
  readonly level: number;
  readonly delayMs: number;
}

/** Read together, and written in one turn. */
const BATCH_MESSAGES = 256;

/** One level: where it stands and when its next message is due. */
export class LevelDelivery {
  private readonly delivery: Delivery;
  /** The offset and due time of the first message that is not due; unknown after a start. */
  private next: { readonly queueOffset: number; readonly dueMs: number } | undefined;
  /** How far the wall clock was put back, as the messages of this level show. */
  private skewMs = 0;
  private stopped = false;

  constructor(private readonly options: LevelDeliveryOptions) {
    this.delivery = new Delivery(options);
  }

  stop(): void {
    this.stopped = true;
  }

  /** Delivers what is due, one batch at most. @returns whether more may be due */
  async deliverSome(): Promise<boolean> {
    const { levels, level, reader } = this.options;
    const queueOffset = this.nextOffset();
    if (queueOffset === undefined) return false;
    const read = await reader.read({ topic: SCHEDULE_TOPIC, queueId: queueOfLevel(level), queueOffset, maxMessages: BATCH_MESSAGES });
    const notDue = read.messages.find((message) => !this.isDue(message));
    const due = notDue === undefined ? read.messages : read.messages.slice(0, read.messages.indexOf(notDue));
    const end = notDue?.queueOffset ?? read.nextOffset;
    const stuckAt = await this.delivery.deliver(due, (message) => this.draftFor(message));
    levels.moveTo(level, stuckAt ?? end);
    return stuckAt === undefined && notDue === undefined && end > queueOffset;
  }

  /** @returns undefined when nothing can be due */
  private nextOffset(): number | undefined {
    const { levels, level, store, clock } = this.options;
    const queueId = queueOfLevel(level);
    const queueOffset = levels.offsetOf(level) ?? store.minQueueOffset(SCHEDULE_TOPIC, queueId);
    if (this.stopped || queueOffset >= store.maxQueueOffset(SCHEDULE_TOPIC, queueId)) return undefined;
    return this.next?.queueOffset === queueOffset && this.next.dueMs > clock.now() ? undefined : queueOffset;
  }

  private isDue(message: MessageExt): boolean {
    const dueMs = this.dueMsOf(message);
    if (dueMs <= this.options.clock.now()) return true;
    this.next = { queueOffset: message.queueOffset, dueMs };
    return false;
  }

  /**
   * A message that is due later than one stored now was stored before the wall clock was put back. Java delivers it at once, which is early; here
   * it waits for its delay once more at most, and those behind it with it.
   */
  private dueMsOf(message: MessageExt): number {
    const { delayMs, clock } = this.options;
    const dueMs = message.storeTimestamp + delayMs;
    const latestMs = clock.now() + delayMs;
    if (dueMs <= latestMs) return dueMs;
    this.skewMs = Math.max(this.skewMs, dueMs - latestMs);
    return dueMs - this.skewMs;
  }

  // As Java: ScheduleMessageService.messageTimeUp. The stored text keeps DELAY, REAL_TOPIC and REAL_QID.
  private draftFor(message: MessageExt): MessageDraft | string {
    const topic = message.properties.get(PropertyName.REAL_TOPIC);
    const queueId = Number(message.properties.get(PropertyName.REAL_QID));
    if (topic === undefined || !Number.isInteger(queueId)) return 'it does not say where it belongs';
    if (topic === TRANS_HALF_TOPIC) return 'a half of a transaction has no delay';
    return draftOf(message, { topic, queueId, preparedTransactionOffset: 0 });
  }
}
