import { Logger, type OnApplicationBootstrap, type OnModuleInit } from '@nestjs/common';
import type {
  LocalTransaction,
  OutgoingMessage,
  ReceivedMessage,
  TransactionListener,
  TransactionProducer,
  TransactionSendOptions,
  TransactionSendResult,
  TransactionState,
} from 'rocketmq-core/client';
import type { RocketMQConnection } from '../connection/rocketmq.connection.js';
import { PRODUCER_GROUP } from '../rocketmq.options.js';
import { TransactionListenerTable } from './transaction-listener.table.js';
import type { NamedTransactionListener, TransactionMessage } from './transaction-listener.js';

/** The work of one transaction in place of `executeLocalTransaction`. Resolves: commit, unless it returns another state. Throws: unknown. */
export type LocalWork<T = unknown> = (message: TransactionMessage<T>) => unknown;

/** What a transaction carries to its listener beside the message. */
interface Call {
  readonly payload: unknown;
  readonly arg: unknown;
  readonly work?: LocalWork | undefined;
}

/** Every broker registers it: they are known from the start on, and may ask about what an earlier process has left open. */
const EVERY_BROKER = 'TBW102';

/** Sends the transactional messages of one connection, and answers the checks of brokers from the start of the application on. */
export class TransactionSender implements OnModuleInit, OnApplicationBootstrap {
  private readonly logger = new Logger(TransactionSender.name);
  private listeners: TransactionListenerTable | undefined;
  private started: Promise<TransactionProducer> | undefined;

  constructor(
    private readonly connection: RocketMQConnection,
    private readonly find: () => readonly NamedTransactionListener[],
  ) {}

  onModuleInit(): void {
    this.table();
  }

  async onApplicationBootstrap(): Promise<void> {
    if (this.table().all.length > 0) await this.producer();
  }

  /** The listener for a message. @throws Error when there is none */
  listenerFor(name: string | undefined, topic: string, tag: string | undefined): NamedTransactionListener {
    return this.table().choose(name, topic, tag);
  }

  async send(message: OutgoingMessage, call: Call, options: TransactionSendOptions): Promise<TransactionSendResult> {
    const producer = await this.producer();
    return producer.sendInTransaction(message, call, options);
  }

  private table(): TransactionListenerTable {
    this.listeners ??= new TransactionListenerTable(this.find());
    return this.listeners;
  }

  private producer(): Promise<TransactionProducer> {
    this.started ??= this.start().catch((error: unknown) => {
      this.started = undefined;
      throw error;
    });
    return this.started;
  }

  private async start(): Promise<TransactionProducer> {
    const { producer: settings, transactions } = this.connection.options;
    const client = await this.connection.start();
    if (settings?.group === undefined && transactions?.group === undefined) {
      this.logger.warn(
        'transactions use the default producer group: a broker may ask any process of the group, so give every service its own `producer.group`',
      );
    }
    const all = this.table().all;
    const producer = client.transactionProducer({
      ...settings,
      topics: [EVERY_BROKER, ...new Set(all.flatMap(({ topic }) => topic ?? []))],
      ...transactions,
      // Not the group of the template: members of a group answer each other's checks, and a plain producer cannot.
      group: transactions?.group ?? `${settings?.group ?? PRODUCER_GROUP}-transactions`,
      listeners: Object.fromEntries(all.map((listener) => [listener.name, this.adapted(listener)])),
    });
    await producer.start();
    return producer;
  }

  private adapted({ instance, codec = this.connection.codec }: NamedTransactionListener): TransactionListener<Call> {
    return {
      executeLocalTransaction: async (message, { payload, arg, work }, transaction) => {
        const about = outgoing(message, transaction, payload);
        return work === undefined ? instance.executeLocalTransaction(about, arg) : decided(await work(about));
      },
      checkLocalTransaction: async (message) => {
        const { messageId, topic, tags: tag, keys, properties } = message;
        const payload: unknown = await codec.decode(message.body, message satisfies ReceivedMessage);
        return instance.checkLocalTransaction({ transactionId: messageId, topic, tag, keys, properties, payload });
      },
    };
  }
}

function outgoing(message: OutgoingMessage, { transactionId }: LocalTransaction, payload: unknown): TransactionMessage {
  const { topic, tags: tag, keys = [], properties = {} } = message;
  const all =
    properties instanceof Map ? (properties as ReadonlyMap<string, string>) : new Map(Object.entries(properties as Record<string, string>));
  return { transactionId, topic, tag, keys: typeof keys === 'string' ? keys.split(' ') : keys, properties: all, payload };
}

const decided = (returned: unknown): TransactionState => (returned === 'rollback' || returned === 'unknown' ? returned : 'commit');
