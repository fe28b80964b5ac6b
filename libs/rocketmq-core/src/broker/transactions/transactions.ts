import { isProtocolViolation, RequestRejected } from '../../base/index.js';
import {
  decodeRecord,
  ResponseCode,
  TRANS_CHECK_MAX_TIME_TOPIC,
  TRANS_HALF_TOPIC,
  TRANS_OP_HALF_TOPIC,
  type MessageExt,
} from '../../protocol/index.js';
import type { Clock, FileSystem, Logger, Loop } from '../../runtime/index.js';
import type { AppendOutcome, MessageDraft, MessageStore } from '../../store/index.js';
import type { ProducerTable } from '../clients/producer-table.js';
import type { BrokerConfig } from '../config/broker-config.js';
import type { BrokerIdentity } from '../config/listen-address.js';
import type { OffsetTable } from '../offsets/offset-table.js';
import { isAccepted } from '../sending/append-reply.js';
import type { TopicTable } from '../topics/topic-table.js';
import type { MessageWriter } from '../writing/message-writer.js';
import type { QueueReader } from '../writing/queue-reader.js';
import { CountLoop } from '../saving/count-loop.js';
import { transactionCounts } from '../saving/topic-count-file.js';
import { CheckBack } from './check-back.js';
import { checkLoop } from './check-loop.js';
import { HalfCheck, TRANSACTION_GROUP } from './half-check.js';
import { HALF_QUEUE, halfOf, halfProblem, targetOf } from './half-message.js';
import { HalfTable } from './half-table.js';
import { OpBatchLoop } from './op-batch-loop.js';
import { TransactionCountTable } from './transaction-count-table.js';

export interface TransactionsOptions {
  readonly config: BrokerConfig;
  /** Folder of the store. */
  readonly root: string;
  readonly store: Pick<MessageStore, 'figures' | 'recordAt' | 'maxQueueOffset'>;
  readonly writer: MessageWriter;
  readonly reader: QueueReader;
  readonly offsets: OffsetTable;
  readonly topics: TopicTable;
  readonly producers: ProducerTable;
  readonly identity: () => BrokerIdentity;
  readonly files: FileSystem;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How many halves may lie behind one that has to stay where it is; default 100000. */
  readonly stayDistanceMax?: number;
}

const STAY_DISTANCE_MAX = 100_000;

/** The transactions of a broker. Composition only. */
export class Transactions {
  readonly halves = new HalfTable();
  readonly counts: TransactionCountTable;
  readonly ops: OpBatchLoop;
  private readonly check: HalfCheck;
  private readonly checking: Loop;
  private readonly counting: CountLoop;

  constructor(private readonly options: TransactionsOptions) {
    const { config, root, store, writer, reader, offsets, producers, identity, files, clock, logger } = options;
    this.counts = new TransactionCountTable(() => clock.now());
    this.ops = new OpBatchLoop({
      ...{ writer, clock, logger },
      storeHost: () => identity().storeHost,
      periodMs: config.transactionOpBatchInterval,
      sizeMax: config.transactionOpMsgMaxSize,
    });
    const log = { written: () => store.figures().maxPhysicalOffset, flushed: () => store.figures().flushedPhysicalOffset };
    this.check = new HalfCheck({
      ...{ reader, writer, offsets, clock, logger, log, halves: this.halves, ops: this.ops, settings: config },
      stayDistanceMax: options.stayDistanceMax ?? STAY_DISTANCE_MAX,
      checkBack: new CheckBack({ producers, identity }),
      prepareDiscard: () => this.prepareDiscard(),
      onDiscard: (half) => this.counts.add(targetOf(half)?.topic ?? half.topic, -1),
    });
    this.checking = checkLoop({ check: this.check, clock, logger, periodMs: config.transactionCheckInterval });
    this.counting = new CountLoop({
      ...{ counts: this.counts, form: transactionCounts, files, root, clock, logger },
      periodMs: config.transactionMetricFlushInterval,
    });
  }

  start(): void {
    // Copies that were left behind before the restart: who ends one of them now is told so, and asked about the newest.
    this.halves.pass(this.startOf(TRANS_HALF_TOPIC));
    this.startOf(TRANS_OP_HALF_TOPIC);
    this.counting.start();
    this.ops.start();
    this.checking.start();
  }

  /** Writes what is known of ended transactions: who would have to be asked again otherwise. */
  async stop(): Promise<void> {
    this.check.stop();
    await this.checking.stop();
    await this.ops.stop().finally(() => this.counting.stop());
  }

  /**
   * Stores the first half of a transaction; its properties must name its producer group.
   * @throws RequestRejected while transactions are switched off
   */
  async prepare(draft: MessageDraft): Promise<AppendOutcome> {
    const { config, writer } = this.options;
    if (config.rejectTransactionMessage) {
      throw new RequestRejected(ResponseCode.NO_PERMISSION, `the broker[${config.brokerName}] sending transaction message is forbidden`);
    }
    const half = halfOf(draft);
    const reason = halfProblem(half);
    if (reason !== undefined) return { kind: 'message-illegal', reason };
    const outcome = await writer.append(half);
    if (isAccepted(outcome)) this.counts.add(draft.topic, 1);
    return outcome;
  }

  messageAt(physicalOffset: number): MessageExt | undefined {
    const record = physicalOffset < 0 ? undefined : this.options.store.recordAt(physicalOffset);
    try {
      return record && decodeRecord(record);
    } catch (error) {
      if (isProtocolViolation(error)) return undefined;
      throw error;
    }
  }

  /** Where the check goes on. An offset behind the end, which a power cut may leave, would have it skip what is stored next. */
  private startOf(topic: string): number {
    const { offsets, store, logger } = this.options;
    const queue = { group: TRANSACTION_GROUP, topic, queueId: HALF_QUEUE };
    const offset = offsets.query(queue);
    const maxOffset = store.maxQueueOffset(topic, HALF_QUEUE);
    if (offset <= maxOffset) return Math.max(0, offset);
    logger.log('warn', 'the queue ends before its offset', { topic, offset, maxOffset });
    offsets.commit(queue, maxOffset);
    return maxOffset;
  }

  // As Java: TopicConfigManager.createTopicOfTranCheckMaxTime.
  private prepareDiscard(): void {
    this.options.topics.ensure({ topic: TRANS_CHECK_MAX_TIME_TOPIC, queues: 1, topicSysFlag: 0 }, false);
  }
}
