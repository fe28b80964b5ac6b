import type { RecordContent } from '../protocol/index.js';

/** A message on its way into the log; everything but its place and store time is decided. As Java: MessageExtBrokerInner. */
export interface MessageDraft extends RecordContent {
  /** Property WAIT: false answers before flush and replication. */
  readonly waitForStore: boolean;
  /** Made from a stored message: its body was small enough once, and a limit that was lowered since must not keep it from moving on. */
  readonly isCopy?: boolean;
}

/** What a message of a batch has of its own. */
export type BatchItem = Pick<RecordContent, 'body' | 'properties' | 'flag'>;

/** The messages of one batch send: one topic and queue, appended together or not at all. */
export interface BatchDraft extends Omit<MessageDraft, keyof BatchItem | 'isCopy'> {
  readonly messages: readonly BatchItem[];
}
