import type { MessageExt } from '../../protocol/index.js';
import type { Logger } from '../../runtime/index.js';
import type { AppendOutcome, MessageDraft } from '../../store/index.js';
import { isAccepted } from '../sending/append-reply.js';
import type { StatsTable } from '../stats/stats-table.js';
import type { MessageWriter } from '../writing/message-writer.js';

export interface DeliveryOptions {
  readonly writer: Pick<MessageWriter, 'append'>;
  readonly stats: Pick<StatsTable, 'countPut'>;
  readonly logger: Logger;
}

/**
 * Writes waiting messages of one queue to where they belong, in one turn, and remembers those that are there: when the store refuses some, only
 * these are written again. As Java: ScheduleMessageService.PutResultProcess, which sends them again too.
 */
export class Delivery {
  /** Queue offsets behind the first refused message that are delivered. */
  private ahead = new Set<number>();

  constructor(private readonly options: DeliveryOptions) {}

  /**
   * @param draftFor what to write, or why this message can never be delivered
   * @returns the queue offset of the first message that is to be delivered again; undefined when all are done
   */
  async deliver(messages: readonly MessageExt[], draftFor: (message: MessageExt) => MessageDraft | string): Promise<number | undefined> {
    const results = await Promise.all(messages.map((message) => this.deliverOne(message, draftFor)));
    const firstRefused = messages.find((_, i) => results[i] === 'again');
    if (firstRefused === undefined) this.ahead.clear();
    else this.ahead = new Set(messages.flatMap(({ queueOffset }, i) => (results[i] === 'done' ? [queueOffset] : [])));
    return firstRefused?.queueOffset;
  }

  private async deliverOne(message: MessageExt, draftFor: (message: MessageExt) => MessageDraft | string): Promise<'done' | 'again'> {
    if (this.ahead.has(message.queueOffset)) return 'done';
    const draft = draftFor(message);
    if (typeof draft === 'string') return this.giveUp(message, draft);
    const outcome: AppendOutcome = await this.options.writer.append(draft);
    if (isAccepted(outcome)) {
      this.options.stats.countPut(draft.topic, 1, message.body.length);
      return 'done';
    }
    if (outcome.kind !== 'message-illegal') return 'again';
    return this.giveUp(message, outcome.reason);
  }

  // It stays readable by its offset in the log. Trying for ever would hold up every message behind it.
  private giveUp(message: MessageExt, reason: string): 'done' {
    const { topic, queueId, queueOffset, physicalOffset } = message;
    this.options.logger.log('error', 'a delayed message cannot be delivered', { topic, queueId, queueOffset, physicalOffset, reason });
    return 'done';
  }
}
