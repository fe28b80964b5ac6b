/** Why an append did not happen. As Java: PutMessageStatus. */
export type AppendRefusal =
  | { readonly kind: 'message-illegal'; readonly reason: string }
  /** The timer is off, or too many messages are due at that time. As Java: WHEEL_TIMER_NOT_ENABLE, WHEEL_TIMER_FLOW_CONTROL. */
  | { readonly kind: 'timer-refused'; readonly reason: string }
  /** Disk full, store failed or closed: nothing is accepted now. */
  | { readonly kind: 'not-writable'; readonly reason: string };

/** Where a message was put. For a batch: of its first message. */
export interface Placement {
  readonly physicalOffset: number;
  readonly queueOffset: number;
  readonly storeTimestamp: number;
  /** Physical offsets of all messages of a batch, in order; undefined for a single message. */
  readonly physicalOffsets: readonly number[] | undefined;
}

export type AppendAcceptance = { readonly kind: 'ok' | 'flush-disk-timeout' | 'flush-slave-timeout' | 'slave-not-available' } & Placement;

export type AppendOutcome = AppendAcceptance | AppendRefusal;

/** As Java: GetMessageStatus. */
export type GetStatus =
  | 'found'
  | 'no-matched-message'
  | 'message-was-removing'
  | 'no-matched-logic-queue'
  | 'no-message-in-queue'
  | 'offset-found-null'
  | 'offset-overflow-one'
  | 'offset-overflow-badly'
  | 'offset-too-small';

export interface GetOutcome {
  readonly status: GetStatus;
  readonly nextBeginOffset: number;
  readonly minOffset: number;
  readonly maxOffset: number;
  /** Whole records in queue order; neighbours in the log share one buffer. */
  readonly records: readonly Buffer[];
  readonly messageCount: number;
  readonly sizeTotal: number;
  /** Lets the store use the memory of `records` again. Whoever does not call it leaves the memory to the garbage collector. */
  readonly release?: () => void;
}
