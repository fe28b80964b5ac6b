import { messageOf, OperationFailed } from '../../base/index.js';
import {
  type EndTransaction,
  type HeaderOf,
  parseOffsetMessageId,
  PropertyName,
  SysFlag,
  withTransactionType,
} from '../../protocol/index.js';
import type { Logger } from '../../runtime/index.js';
import type { TransactionSettings } from '../config/transaction-options.js';
import { InvalidInput } from '../errors.js';
import type { BrokerCalls } from '../instance/calls.js';
import { within } from '../instance/deadline.js';
import type { RouteFinder } from '../instance/route-finder.js';
import type { RouteTable } from '../instance/route-table.js';
import type { OutgoingMessage, SendResult } from '../message-types.js';
import type { TransactionSendOptions, TransactionSendResult, TransactionState } from '../transaction-types.js';
import { Producer, type ProducerParts } from './producer.js';
import { type CheckQuestion, stateOf, TransactionChecks } from './transaction-checks.js';
import { LISTENER_PROPERTY, type NamedListener, TransactionListeners } from './transaction-listeners.js';

export type EndHeader = HeaderOf<(typeof EndTransaction)['request']>;

export interface TransactionProducerParts extends ProducerParts {
  readonly transactions: TransactionSettings;
  readonly calls: Pick<BrokerCalls, 'endTransaction'>;
  readonly table: Pick<RouteTable, 'masterAddress'>;
  readonly routes: Pick<RouteFinder, 'watch' | 'refresh'>;
  readonly logger: Logger;
}

/** A local transaction with what came of it. */
interface Execution {
  readonly state: TransactionState;
  readonly localError?: unknown;
}

/**
 * Sends messages that consumers see when a local transaction has been committed, and never when it was rolled back. Made by
 * `ClientInstance.transactionProducer`. As Java: TransactionMQProducer, but with any number of listeners.
 */
export class TransactionProducer extends Producer {
  private readonly listeners: TransactionListeners;
  private readonly checks: TransactionChecks;
  /** Transactions that this process is executing. */
  private readonly executing = new Set<string>();
  private readonly underWay = new Set<Promise<unknown>>();
  private unwatch: (() => void) | undefined;
  private leaving: Promise<void> | undefined;

  constructor(private readonly own: TransactionProducerParts) {
    super(own);
    const { listeners, checkConcurrencyMax: concurrencyMax, checkRequestHoldMax: holdMax } = own.transactions;
    this.listeners = new TransactionListeners(listeners);
    const isExecuting = (transactionId: string) => this.executing.has(transactionId);
    this.checks = new TransactionChecks({ listeners: this.listeners, concurrencyMax, holdMax, isExecuting, logger: own.logger });
  }

  /** Questions of brokers that are not answered yet. */
  get pendingChecks(): number {
    return this.checks.pending;
  }

  /** Announces the group to the brokers of `topics`, so that they can ask before anything is sent: about what an earlier process has left open. */
  override async start(): Promise<void> {
    await super.start();
    if (this.unwatch !== undefined || this.leaving !== undefined) return;
    const { routes, transactions, logger } = this.own;
    this.unwatch = routes.watch(transactions.topics);
    for (const topic of transactions.topics) {
      routes.refresh(topic).catch((error: unknown) => {
        logger.log('warn', 'brokers that may ask about transactions were not found yet', { topic, error: messageOf(error) });
      });
    }
  }

  /** Refuses new sends and leaves the group; waits for local transactions and checks that run for up to `deadlineMs`. Idempotent. */
  override shutdown(deadlineMs = 3000): Promise<void> {
    this.leaving ??= this.leave(deadlineMs);
    return this.leaving;
  }

  /**
   * Sends the message, runs the listener, and tells the broker what came of it. Resolves when the broker was told; when it could not be told it asks.
   * @throws InvalidInput before anything is sent; SendFailed: the local transaction did not run. With the outcome `unknown` the message may be
   * stored, and the listener will be asked about it
   */
  async sendInTransaction<A = undefined>(
    message: OutgoingMessage,
    arg: A,
    options: TransactionSendOptions = {},
  ): Promise<TransactionSendResult> {
    const chosen = this.listeners.choose(options.listener);
    if (message.replyTo !== undefined) throw new InvalidInput('replyTo', 'a reply cannot be sent in a transaction');
    if (message.properties !== undefined && hasProperty(message.properties, LISTENER_PROPERTY)) {
      throw new InvalidInput('properties', `the property name ${LISTENER_PROPERTY} is for the name of the listener`);
    }
    return this.track(this.transact(message, arg, chosen, options));
  }

  /** Whether a listener of this name, or one for messages without a name, is here. */
  answersFor(listener: string | undefined): boolean {
    return this.listeners.find(listener) !== undefined;
  }

  /** A broker asks. @returns whether an answer will come */
  takeCheck(question: CheckQuestion): boolean {
    return this.checks.take(question);
  }

  private async transact(
    message: OutgoingMessage,
    arg: unknown,
    chosen: NamedListener,
    options: TransactionSendOptions,
  ): Promise<TransactionSendResult> {
    const properties: [string, string][] = [
      [PropertyName.TRAN_MSG, 'true'],
      [PropertyName.PGROUP, this.group],
      [LISTENER_PROPERTY, chosen.name],
    ];
    const transactionId = this.own.ids.next();
    // From here on: a broker that is slow to answer may ask before the listener was called.
    this.executing.add(transactionId);
    try {
      const kind = { messageId: transactionId, properties, sysFlag: SysFlag.TRANSACTION_PREPARED };
      const result = await this.sendAs(message, options, kind);
      // As Java: a half that may not survive is not built upon.
      if (result.status !== 'SEND_OK') return await this.tell(message, result, { state: 'rollback' });
      return await this.tell(message, result, await this.execute(message, arg, { chosen, transactionId }));
    } finally {
      this.executing.delete(transactionId);
    }
  }

  private async execute(
    message: OutgoingMessage,
    arg: unknown,
    { chosen, transactionId }: { readonly chosen: NamedListener; readonly transactionId: string },
  ): Promise<Execution> {
    try {
      return { state: stateOf(await chosen.listener.executeLocalTransaction(message, arg, { transactionId })) };
    } catch (error) {
      const fields = { listener: chosen.name, transactionId, topic: message.topic, error: messageOf(error) };
      this.own.logger.log('error', 'executeLocalTransaction failed', fields);
      return { state: 'unknown', localError: error };
    }
  }

  private async tell(message: OutgoingMessage, result: SendResult, execution: Execution): Promise<TransactionSendResult> {
    const { calls, table, logger } = this.own;
    const { state } = execution;
    const transactionId = result.messageId;
    try {
      const place = parseOffsetMessageId(result.offsetMessageId);
      const address = table.masterAddress(result.queue.brokerName);
      if (place === undefined)
        throw new OperationFailed('refused', `the broker has answered with ${result.offsetMessageId}, which is no offset id`);
      if (address === undefined) throw new OperationFailed('unavailable', `broker ${result.queue.brokerName} has no master`);
      await calls.endTransaction(address, {
        topic: message.topic,
        producerGroup: this.group,
        tranStateTableOffset: result.queueOffset,
        commitLogOffset: place.physicalOffset,
        commitOrRollback: commitOrRollback(state),
        fromTransactionCheck: false,
        msgId: transactionId,
        transactionId: result.transactionId,
        bname: result.queue.brokerName,
      });
    } catch (error) {
      logger.log('warn', 'the broker was not told how a transaction ended; it will ask', { transactionId, state, error: messageOf(error) });
    }
    const { localError } = execution;
    return { ...result, transactionId, transactionState: state, ...(localError !== undefined && { localError }) };
  }

  private async track<T>(work: Promise<T>): Promise<T> {
    this.underWay.add(work);
    try {
      return await work;
    } finally {
      this.underWay.delete(work);
    }
  }

  private async leave(deadlineMs: number): Promise<void> {
    const { clock } = this.own;
    this.unwatch?.();
    const quiet = Promise.allSettled([...this.underWay]).then(() => this.checks.idle());
    const limits = { clock, timeoutMs: Math.max(deadlineMs, 1), what: 'waiting for transactions' };
    await Promise.all([super.shutdown(deadlineMs), within(quiet, limits).catch(() => undefined)]);
    this.checks.close();
  }
}

/** As on the wire: the transaction bits of a sysFlag. */
export const commitOrRollback = (state: TransactionState): number => (state === 'unknown' ? 0 : withTransactionType(0, state));

function hasProperty(properties: NonNullable<OutgoingMessage['properties']>, name: string): boolean {
  return properties instanceof Map ? properties.has(name) : Object.hasOwn(properties, name);
}
