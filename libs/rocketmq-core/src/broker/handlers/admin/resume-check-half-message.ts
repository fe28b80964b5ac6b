import {
  parseOffsetMessageId,
  ResponseCode,
  TRANS_CHECK_MAX_TIME_TOPIC,
  type MessageExt,
  type ResumeCheckHalfMessage,
} from '../../../protocol/index.js';
import type { Handler } from '../../../remoting/index.js';
import { isAccepted } from '../../sending/append-reply.js';
import { resumedOf, targetOf } from '../../transactions/half-message.js';
import type { TransactionCountTable } from '../../transactions/transaction-count-table.js';
import type { MessageWriter } from '../../writing/message-writer.js';

export interface ResumeCheckHalfMessageOptions {
  readonly messageAt: (physicalOffset: number) => MessageExt | undefined;
  readonly writer: Pick<MessageWriter, 'append'>;
  readonly counts: TransactionCountTable;
}

/**
 * Puts a transaction that was given up back among those that are asked for. As Java: AdminBrokerProcessor.resumeCheckHalfMessage, but of nothing
 * else than a given-up half: Java makes a half of any message whose id it is told.
 */
export function resumeCheckHalfMessage({
  messageAt,
  writer,
  counts,
}: ResumeCheckHalfMessageOptions): Handler<typeof ResumeCheckHalfMessage> {
  return async ({ header }) => {
    const id = parseOffsetMessageId(header.msgId ?? '');
    const half = id === undefined ? undefined : messageAt(id.physicalOffset);
    const target = half === undefined || half.topic !== TRANS_CHECK_MAX_TIME_TOPIC ? undefined : targetOf(half);
    if (half === undefined || target === undefined) {
      return { code: ResponseCode.SYSTEM_ERROR, remark: `no transaction that was given up has the id ${header.msgId}` };
    }
    const outcome = await writer.append(resumedOf(half));
    if (!isAccepted(outcome)) return { code: ResponseCode.SYSTEM_ERROR, remark: `not put back to the half queue: ${outcome.reason}` };
    counts.add(target.topic, 1);
    return { code: ResponseCode.SUCCESS };
  };
}
