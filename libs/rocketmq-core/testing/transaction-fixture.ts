import { endTransaction } from '../src/broker/handlers/end-transaction.js';
import { brokerConfigOf, type BrokerConfig } from '../src/broker/config/broker-config.js';
import type { BrokerIdentity } from '../src/broker/config/listen-address.js';
import { OffsetTable, type OffsetSnapshot } from '../src/broker/offsets/offset-table.js';
import { ProducerTable } from '../src/broker/clients/producer-table.js';
import { isAccepted } from '../src/broker/sending/append-reply.js';
import { StatsTable } from '../src/broker/stats/stats-table.js';
import { TopicTable } from '../src/broker/topics/topic-table.js';
import { Transactions } from '../src/broker/transactions/transactions.js';
import { MessageWriter } from '../src/broker/writing/message-writer.js';
import { QueueReader } from '../src/broker/writing/queue-reader.js';
import {
  decodeRecord,
  offsetMessageId,
  printProperties,
  SysFlag,
  type EndTransaction,
  type HeaderOf,
  type MessageExt,
} from '../src/protocol/index.js';
import type { Peer, Reply, Request } from '../src/remoting/index.js';
import { silentLogger, type Logger } from '../src/runtime/index.js';
import type { MessageDraft, MessageStore } from '../src/store/index.js';
import { FakeClock } from './fake-clock.js';
import { MemoryFileSystem } from './memory-file-system.js';
import { makeStore, messageDraft } from './store-fixtures.js';

export interface HalfPlace {
  readonly queueOffset: number;
  readonly physicalOffset: number;
}

/** A question that a producer has got. */
export interface Question extends HalfPlace {
  readonly message: MessageExt;
  readonly transactionId: string | undefined;
}

const STORE_HOST = { ip: Buffer.from([127, 0, 0, 1]), port: 10_911 };
const SEGMENT_SIZE = 1024 * 1024;

interface FixtureOptions {
  readonly clock: FakeClock;
  readonly files: MemoryFileSystem;
  readonly store: MessageStore;
  readonly config: BrokerConfig;
  readonly logger: Logger;
  readonly stayDistanceMax: number;
}

/** The transactions of a broker on a disk in memory and a clock that stands still: no sockets. */
export class TransactionFixture {
  readonly questions: Question[] = [];
  readonly offsets: OffsetTable;
  readonly topics: TopicTable;
  readonly producers = new ProducerTable();
  readonly transactions: Transactions;
  readonly writer: MessageWriter;
  readonly reader: QueueReader;
  private readonly handler: ReturnType<typeof endTransaction>;
  private peers = 0;

  readonly clock: FakeClock;
  readonly files: MemoryFileSystem;
  readonly store: MessageStore;

  private constructor({ clock, files, store, config, logger, stayDistanceMax }: FixtureOptions) {
    this.clock = clock;
    this.files = files;
    this.store = store;
    this.offsets = new OffsetTable(() => clock.now());
    this.topics = new TopicTable({ now: () => clock.now(), onChange: () => undefined });
    this.writer = new MessageWriter({ store, redirects: [] });
    this.reader = new QueueReader({ store, logger });
    const { writer, reader, offsets, topics, producers } = this;
    const messageId = (physicalOffset: number) => offsetMessageId(STORE_HOST, physicalOffset);
    const identity = () => ({ brokerName: 'b', storeHost: STORE_HOST, messageId }) as Partial<BrokerIdentity> as BrokerIdentity;
    this.transactions = new Transactions({
      ...{ config, root: '/store', store, writer, reader, offsets, topics, producers, identity, files, clock, logger, stayDistanceMax },
    });
    const { halves, ops, counts } = this.transactions;
    const halfAt = (physicalOffset: number) => this.transactions.messageAt(physicalOffset);
    const stats = new StatsTable('C', () => clock.monotonic());
    this.handler = endTransaction({ halfAt, writer, halves, ops, counts, stats, clock, logger, settings: config });
  }

  static async open(
    changes: Partial<BrokerConfig> = {},
    {
      files = new MemoryFileSystem(),
      logger = silentLogger,
      stayDistanceMax = 1000,
      saved,
    }: Partial<FixtureOptions> & { readonly saved?: OffsetSnapshot } = {},
  ): Promise<TransactionFixture> {
    const clock = new FakeClock();
    const config = brokerConfigOf({
      storePathRootDir: '/store',
      mappedFileSizeCommitLog: SEGMENT_SIZE,
      flushDiskType: 'SYNC_FLUSH',
      ...changes,
    });
    const store = makeStore(files, config, { clock });
    await store.open();
    const fixture = new TransactionFixture({ clock, files, store, config, logger, stayDistanceMax });
    if (saved !== undefined) fixture.offsets.restore(saved);
    fixture.transactions.start();
    return fixture;
  }

  async close(): Promise<void> {
    const stopped = this.transactions.stop();
    await this.clock.advance(1000);
    await stopped;
    await this.store.close();
  }

  /** Another process on the same store; offsets of groups are as they were saved. */
  async restarted(changes: Partial<BrokerConfig> = {}): Promise<TransactionFixture> {
    const saved = this.offsets.snapshot();
    await this.close();
    const next = await TransactionFixture.open(changes, { files: this.files, saved });
    await next.clock.advance(this.clock.now() - next.clock.now());
    return next;
  }

  /** Stores a half of the group `P` for queue 2 of `T`. */
  async half(name: string, more: { readonly properties?: Readonly<Record<string, string>>; readonly draft?: Partial<MessageDraft> } = {}) {
    const properties = printProperties(new Map(Object.entries({ TRAN_MSG: 'true', PGROUP: 'P', UNIQ_KEY: name, ...more.properties })));
    const draft = messageDraft({
      ...{ topic: 'T', queueId: 2, sysFlag: SysFlag.TRANSACTION_PREPARED, bornTimestamp: this.clock.now() },
      ...{ body: Buffer.from(name), properties, ...more.draft },
    });
    const outcome = await this.transactions.prepare(draft);
    if (!isAccepted(outcome)) throw new Error(outcome.reason);
    return outcome;
  }

  /** A producer that is connected and remembers what it is asked. */
  connect(group = 'P'): Peer {
    this.peers += 1;
    const oneway = (_: unknown, header: Readonly<Record<string, unknown>>, options: { body: Buffer }) => {
      const { tranStateTableOffset: queueOffset, commitLogOffset: physicalOffset, transactionId } = header;
      const message = decodeRecord(options.body);
      this.questions.push({ queueOffset, physicalOffset, transactionId, message } as Question);
      return true;
    };
    const peer = { id: this.peers, closed: false, oneway } as Partial<Peer> as Peer;
    this.producers.register(group, { peer, clientId: `c${this.peers}`, language: 'JAVA', version: 500, lastHeartbeatMs: 0 });
    return peer;
  }

  async end(
    { queueOffset, physicalOffset }: HalfPlace,
    how: 'commit' | 'rollback' | 'unknown',
    more: Partial<HeaderOf<(typeof EndTransaction)['request']>> = {},
  ): Promise<Reply<typeof EndTransaction>> {
    const header = {
      ...{ producerGroup: 'P', tranStateTableOffset: queueOffset, commitLogOffset: physicalOffset, msgId: 'm' },
      ...{ commitOrRollback: { commit: SysFlag.TRANSACTION_COMMIT, rollback: SysFlag.TRANSACTION_ROLLBACK, unknown: 0 }[how], ...more },
    };
    const request = { header, peer: { address: '10.0.0.1:1' }, frame: {} } as unknown as Request<typeof EndTransaction>;
    return this.handler(request);
  }

  answer(question: Question, how: 'commit' | 'rollback' | 'unknown') {
    return this.end(question, how, { fromTransactionCheck: true });
  }

  async messages(topic: string, queueId = 0): Promise<readonly MessageExt[]> {
    await this.clock.settle();
    return (await this.reader.read({ topic, queueId, queueOffset: 0, maxMessages: 100_000, maxBytes: 100_000_000 })).messages;
  }

  /** Bodies that consumers of `T` see. */
  async visible(): Promise<string[]> {
    return (await this.messages('T', 2)).map(({ body }) => body.toString());
  }
}
