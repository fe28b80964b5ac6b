import { messageOf } from '../../base/index.js';
import type { Logger } from '../../runtime/index.js';
import type { ReceivedMessage } from '../message-types.js';
import type { TransactionState } from '../transaction-types.js';
import { LISTENER_PROPERTY, type TransactionListeners } from './transaction-listeners.js';

/** What a broker wants to know. */
export interface CheckQuestion {
  /** Undefined for a message without UNIQ_KEY. */
  readonly transactionId: string | undefined;
  readonly message: ReceivedMessage;
  /** Tells the broker that asked. */
  readonly answer: (state: TransactionState) => void;
}

export interface TransactionChecksOptions {
  readonly listeners: TransactionListeners;
  readonly concurrencyMax: number;
  readonly holdMax: number;
  /** Whether the local transaction is still running in this process. */
  readonly isExecuting: (transactionId: string) => boolean;
  readonly logger: Logger;
}

/** Answers what brokers ask, a few questions at a time. As Java: the check executor of TransactionMQProducer. */
export class TransactionChecks {
  private readonly waiting: CheckQuestion[] = [];
  /** The last question about each transaction that is being checked or waits for it. */
  private readonly latest = new Map<string, CheckQuestion>();
  private running = 0;
  private idleListeners: (() => void)[] = [];
  private closed = false;

  constructor(private readonly options: TransactionChecksOptions) {}

  /** Questions that are not answered yet. */
  get pending(): number {
    return this.running + this.waiting.length;
  }

  /** @returns false when it was dropped: too many wait, or the producer was shut down. The broker asks again */
  take(question: CheckQuestion): boolean {
    if (this.closed) return false;
    const { transactionId } = question;
    // A broker that asks again before it has its answer has moved the message: the answer is for the newest place.
    if (transactionId !== undefined && this.latest.has(transactionId)) {
      this.latest.set(transactionId, question);
      return true;
    }
    if (this.running >= this.options.concurrencyMax && this.waiting.length >= this.options.holdMax) {
      this.options.logger.log('warn', 'a check of a transaction was dropped: too many wait', { transactionId });
      return false;
    }
    if (transactionId !== undefined) this.latest.set(transactionId, question);
    this.waiting.push(question);
    this.next();
    return true;
  }

  /** Resolves when every question is answered. */
  idle(): Promise<void> {
    return this.pending === 0 ? Promise.resolve() : new Promise((resolve) => this.idleListeners.push(resolve));
  }

  /** Takes no more questions, and drops those that wait. */
  close(): void {
    this.closed = true;
    this.waiting.length = 0;
    this.latest.clear();
    this.rest();
  }

  private next(): void {
    while (this.running < this.options.concurrencyMax) {
      const question = this.waiting.shift();
      if (question === undefined) return this.rest();
      this.running += 1;
      void this.settle(question).finally(() => {
        this.running -= 1;
        this.next();
      });
    }
  }

  private rest(): void {
    if (this.pending > 0) return;
    const listeners = this.idleListeners;
    this.idleListeners = [];
    for (const listener of listeners) listener();
  }

  private async settle(question: CheckQuestion): Promise<void> {
    const { transactionId } = question;
    const state = await this.stateOf(question);
    const last = (transactionId === undefined ? undefined : this.latest.get(transactionId)) ?? question;
    if (transactionId !== undefined) this.latest.delete(transactionId);
    try {
      last.answer(state);
    } catch (error) {
      this.options.logger.log('error', 'an answer about a transaction was not sent', { transactionId, error: messageOf(error) });
    }
  }

  private async stateOf({ transactionId, message }: CheckQuestion): Promise<TransactionState> {
    const { listeners, isExecuting, logger } = this.options;
    // Nothing can be found of it yet, and a listener would take that for a transaction that never was.
    if (transactionId !== undefined && isExecuting(transactionId)) return 'unknown';
    const name = message.properties.get(LISTENER_PROPERTY);
    const found = listeners.find(name);
    if (found === undefined) {
      logger.log('error', 'a transaction cannot be checked: its listener is not here', { listener: name, transactionId });
      return 'unknown';
    }
    try {
      return stateOf(await found.listener.checkLocalTransaction(message));
    } catch (error) {
      logger.log('error', 'checkLocalTransaction failed', { listener: found.name, transactionId, error: messageOf(error) });
      return 'unknown';
    }
  }
}

/** What a listener without types may return is no commit. */
export function stateOf(returned: unknown): TransactionState {
  return returned === 'commit' || returned === 'rollback' ? returned : 'unknown';
}
