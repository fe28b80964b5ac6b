import { ResponseCode, type SendMessage } from '../../protocol/index.js';
import type { Reply } from '../../remoting/index.js';
import type { AppendOutcome, AppendRefusal, Placement } from '../../store/index.js';

export type Accepted = Exclude<AppendOutcome, AppendRefusal>;

export const isAccepted = (outcome: AppendOutcome): outcome is Accepted =>
  outcome.kind !== 'message-illegal' && outcome.kind !== 'timer-refused' && outcome.kind !== 'not-writable';

const codes = {
  ok: ResponseCode.SUCCESS,
  'flush-disk-timeout': ResponseCode.FLUSH_DISK_TIMEOUT,
  'flush-slave-timeout': ResponseCode.FLUSH_SLAVE_TIMEOUT,
  'slave-not-available': ResponseCode.SLAVE_NOT_AVAILABLE,
  'message-illegal': ResponseCode.MESSAGE_ILLEGAL,
  'timer-refused': ResponseCode.SYSTEM_ERROR,
  'not-writable': ResponseCode.SERVICE_NOT_AVAILABLE,
} as const satisfies Record<AppendOutcome['kind'], number>;

export interface AppendReplyOptions {
  /** Every answer to a send carries them: Java's client reads them without asking whether they are there. */
  readonly ext: ReadonlyMap<string, string>;
  readonly messageId: (physicalOffset: number) => string;
}

/** As Java: SendMessageProcessor.handlePutMessageResult. */
export function refusal(outcome: AppendRefusal, ext: ReadonlyMap<string, string>): Reply<typeof SendMessage> {
  return { code: codes[outcome.kind], remark: outcome.reason, ext };
}

/** The ids of all messages of a batch are joined by commas; its queue offset is that of the first. */
export function acceptance(
  outcome: Accepted,
  message: { readonly queueId: number; readonly uniqueKey: string | undefined; readonly recallHandle?: string | undefined },
  { ext, messageId }: AppendReplyOptions,
): Reply<typeof SendMessage> {
  const header = {
    msgId: idsOf(outcome, messageId),
    queueId: message.queueId,
    queueOffset: outcome.queueOffset,
    transactionId: message.uniqueKey,
    recallHandle: message.recallHandle,
  };
  return { code: codes[outcome.kind], header, ext };
}

function idsOf({ physicalOffset, physicalOffsets }: Placement, messageId: (physicalOffset: number) => string): string {
  return physicalOffsets?.map(messageId).join(',') ?? messageId(physicalOffset);
}
