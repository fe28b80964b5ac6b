import { formatHost, parseOffsetMessageId, ResumeCheckHalfMessage } from '../../protocol/index.js';
import { InvalidInput } from '../errors.js';
import type { AdminCall, AdminCallLimits } from './admin-call.js';

/** Transactions that the brokers hold. */
export class TransactionAdmin {
  constructor(private readonly call: AdminCall) {}

  /**
   * Lets a broker ask again about a transaction that it has given up. As Java: DefaultMQAdminExt.resumeCheckHalfMessage.
   * @param topic the one that the message was sent to
   * @param offsetMessageId of the message in TRANS_CHECK_MAX_TIME_TOPIC
   * @param limits address of the broker; without it that of the id, which is of no use where brokers are reached under other addresses than their own
   * @throws InvalidInput when the id is none
   * @throws CallRefused when it is none of a given-up transaction
   * @throws OperationFailed
   */
  async resumeCheck(
    topic: string,
    offsetMessageId: string,
    { address, ...limits }: AdminCallLimits & { readonly address?: string } = {},
  ): Promise<void> {
    const id = parseOffsetMessageId(offsetMessageId);
    if (id === undefined) throw new InvalidInput('offsetMessageId', `${JSON.stringify(offsetMessageId)} is no id of a stored message`);
    await this.call.broker(address ?? formatHost(id.host), ResumeCheckHalfMessage, { topic, msgId: offsetMessageId }, limits);
  }
}
