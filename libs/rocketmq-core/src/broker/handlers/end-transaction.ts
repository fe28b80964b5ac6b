import { RequestRejected } from '../../base/index.js';
import {
  need,
  ResponseCode,
  TRANS_HALF_TOPIC,
  transactionType,
  type EndTransaction,
  type MessageExt,
  type Received,
} from '../../protocol/index.js';
import type { Handler, Reply, Request } from '../../remoting/index.js';
import type { Clock, Logger } from '../../runtime/index.js';
import { isAccepted, refusal } from '../sending/append-reply.js';
import type { StatsTable } from '../stats/stats-table.js';
import { committedOf, endableForMs, targetOf, type HalfTarget } from '../transactions/half-message.js';
import type { HalfTable, Verdict } from '../transactions/half-table.js';
import type { OpBatchLoop } from '../transactions/op-batch-loop.js';
import type { TransactionCountTable } from '../transactions/transaction-count-table.js';
import type { MessageWriter } from '../writing/message-writer.js';

export interface EndTransactionOptions {
  /** The half at a physical offset. */
  readonly halfAt: (physicalOffset: number) => MessageExt | undefined;
  readonly writer: Pick<MessageWriter, 'write'>;
  readonly halves: HalfTable;
  readonly ops: Pick<OpBatchLoop, 'add'>;
  readonly counts: TransactionCountTable;
  readonly stats: StatsTable;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly settings: { readonly brokerId: number; readonly transactionTimeOut: number };
}

type Header = Received<(typeof EndTransaction)['request']>;
type EndReply = Reply<typeof EndTransaction>;

const MASTER_ID = 0;
const NO_EXT: ReadonlyMap<string, string> = new Map();
const done: EndReply = { code: ResponseCode.SUCCESS };

/** A half and whose it is. */
interface Found {
  readonly half: MessageExt;
  readonly target: HalfTarget;
}

function refuse(remark: string, code: number = ResponseCode.SYSTEM_ERROR): never {
  throw new RequestRejected(code, remark);
}

function verdictOf(commitOrRollback: number): Verdict | undefined {
  const type = transactionType(commitOrRollback);
  return type === 'commit' || type === 'rollback' ? type : undefined;
}

/** What a producer may end, checked in Java's order: EndTransactionProcessor.checkPrepareMessage. */
function checkClaim({ half, target }: Found, header: Header): void {
  if (target.group !== header.producerGroup) refuse('The producer group wrong');
  if (half.queueOffset !== header.tranStateTableOffset) refuse('The transaction state table offset wrong');
  if (half.physicalOffset !== header.commitLogOffset) refuse('The commit log offset wrong');
}

/**
 * END_TRANSACTION. As Java: EndTransactionProcessor, but the first verdict on a half stands: a second one, which a check may bring about, neither
 * delivers the message again nor delivers what was rolled back.
 */
export function endTransaction(options: EndTransactionOptions): Handler<typeof EndTransaction> {
  const ends = new TransactionEnds(options);
  return (request) => ends.end(request);
}

class TransactionEnds {
  constructor(private readonly options: EndTransactionOptions) {}

  end({ header, peer, frame }: Request<typeof EndTransaction>): EndReply | Promise<EndReply> {
    const { settings, logger, halves } = this.options;
    if (settings.brokerId !== MASTER_ID) refuse('a slave ends no transactions', ResponseCode.SLAVE_NOT_AVAILABLE);
    const verdict = verdictOf(need(header, 'commitOrRollback'));
    if (verdict === undefined) {
      // As Java: nothing follows. The producer will be asked.
      logger.log('debug', 'a transaction stays open', { peer: peer.address, group: header.producerGroup, remark: frame.remark });
      return done;
    }
    const found = this.find(header);
    const queueOffset = halves.newestOf(found.half.queueOffset);
    if (this.isOver(queueOffset, verdict) || !halves.begin(queueOffset)) return done;
    if (verdict === 'commit') return this.commit(found, queueOffset);
    this.close(found, queueOffset, verdict);
    return done;
  }

  private find(header: Header): Found {
    const { halfAt, clock, settings } = this.options;
    const half = halfAt(need(header, 'commitLogOffset'));
    if (half === undefined || half.topic !== TRANS_HALF_TOPIC) refuse('Find prepared transaction message failed');
    const endableMs = header.fromTransactionCheck === true ? undefined : endableForMs(half, settings.transactionTimeOut);
    if (endableMs !== undefined && clock.now() - half.bornTimestamp > endableMs) {
      refuse('the time to end the transaction unasked is over', ResponseCode.ILLEGAL_OPERATION);
    }
    const target = targetOf(half);
    if (target === undefined) refuse('The producer group wrong');
    const found = { half, target };
    checkClaim(found, header);
    return found;
  }

  /** @throws RequestRejected for a half that the check has left behind: it ended before, was given up, or lives on as a copy that is asked for */
  private isOver(queueOffset: number, verdict: Verdict): boolean {
    const { halves, logger } = this.options;
    const end = halves.endOf(queueOffset);
    if (end === 'moved' || (end === undefined && queueOffset < halves.passed)) refuse('the transaction is no longer open');
    if (end === undefined) return false;
    if (end !== verdict)
      logger.log('error', 'a transaction was ended in two ways; the first one stands', { queueOffset, first: end, verdict });
    return true;
  }

  private async commit(found: Found, queueOffset: number): Promise<EndReply> {
    const { writer, halves, stats } = this.options;
    const outcome = await writer.write(committedOf(found.half, found.target)).catch((error: unknown) => {
      halves.abort(queueOffset);
      throw error;
    });
    if (!isAccepted(outcome)) {
      halves.abort(queueOffset);
      return { code: refusal(outcome, NO_EXT).code, remark: outcome.reason };
    }
    stats.countPut(found.target.topic, 1, found.half.body.length);
    this.close(found, queueOffset, 'commit');
    return done;
  }

  // After the message itself: its place in the log is before that of the op message, so no crash keeps the second without the first.
  private close({ target }: Found, queueOffset: number, verdict: Verdict): void {
    const { halves, ops, counts } = this.options;
    halves.end(queueOffset, verdict);
    ops.add(queueOffset);
    counts.end(target.topic, verdict);
  }
}
