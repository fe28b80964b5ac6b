/** A message that waits in the database for its relay, its payload encoded. */
export interface OutboxMessage {
  /** UUID, made when the message was added. Travels as property `NEST_OUTBOX_ID`, by which consumers tell a message that was sent twice. */
  readonly id: string;
  readonly topic: string;
  readonly body: Buffer;
  /** Messages with the same key are sent in the order in which they were added, to one queue. */
  readonly orderingKey: string | undefined;
  readonly attributes: OutboxAttributes;
}

/** What else the message carries. As JSON in the store. */
export interface OutboxAttributes {
  readonly tags?: string;
  readonly keys?: readonly string[];
  readonly properties?: Readonly<Record<string, string>>;
  readonly flag?: number;
  readonly delayTimeLevel?: number;
  /** Milliseconds since the epoch; also what `delayMs` became when the message was added. */
  readonly deliverAt?: number;
}

/** What failed, and what becomes of the message. */
export interface OutboxFailure {
  readonly id: string;
  readonly error: string;
  /** When to try again, milliseconds from now; undefined: never, the message stays for somebody to look at. */
  readonly retryInMs: number | undefined;
}

/** Where messages wait. `Tx` is the caller's transaction. */
export interface OutboxStore<Tx> {
  /** Adds the messages to the transaction: they are sent if it commits, and never if it does not. */
  append(transaction: Tx, messages: readonly OutboxMessage[]): Promise<void>;
  /**
   * Makes the caller the only relay; undefined while another one is.
   * @param onWake called when messages were added, by any process
   */
  lease(onWake: () => void): Promise<OutboxLease | undefined>;
}

/** The right to send, until it is released or lost with the connection. */
export interface OutboxLease {
  /** Whether it was lost: another relay may be at work. */
  readonly lost: boolean;
  /** The oldest messages that are due, at most `limit`. None behind a message of the same key that waits for another attempt. */
  due(limit: number): Promise<readonly OutboxMessage[]>;
  /** They are with the broker: forget them. */
  sent(ids: readonly string[]): Promise<void>;
  failed(failure: OutboxFailure): Promise<void>;
  release(): Promise<void>;
}
