import { transactionType } from '../../protocol/index.js';
import type { AppendOutcome, AppendRefusal, BatchDraft, MessageDraft, MessageStore } from '../../store/index.js';

/**
 * Sends a message elsewhere than its sender asked for, or refuses it.
 * @returns the draft that takes the place of the given one; undefined when the message is none of its business
 */
export type Redirect = (draft: MessageDraft) => MessageDraft | AppendRefusal | undefined;

export interface MessageWriterOptions {
  readonly store: Pick<MessageStore, 'append' | 'appendThen' | 'appendBatch'>;
  /** Asked in this order; the first that answers decides. */
  readonly redirects: readonly Redirect[];
}

export const isRefusal = (placed: MessageDraft | AppendRefusal): placed is AppendRefusal => 'kind' in placed;

/** The one way of the broker into its store. As Java: the put-message hooks of BrokerController.registerMessageStoreHook. */
export class MessageWriter {
  constructor(private readonly options: MessageWriterOptions) {}

  /** Stores the message where it belongs. Never rejects. */
  write(draft: MessageDraft): Promise<AppendOutcome> {
    const placed = this.place(draft);
    return isRefusal(placed) ? Promise.resolve(placed) : this.options.store.append(placed);
  }

  /** Where a message belongs: itself, or what a redirect makes of it. */
  place(draft: MessageDraft): MessageDraft | AppendRefusal {
    const type = transactionType(draft.sysFlag);
    // As Java: the first half of a transaction waits for its end, not for a time.
    if (type === 'prepared' || type === 'rollback') return draft;
    for (const redirect of this.options.redirects) {
      const placed = redirect(draft);
      if (placed !== undefined) return placed;
    }
    return draft;
  }

  /**
   * Stores the message where its draft says, whatever its properties ask for: a message whose time has come still carries the delay in its
   * stored text, and a sender that has seen all properties of an ordinary message need not have them searched again.
   */
  append(draft: MessageDraft): Promise<AppendOutcome> {
    return this.options.store.append(draft);
  }

  /** As `append`, without a promise. @param done must not throw */
  appendThen(draft: MessageDraft, done: (outcome: AppendOutcome) => void): void {
    this.options.store.appendThen(draft, done);
  }

  /** The messages of a batch ask for nothing: the send handler has refused those that do. */
  appendBatch(draft: BatchDraft): Promise<AppendOutcome> {
    return this.options.store.appendBatch(draft);
  }
}
