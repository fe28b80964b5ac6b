import { EndTransaction, ResumeCheckHalfMessage } from '../../protocol/index.js';
import { route } from '../../remoting/index.js';
import { resumeCheckHalfMessage } from '../handlers/admin/resume-check-half-message.js';
import { endTransaction } from '../handlers/end-transaction.js';
import type { RouteParts } from '../route-parts.js';

export function transactional({ config: settings, transactions, writer, stats, clock, logger }: RouteParts) {
  const { halves, ops, counts } = transactions;
  const messageAt = (physicalOffset: number) => transactions.messageAt(physicalOffset);
  const end = endTransaction({ halfAt: messageAt, writer, halves, ops, counts, stats, clock, logger, settings });
  return {
    EndTransaction: route(EndTransaction, end, 'endTransaction'),
    ResumeCheckHalfMessage: route(ResumeCheckHalfMessage, resumeCheckHalfMessage({ messageAt, writer, counts }), 'admin'),
  };
}
