import type { HostAddress } from '../protocol/index.js';

/** A message on its way into the log; everything but its place and store time is decided. As Java: MessageExtBrokerInner. */
export interface MessageDraft {
  readonly topic: string;
  readonly queueId: number;
  readonly flag: number;
  readonly sysFlag: number;
  readonly bornTimestamp: number;
  readonly bornHost: HostAddress;
  readonly storeHost: HostAddress;
  readonly reconsumeTimes: number;
  readonly preparedTransactionOffset: number;
  readonly body: Buffer;
  /** The property text as stored (name 0x01 value 0x02 …). */
  readonly properties: string;
  /** Property WAIT: false answers before flush and replication. */
  readonly waitForStore: boolean;
}

/** The messages of one batch send: one topic and queue, appended together or not at all. */
export interface BatchDraft extends Omit<MessageDraft, 'body' | 'properties' | 'flag'> {
  readonly messages: readonly { readonly body: Buffer; readonly properties: string; readonly flag: number }[];
}
